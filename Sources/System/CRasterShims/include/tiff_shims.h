#ifndef TRENCHWATCH_TIFF_SHIMS_H
#define TRENCHWATCH_TIFF_SHIMS_H

#include <stddef.h>
#include <stdint.h>
#include <tiffio.h>

// One libtiff handle over a file descriptor that many handles share: each reads with pread from a position of its own,
// nothing is mapped into memory, and errors are kept as text with the handle instead of going to stderr.
typedef struct rs_tiff rs_tiff;

// NULL where the file is not a TIFF that libtiff opens; then `message` says why. `size` is the file's size in bytes and
// `max_allocation` bounds any one allocation that libtiff makes by itself.
rs_tiff *rs_tiff_open(int fd, uint64_t size, int64_t max_allocation, char *message, size_t message_size);
void rs_tiff_close(rs_tiff *file);
TIFF *rs_tiff_handle(rs_tiff *file);

// The first error since rs_tiff_forget; an empty string where there was none.
const char *rs_tiff_message(const rs_tiff *file);
void rs_tiff_forget(rs_tiff *file);

// Single numbers, with the standard's default where the tag is absent. 0 where there is neither.
int rs_tiff_uint16(TIFF *tif, uint32_t tag, uint16_t *value);
int rs_tiff_uint32(TIFF *tif, uint32_t tag, uint32_t *value);

// An array or text tag whose field type is `type`; `data` belongs to the handle and lives until another directory is chosen.
// 0 where it is absent or of another type.
int rs_tiff_array(TIFF *tif, uint32_t tag, TIFFDataType type, uint64_t *count, const void **data);

int rs_tiff_set_int(TIFF *tif, uint32_t tag, int value);

// GeoKeys, through libgeotiff. `directory`, `doubles` and `text` are the values of tags 34735, 34736 and 34737; the last
// two may be NULL.

// Writes the PROJ definition of the keys' coordinate system and returns 1; 0 where they define none.
int rs_geokeys_definition(
    const uint16_t *directory, int directory_count, const double *doubles, int double_count, const char *text,
    char *definition, size_t definition_size);

// Whether a projected system of the EPSG register is in this linear unit.
int rs_geokeys_has_unit(int code, int unit);

typedef struct {
    uint16_t directory[512];
    double doubles[128];
    char text[2048];
    int directory_count;
    int double_count;
    int text_count;
} rs_geokeys;

// The keys for a coordinate system of the EPSG register. 0 where it is not known there as projected or geographic.
int rs_geokeys_from_epsg(int code, rs_geokeys *keys);
// The keys for a PROJ string or WKT. 0 where GeoTIFF keys cannot say it.
int rs_geokeys_from_definition(const char *definition, rs_geokeys *keys);

#endif
