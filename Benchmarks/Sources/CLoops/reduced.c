#include "CLoops.h"

#include <math.h>
#include <stdlib.h>

int c_clip_levels(const int8_t *restrict values, int8_t limit, int8_t *restrict out, len count) {
    int8_t holes = 0, lowest = -limit;
    for (len i = 0; i < count; i++) {
        int8_t value = values[i], clipped = value > limit ? limit : value;
        clipped = clipped < lowest ? lowest : clipped;
        int8_t hole = value == -128;
        out[i] = hole ? 0 : clipped;
        holes |= hole;
    }
    return holes;
}

void c_level_where_valid(const int8_t *restrict values, int8_t level, int8_t *restrict out, len count) {
    for (len i = 0; i < count; i++) out[i] = values[i] == -128 ? 0 : level;
}

void c_copy_levels(const int8_t *restrict source, const int8_t *restrict values, int8_t *restrict out, len count) {
    for (len i = 0; i < count; i++) {
        int8_t level = source[i];
        out[i] = values[i] == -128 ? 0 : level;
    }
}

void c_scaled_sums_of_four(
    const int8_t *restrict upper, const int8_t *restrict lower, int16_t factor, int16_t *restrict out, len count) {
    for (len u = 0; u < count; u++) out[u] = factor * (upper[2 * u] + upper[2 * u + 1] + lower[2 * u] + lower[2 * u + 1]);
}

void c_means_of_four(const int16_t *restrict upper, const int16_t *restrict lower, int16_t *restrict out, len count) {
    for (len u = 0; u < count; u++) out[u] = (upper[2 * u] + upper[2 * u + 1] + lower[2 * u] + lower[2 * u + 1]) >> 2;
}

void c_mix_rows(const int16_t *restrict near_row, const int16_t *restrict far_row, int eighths, int16_t *restrict out, len count) {
    for (len x = 0; x < count; x++) out[x] = near_row[x] + (eighths * (far_row[x] - near_row[x]) >> 3);
}

void c_interpolate_by_two(const int16_t *restrict row, int16_t *restrict out, len count) {
    for (len u = 0; u < count; u++) {
        int16_t here = row[u], before = row[u - 1] - here, after = row[u + 1] - here;
        before >>= 2, after >>= 2;
        out[2 * u] = here + before;
        out[2 * u + 1] = here + after;
    }
}

void c_interpolate_by_four(const int16_t *restrict row, int16_t *restrict out, len count) {
    for (len u = 0; u < count; u++) {
        int16_t here = row[u], before = row[u - 1] - here, after = row[u + 1] - here;
        before >>= 3, after >>= 3;
        out[4 * u] = here + 3 * before;
        out[4 * u + 1] = here + before;
        out[4 * u + 2] = here + after;
        out[4 * u + 3] = here + 3 * after;
    }
}

void c_subtract(int16_t *restrict values, const int16_t *restrict other, len count) {
    for (len x = 0; x < count; x++) values[x] -= other[x];
}

void c_subtract_weighed(
    int16_t *restrict values, const int16_t *restrict weights, int16_t least, const int16_t *restrict other,
    const int16_t *restrict other_weights, int16_t other_least, float whole, len count) {
    for (len x = 0; x < count; x++) {
        int a = weights[x], b = other_weights[x];
        float mean = (float)values[x] / (float)(a > 1 ? a : 1), other_mean = (float)other[x] / (float)(b > 1 ? b : 1);
        float difference = (mean - other_mean) * whole;
        difference = difference < 32767 ? difference : 32767;
        difference = difference > -32767 ? difference : -32767;
        values[x] = a > least && b > other_least ? (int)rintf(difference) : 0;
    }
}

void c_halve(
    const int8_t *restrict upper, const int8_t *restrict lower, const int8_t *restrict upper_structure,
    const int8_t *restrict lower_structure, int8_t *restrict out, int8_t *restrict out_structure, len count) {
    for (len u = 0; u < count; u++) {
        int a = upper[2 * u], b = upper[2 * u + 1], c = lower[2 * u], d = lower[2 * u + 1];
        int p = upper_structure[2 * u], q = upper_structure[2 * u + 1], r = lower_structure[2 * u], s = lower_structure[2 * u + 1];
        int number = (a != -128) + (b != -128) + (c != -128) + (d != -128);
        int sum = (a != -128 ? a : 0) + (b != -128 ? b : 0) + (c != -128 ? c : 0) + (d != -128 ? d : 0);
        int squares =
            (a != -128 ? p * p : 0) + (b != -128 ? q * q : 0) + (c != -128 ? r * r : 0) + (d != -128 ? s * s : 0);
        float inverse = number == 4 ? 0.5f : number == 2 ? 0.70710677f : 0.57735026f;
        float change = (float)sum * inverse, root = sqrtf((float)squares * (inverse * inverse));
        change = change < 127 ? change : 127;
        change = change > -127 ? change : -127;
        root = root < 127 ? root : 127;
        out[u] = number >= 2 ? (int)rintf(change) : -128;
        out_structure[u] = number >= 2 ? (int)rintf(root) : 0;
    }
}

void c_groups_above(
    const int16_t *restrict rows, len pitch, int row_count, const int16_t *restrict thresholds, uint8_t *restrict out, len groups) {
    for (len g = 0; g < groups; g++) {
        int any = 0;
        for (int r = 0; r < row_count; r++) {
            int16_t threshold = thresholds[r * groups + g];
            const int16_t *row = rows + r * pitch + 16 * g;
            for (int i = 0; i < 16; i++) any |= abs(row[i]) > threshold;
        }
        out[g] = any;
    }
}
