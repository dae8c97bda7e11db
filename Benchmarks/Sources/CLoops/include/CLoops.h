#ifndef TRENCHWATCH_CLOOPS_H
#define TRENCHWATCH_CLOOPS_H

#include <stddef.h>
#include <stdint.h>

/// The kernels' arithmetic as plain C loops, compiled by clang -O3 -mavx2.

void c_copy(void *to, const void *from, size_t bytes);
void c_absolute_difference_u16(const uint16_t *restrict a, const uint16_t *restrict b, uint16_t *restrict out, ptrdiff_t count);
void c_normalised_difference(
    const float *restrict before, const float *restrict after, float gain, float offset, const uint8_t *restrict validity,
    float *restrict out, ptrdiff_t count);
/// Four bands: z to 8 and 16 bits, sqrt(chi squared) to 16 bits, a pixel at a time.
void c_change4(
    const uint16_t *const *before, const uint16_t *const *after, const float *gain, const float *offset, const float *direction,
    const float *form, const float *restrict inverse_noise, const uint8_t *restrict validity, int8_t *restrict z8,
    int16_t *restrict z16, int16_t *restrict size16, ptrdiff_t count);
/// Correlation with `taps` along y; rows are `width` apart.
void c_filter_rows(const float *restrict source, const float *restrict taps, int count, float *restrict out, ptrdiff_t width, ptrdiff_t height);
ptrdiff_t c_count_above(const int8_t *values, int8_t threshold, ptrdiff_t count);
void c_histogram_i8(const int8_t *values, uint32_t *bins, ptrdiff_t count);
void c_line_sum(const int8_t *restrict levels, ptrdiff_t pitch, const int *offsets, int length, int16_t *restrict out, ptrdiff_t width, ptrdiff_t height);
void c_add_saturating(const int16_t *restrict a, const int16_t *restrict b, int16_t *restrict out, ptrdiff_t count);
void c_take_greater(int16_t *restrict response, uint8_t *restrict indices, const int16_t *restrict candidate, uint8_t index, ptrdiff_t count);
void c_transpose_f32(const float *restrict source, ptrdiff_t width, ptrdiff_t height, float *restrict out);

#endif
