#include "png_shims.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum {
    MESSAGE_CAPACITY = 256,
    // Texts and the like that libpng keeps of one file; it leaves out further ones. Each may expand to the limit of a chunk from a thousandth of it.
    MAX_KEPT_CHUNKS = 32,
    // What is read of a file after its last row. libpng expands pixel data beyond it to their end, a thousand times as much.
    MAX_TAIL_BYTES = 1 << 16,
    TAIL_IS_LONG = 2,
};

struct tw_png_reader {
    png_structp png;
    png_infop info;
    tw_png_read_callback read;
    void *context;
    jmp_buf jump;
    char message[MESSAGE_CAPACITY];
    int64_t row;
    size_t tail_bytes;
    bool is_in_tail;
    int pass;
    int passes;
    uint32_t height;
    png_textp texts;
    int text_count;
};

struct tw_png_writer {
    png_structp png;
    png_infop info;
    tw_png_write_callback write;
    void *context;
    jmp_buf jump;
    char message[MESSAGE_CAPACITY];
};

static void keep_message(char *target, const char *message) {
    strncpy(target, message, MESSAGE_CAPACITY - 1);
    target[MESSAGE_CAPACITY - 1] = '\0';
}

// libpng warns of a chunk longer than its limit and then allocates for it all the same. Pixel data has its own limits.
static void on_read_warning(png_structp png, png_const_charp message) {
    if (strstr(message, "chunk data is too large") && strncmp(message, "IDAT", 4) != 0) { png_error(png, message); }
}

static void on_read_error(png_structp png, png_const_charp message) {
    tw_png_reader *reader = png_get_error_ptr(png);
    keep_message(reader->message, message);
    longjmp(reader->jump, 1);
}

static void on_read(png_structp png, png_bytep bytes, size_t count) {
    tw_png_reader *reader = png_get_io_ptr(png);
    if (reader->is_in_tail) {
        reader->tail_bytes += count;
        if (reader->tail_bytes > MAX_TAIL_BYTES) { longjmp(reader->jump, TAIL_IS_LONG); }
    }
    if (reader->read(reader->context, bytes, count) < count) { png_error(png, "the file ends too early"); }
}

tw_png_reader *tw_png_reader_create(
    tw_png_read_callback read, void *context, uint32_t max_width, uint32_t max_height, size_t max_chunk_bytes) {
    tw_png_reader *const reader = calloc(1, sizeof *reader);
    if (!reader) { return NULL; }
    reader->read = read;
    reader->context = context;
    reader->row = -1;
    reader->pass = -1;
    if (setjmp(reader->jump)) {
        tw_png_reader_destroy(reader);
        return NULL;
    }
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_read_error, on_read_warning);
    if (reader->png) { reader->info = png_create_info_struct(reader->png); }
    if (!reader->info) {
        tw_png_reader_destroy(reader);
        return NULL;
    }
    png_set_read_fn(reader->png, reader, on_read);
    png_set_user_limits(reader->png, max_width, max_height);
    png_set_chunk_malloc_max(reader->png, max_chunk_bytes);
    png_set_chunk_cache_max(reader->png, MAX_KEPT_CHUNKS);
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    // Nothing here looks at them, and some are long.
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep) "iCCP\0sPLT\0hIST\0eXIf", 4);
    return reader;
}

void tw_png_reader_destroy(tw_png_reader *reader) {
    if (!reader) { return; }
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader);
}

bool tw_png_reader_read_header(tw_png_reader *reader, tw_png_header *header) {
    if (setjmp(reader->jump)) { return false; }
    png_structp png = reader->png;
    png_infop info = reader->info;
    png_read_info(png, info);
    header->width = png_get_image_width(png, info);
    header->height = png_get_image_height(png, info);
    header->bit_depth = png_get_bit_depth(png, info);
    header->color_type = png_get_color_type(png, info);
    header->is_interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    header->has_transparency_chunk = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    png_set_expand(png);
    const uint16_t probe = 1;
    if (header->bit_depth == 16 && *(const uint8_t *)&probe == 1) { png_set_swap(png); }
    reader->passes = png_set_interlace_handling(png);
    reader->height = header->height;
    const bool is_colour = (header->color_type & PNG_COLOR_MASK_COLOR) != 0;
    const bool has_alpha = (header->color_type & PNG_COLOR_MASK_ALPHA) != 0 || header->has_transparency_chunk;
    header->channels = (is_colour ? 3 : 1) + (has_alpha ? 1 : 0);
    header->sample_bytes = header->bit_depth == 16 ? 2 : 1;
    reader->text_count = png_get_text(png, info, &reader->texts, NULL);
    return true;
}

bool tw_png_reader_read_rows(tw_png_reader *reader, uint8_t *pixels, size_t stride) {
    switch (setjmp(reader->jump)) {
    case 0: break;
    case TAIL_IS_LONG: return true;
    default: return false;
    }
    // Allocates and clears rows of the width that the file claims, so the claim has to be judged before.
    png_read_update_info(reader->png, reader->info);
    if (png_get_rowbytes(reader->png, reader->info) != stride) { png_error(reader->png, "rows are not as long as the header says"); }
    for (reader->pass = 0; reader->pass < reader->passes; reader->pass++) {
        for (reader->row = 0; reader->row < reader->height; reader->row++) {
            png_read_row(reader->png, pixels + (size_t)reader->row * stride, NULL);
        }
    }
    reader->row = -1;
    reader->is_in_tail = true;
    png_read_end(reader->png, NULL);
    return true;
}

int64_t tw_png_reader_row(const tw_png_reader *reader) { return reader->row; }
int tw_png_reader_pass(const tw_png_reader *reader) { return reader->pass; }
const char *tw_png_reader_message(const tw_png_reader *reader) { return reader->message; }
int tw_png_reader_text_count(const tw_png_reader *reader) { return reader->text_count; }

tw_png_text tw_png_reader_text(const tw_png_reader *reader, int index) {
    const png_text *text = &reader->texts[index];
    const bool is_utf8 = text->compression >= PNG_ITXT_COMPRESSION_NONE;
    return (tw_png_text){text->key, text->text, is_utf8 ? text->itxt_length : text->text_length, is_utf8};
}

static void on_write_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void on_write_error(png_structp png, png_const_charp message) {
    tw_png_writer *writer = png_get_error_ptr(png);
    keep_message(writer->message, message);
    longjmp(writer->jump, 1);
}

static void on_write(png_structp png, png_bytep bytes, size_t count) {
    tw_png_writer *writer = png_get_io_ptr(png);
    if (writer->write(writer->context, bytes, count) < count) { png_error(png, "the file cannot be written"); }
}

static void on_flush(png_structp png) { (void)png; }

tw_png_writer *tw_png_writer_create(tw_png_write_callback write, void *context) {
    tw_png_writer *const writer = calloc(1, sizeof *writer);
    if (!writer) { return NULL; }
    writer->write = write;
    writer->context = context;
    if (setjmp(writer->jump)) {
        tw_png_writer_destroy(writer);
        return NULL;
    }
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_write_error, on_write_warning);
    if (writer->png) { writer->info = png_create_info_struct(writer->png); }
    if (!writer->info) {
        tw_png_writer_destroy(writer);
        return NULL;
    }
    png_set_write_fn(writer->png, writer, on_write, on_flush);
    return writer;
}

void tw_png_writer_destroy(tw_png_writer *writer) {
    if (!writer) { return; }
    png_destroy_write_struct(&writer->png, &writer->info);
    free(writer);
}

bool tw_png_writer_write_header(tw_png_writer *writer, const tw_png_layout *layout) {
    if (setjmp(writer->jump)) { return false; }
    png_structp png = writer->png;
    png_infop info = writer->info;
    static const int colour_types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_PALETTE};
    png_set_IHDR(
        png, info, layout->width, layout->height, 8, colour_types[layout->colour], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    if (layout->colour == TW_PNG_PALETTE) {
        png_color palette[PNG_MAX_PALETTE_LENGTH];
        for (int i = 0; i < layout->palette_count && i < PNG_MAX_PALETTE_LENGTH; i++) {
            palette[i] = (png_color){layout->palette[3 * i], layout->palette[3 * i + 1], layout->palette[3 * i + 2]};
        }
        png_set_PLTE(png, info, palette, layout->palette_count);
        if (layout->opacity_count > 0) { png_set_tRNS(png, info, layout->opacity, layout->opacity_count, NULL); }
    }
    for (int i = 0; i < layout->text_count; i++) {
        const tw_png_text *text = &layout->texts[i];
        png_text chunk = {0};
        chunk.compression = text->is_utf8 ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
        chunk.key = (char *)text->key;
        chunk.text = (char *)text->text;
        if (text->is_utf8) {
            chunk.itxt_length = text->length;
            chunk.lang = "";
            chunk.lang_key = "";
        } else {
            chunk.text_length = text->length;
        }
        png_set_text(png, info, &chunk, 1);
    }
    png_write_info(png, info);
    return true;
}

bool tw_png_writer_write_chunk(tw_png_writer *writer, const char *name, const uint8_t *bytes, size_t count) {
    if (setjmp(writer->jump)) { return false; }
    png_write_chunk(writer->png, (png_const_bytep)name, bytes, count);
    return true;
}

const char *tw_png_writer_message(const tw_png_writer *writer) { return writer->message; }
