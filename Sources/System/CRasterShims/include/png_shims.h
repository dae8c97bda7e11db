#ifndef TRENCHWATCH_PNG_SHIMS_H
#define TRENCHWATCH_PNG_SHIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libpng reports errors by longjmp. Every function here sets its own jump point, so that no jump crosses a frame of the caller: the
// caller's callbacks have returned before an error is raised.

// Copies up to `count` bytes; fewer mean the end of the file (or that nothing more can be written).
typedef size_t (*tw_png_read_callback)(void *context, uint8_t *bytes, size_t count);
typedef size_t (*tw_png_write_callback)(void *context, const uint8_t *bytes, size_t count);

typedef struct tw_png_reader tw_png_reader;
typedef struct tw_png_writer tw_png_writer;

typedef struct {
    uint32_t width, height;
    // As they stand in the file.
    int bit_depth, color_type;
    bool is_interlaced, has_transparency_chunk;
    // After expansion to 8 or 16 bit without palette.
    int channels, sample_bytes;
} tw_png_header;

typedef struct {
    const char *key;
    const char *text;
    size_t length;
    // UTF-8 (iTXt); otherwise Latin-1 (tEXt, zTXt).
    bool is_utf8;
} tw_png_text;

// `max_width` and `max_height` are libpng's user limits, `max_chunk_bytes` bounds what one ancillary chunk may unpack to.
tw_png_reader *tw_png_reader_create(
    tw_png_read_callback read, void *context, uint32_t max_width, uint32_t max_height, size_t max_chunk_bytes);
void tw_png_reader_destroy(tw_png_reader *reader);
// Reads up to the pixels and arranges their expansion. Takes no memory for pixels.
bool tw_png_reader_read_header(tw_png_reader *reader, tw_png_header *header);
// Decodes all rows, interleaved samples in the machine's byte order, `stride` bytes apart; then what follows them, to the end of the
// picture's data. `stride` is what the header gives for a row; libpng takes memory for two.
bool tw_png_reader_read_rows(tw_png_reader *reader, uint8_t *pixels, size_t stride);
// Row and pass that were being decoded when an error came; -1 before the first and after the last row.
int64_t tw_png_reader_row(const tw_png_reader *reader);
int tw_png_reader_pass(const tw_png_reader *reader);
const char *tw_png_reader_message(const tw_png_reader *reader);
int tw_png_reader_text_count(const tw_png_reader *reader);
tw_png_text tw_png_reader_text(const tw_png_reader *reader, int index);

typedef enum { TW_PNG_GREY, TW_PNG_RGB, TW_PNG_PALETTE } tw_png_colour;

typedef struct {
    uint32_t width, height;
    tw_png_colour colour;
    // RGB triples and opacities; of count 0 where there are none.
    const uint8_t *palette;
    int palette_count;
    const uint8_t *opacity;
    int opacity_count;
    const tw_png_text *texts;
    int text_count;
} tw_png_layout;

tw_png_writer *tw_png_writer_create(tw_png_write_callback write, void *context);
void tw_png_writer_destroy(tw_png_writer *writer);
bool tw_png_writer_write_header(tw_png_writer *writer, const tw_png_layout *layout);
// `name` has four letters. The pixels' chunks and the end come this way.
bool tw_png_writer_write_chunk(tw_png_writer *writer, const char *name, const uint8_t *bytes, size_t count);
const char *tw_png_writer_message(const tw_png_writer *writer);

#endif
