#include "CLoops.h"

#include <math.h>
#include <string.h>

void c_copy(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }

void c_absolute_difference_u16(const uint16_t *restrict a, const uint16_t *restrict b, uint16_t *restrict out, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
}

void c_normalised_difference(
    const float *restrict before, const float *restrict after, float gain, float offset, const uint8_t *restrict validity,
    float *restrict out, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        float d = gain * after[i] + offset - before[i];
        out[i] = validity[i] ? d : 0;
    }
}

static inline int level(float value, float limit) {
    value = value < limit ? value : limit;
    value = value > -limit ? value : -limit;
    return (int)rintf(value);
}

void c_change4(
    const uint16_t *const *before, const uint16_t *const *after, const float *gain, const float *offset, const float *direction,
    const float *form, const float *restrict inverse_noise, const uint8_t *restrict validity, int8_t *restrict z8,
    int16_t *restrict z16, int16_t *restrict size16, ptrdiff_t count) {
    // Local copies, which the stores to z8 cannot alias.
    float g[4], o[4], s[4], f[10];
    memcpy(g, gain, sizeof g);
    memcpy(o, offset, sizeof o);
    memcpy(s, direction, sizeof s);
    memcpy(f, form, sizeof f);
    const uint16_t *restrict b0 = before[0], *restrict b1 = before[1], *restrict b2 = before[2], *restrict b3 = before[3];
    const uint16_t *restrict a0 = after[0], *restrict a1 = after[1], *restrict a2 = after[2], *restrict a3 = after[3];
    for (ptrdiff_t i = 0; i < count; i++) {
        float d0 = g[0] * (float)a0[i] + o[0] - (float)b0[i];
        float d1 = g[1] * (float)a1[i] + o[1] - (float)b1[i];
        float d2 = g[2] * (float)a2[i] + o[2] - (float)b2[i];
        float d3 = g[3] * (float)a3[i] + o[3] - (float)b3[i];
        float w = inverse_noise[i];
        float z = w * (s[0] * d0 + s[1] * d1 + s[2] * d2 + s[3] * d3);
        float q = d0 * (f[0] * d0 + f[1] * d1 + f[2] * d2 + f[3] * d3) + d1 * (f[4] * d1 + f[5] * d2 + f[6] * d3) +
                  d2 * (f[7] * d2 + f[8] * d3) + d3 * (f[9] * d3);
        q = w * w * q;
        float size = sqrtf(q < 0 ? 0 : q);
        int valid = validity[i] != 0;
        z8[i] = valid ? level(z * 10, 127) : -128;
        z16[i] = valid ? level(z * 100, 32767) : -32768;
        size16[i] = valid ? level(size * 100, 32767) : -32768;
    }
}

void c_filter_rows(const float *restrict source, const float *restrict taps, int count, float *restrict out, ptrdiff_t width, ptrdiff_t height) {
    for (ptrdiff_t y = 0; y < height; y++) {
        float *restrict row = out + y * width;
        for (ptrdiff_t x = 0; x < width; x++) row[x] = taps[0] * source[y * width + x];
        for (int k = 1; k < count; k++) {
            for (ptrdiff_t x = 0; x < width; x++) row[x] += taps[k] * source[(y + k) * width + x];
        }
    }
}

ptrdiff_t c_count_above(const int8_t *values, int8_t threshold, ptrdiff_t count) {
    ptrdiff_t total = 0;
    for (ptrdiff_t i = 0; i < count; i++) total += values[i] > threshold;
    return total;
}

void c_histogram_i8(const int8_t *values, uint32_t *bins, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) bins[values[i] + 128]++;
}

void c_line_sum(const int8_t *restrict levels, ptrdiff_t pitch, const int *offsets, int length, int16_t *restrict out, ptrdiff_t width, ptrdiff_t height) {
    for (ptrdiff_t y = 0; y < height; y++) {
        int16_t *restrict row = out + y * width;
        for (ptrdiff_t x = 0; x < width; x++) row[x] = 0;
        for (int i = 0; i < length; i++) {
            ptrdiff_t target = y + offsets[i];
            if (target < 0 || target >= height) continue;
            const int8_t *restrict source = levels + target * pitch + i;
            for (ptrdiff_t x = 0; x < width; x++) row[x] += source[x] == -128 ? 0 : source[x];
        }
    }
}

void c_add_saturating(const int16_t *restrict a, const int16_t *restrict b, int16_t *restrict out, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        int sum = a[i] + b[i];
        out[i] = sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum;
    }
}

void c_take_greater(int16_t *restrict response, uint8_t *restrict indices, const int16_t *restrict candidate, uint8_t index, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        int better = candidate[i] > response[i];
        response[i] = better ? candidate[i] : response[i];
        indices[i] = better ? index : indices[i];
    }
}

void c_transpose_f32(const float *restrict source, ptrdiff_t width, ptrdiff_t height, float *restrict out) {
    for (ptrdiff_t top = 0; top < height; top += 16) {
        for (ptrdiff_t left = 0; left < width; left += 16) {
            ptrdiff_t bottom = top + 16 < height ? top + 16 : height, right = left + 16 < width ? left + 16 : width;
            for (ptrdiff_t x = left; x < right; x++) {
                for (ptrdiff_t y = top; y < bottom; y++) out[x * height + y] = source[y * width + x];
            }
        }
    }
}
