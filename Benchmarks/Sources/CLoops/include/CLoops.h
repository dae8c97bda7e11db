#ifndef TRENCHWATCH_CLOOPS_H
#define TRENCHWATCH_CLOOPS_H

#include <stddef.h>
#include <stdint.h>

// The kernels' arithmetic as plain C loops, compiled by clang -O3 -mavx2. Each gives what the Swift kernel of its name gives: the same bits where the
// order of operations is fixed, the same within rounding where it is not.

typedef ptrdiff_t len;

/// Memory that is given back stays with the process.
void c_keep_memory(void);
/// Processor time of the process, which other programs disturb less than they do the clock.
double c_processor_seconds(void);
void c_copy(void *to, const void *from, size_t bytes);

// differences.c
void c_normalised_difference(
    const float *restrict before, const float *restrict after, float gain, float offset, const uint8_t *restrict validity,
    float *restrict out, len count);
/// Without fine levels where `fine` is NULL.
void c_signed_change(
    const float *restrict row, const uint16_t *restrict steps, const float *restrict table, const uint8_t *restrict validity,
    int8_t *restrict coarse, int16_t *restrict fine, len count);
void c_detail_levels(const float *restrict a, const float *restrict b, float scale, int8_t *restrict out, len count);
void c_mean(const float *const *planes, int bands, float *restrict out, len count);
void c_steps(const float *restrict values, float scale, uint16_t most, const uint8_t *restrict validity, uint16_t *restrict out, len count);
void c_clipped_energy(
    const float *const *rows, int bands, const uint16_t *restrict steps, const float *restrict table, float most,
    const int16_t *restrict observed, float *restrict energy, float *restrict weights, len count);
void c_root_of_means(
    const float *restrict energy, const float *restrict weights, len width, len height, int reach, const float *taps_a, int count_a,
    const float *taps_b, int count_b, float scale, float *restrict scratch, int16_t *restrict out);
len c_correlation(const int16_t *restrict a, const int16_t *restrict b, len count);

// samples.c
void c_scale_u16(const uint16_t *restrict samples, len step, float scale, float offset, float *restrict out, len count);
void c_scale_u8(const uint8_t *restrict samples, len step, float scale, float offset, float *restrict out, len count);
void c_scale_quads(
    const uint16_t *restrict samples, const float *scales, const float *offsets, float *restrict a, float *restrict b, float *restrict c,
    float *restrict d, len count);
/// To two planes.
void c_mix_quads(
    const uint16_t *restrict samples, const float *weights, const float *offsets, float *restrict a, float *restrict b, len count);
/// Of each sample its marker, or −1; with two planes.
void c_hide_marked(
    const uint16_t *restrict samples, const int32_t *markers, uint8_t *restrict validity, float *restrict a, float *restrict b, len count);
void c_clear_u16(
    const uint16_t *restrict samples, len step, uint16_t marker, float *restrict values, uint8_t *restrict validity, len count);
void c_grey(
    const float *const *rows, int bands, float low, float scale, const uint8_t *restrict validity, uint8_t *restrict out, len count);

// structure.c
typedef struct {
    const float *soft, *softer, *coarse, *curved;
    len width, height;
} c_structure;
void c_structure_moments(
    c_structure planes, const float *const *differences, int bands, const float *inverse_noise, float share, const uint8_t *validity,
    float *out);
void c_subtract_explained(c_structure planes, const float *coefficients, float *const *differences, int bands);
void c_subtract_interpolated(float *restrict plane, len width, len height, const float *restrict field);

// filters.c
void c_blur(
    const float *restrict source, len width, len height, const float *taps, int count, float *restrict ring, float *restrict padded,
    float *restrict out);
void c_shift(
    const float *restrict source, const uint8_t *restrict validity, len width, len height, const float *x_taps, const float *y_taps,
    int count, float *restrict ring, uint8_t *restrict valid_ring, float *restrict out, uint8_t *restrict out_validity);
void c_symmetric_sums_i8(const int8_t *restrict centre, len step, const int16_t *weights, int radius, int16_t *restrict out, len count);
void c_symmetric_means(const int16_t *restrict centre, len step, const int16_t *weights, int triples, int16_t *restrict out, len count);
void c_symmetric_squares(const int8_t *restrict centre, len step, const float *weights, int radius, float *restrict out, len count);
void c_symmetric_sums_f32(const float *restrict centre, const float *weights, int radius, float *restrict out, len count);

// reduced.c
int c_clip_levels(const int8_t *restrict values, int8_t limit, int8_t *restrict out, len count);
void c_level_where_valid(const int8_t *restrict values, int8_t level, int8_t *restrict out, len count);
void c_copy_levels(const int8_t *restrict source, const int8_t *restrict values, int8_t *restrict out, len count);
void c_scaled_sums_of_four(
    const int8_t *restrict upper, const int8_t *restrict lower, int16_t factor, int16_t *restrict out, len count);
void c_means_of_four(const int16_t *restrict upper, const int16_t *restrict lower, int16_t *restrict out, len count);
void c_mix_rows(const int16_t *restrict near_row, const int16_t *restrict far_row, int eighths, int16_t *restrict out, len count);
void c_interpolate_by_two(const int16_t *restrict row, int16_t *restrict out, len count);
void c_interpolate_by_four(const int16_t *restrict row, int16_t *restrict out, len count);
void c_subtract(int16_t *restrict values, const int16_t *restrict other, len count);
void c_subtract_weighed(
    int16_t *restrict values, const int16_t *restrict weights, int16_t least, const int16_t *restrict other,
    const int16_t *restrict other_weights, int16_t other_least, float whole, len count);
void c_halve(
    const int8_t *restrict upper, const int8_t *restrict lower, const int8_t *restrict upper_structure,
    const int8_t *restrict lower_structure, int8_t *restrict out, int8_t *restrict out_structure, len count);
void c_groups_above(
    const int16_t *restrict rows, len pitch, int row_count, const int16_t *restrict thresholds, uint8_t *restrict out, len groups);

// lines.c
int c_widen_clipped(const int8_t *restrict levels, int8_t limit, int16_t *restrict out, len count);
void c_filter_across(
    const int16_t *restrict line, int16_t centre, const len *distances, const int16_t *weights, int pairs, int is_odd, int shift,
    int16_t *restrict out, len count);
void c_clear_beside_invalid(const int8_t *restrict levels, int8_t *restrict marks, int16_t *restrict values, len count);
void c_add_four(
    const int16_t *restrict a, const int16_t *restrict b, const int16_t *restrict c, const int16_t *restrict d, int16_t *restrict out,
    len count);
void c_accumulate_two(const int16_t *restrict a, const int16_t *restrict b, int32_t *restrict sums, len count);
void c_standardise_sums(
    const int16_t *restrict a, const int16_t *restrict b, const uint16_t *restrict factors, uint16_t gain, int16_t *restrict out,
    len count);
void c_add_clipped_squares(
    const int16_t *restrict a, const int16_t *restrict b, int16_t gain, int16_t *restrict squares, int16_t *restrict counts, len count);
int32_t c_beamlet_sum(
    const int8_t *restrict levels, len along, const len *restrict offsets, len rows, const int16_t *restrict taps, int8_t limit, int shift);
void c_interpolated_inverse(float left, float right, float numerator, len first, float spacing, uint16_t *restrict out, len count);
void c_transpose_columns(const int8_t *restrict source, len pitch, len rows, len columns, int8_t *restrict out, len out_pitch);
/// In the order of the kernel: the score of nothing, the highest, the marked one, a beamlet's cost, top, bottom, a turn's cost, that of none.
void c_extend_chains(
    const int16_t *restrict sums, len sum_pitch, const int16_t *costs, const int16_t *restrict previous, int16_t *restrict current,
    len pitch, len sign_pitch, uint16_t *restrict origins, len origin_pitch, int groups, uint8_t *restrict marks, len count);
void c_greatest_of_rows(const int16_t *restrict values, len pitch, int rows, int16_t *restrict out);
len c_peaks(const int16_t *restrict values, int16_t limit, int reach, int32_t *restrict out, len count);

/// At most 32 dates.
void c_step(
    const int8_t *const *dates, const float *scales, const float *weights, int before, int after, int8_t clip, float steps,
    int8_t *restrict out, len count);
len c_count(const uint8_t *restrict bytes, uint8_t value, len count);

#endif
