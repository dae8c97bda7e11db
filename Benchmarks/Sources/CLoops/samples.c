#include "CLoops.h"

#include <math.h>

void c_scale_u16(const uint16_t *restrict samples, len step, float scale, float offset, float *restrict out, len count) {
    if (step == 1) {
        for (len i = 0; i < count; i++) out[i] = samples[i] * scale + offset;
    } else {
        for (len i = 0; i < count; i++) out[i] = samples[i * step] * scale + offset;
    }
}

void c_scale_u8(const uint8_t *restrict samples, len step, float scale, float offset, float *restrict out, len count) {
    if (step == 1) {
        for (len i = 0; i < count; i++) out[i] = samples[i] * scale + offset;
    } else {
        for (len i = 0; i < count; i++) out[i] = samples[i * step] * scale + offset;
    }
}

void c_scale_quads(
    const uint16_t *restrict samples, const float *scales, const float *offsets, float *restrict a, float *restrict b, float *restrict c,
    float *restrict d, len count) {
    float s0 = scales[0], s1 = scales[1], s2 = scales[2], s3 = scales[3];
    float o0 = offsets[0], o1 = offsets[1], o2 = offsets[2], o3 = offsets[3];
    for (len i = 0; i < count; i++) {
        a[i] = samples[4 * i] * s0 + o0;
        b[i] = samples[4 * i + 1] * s1 + o1;
        c[i] = samples[4 * i + 2] * s2 + o2;
        d[i] = samples[4 * i + 3] * s3 + o3;
    }
}

void c_mix_quads(
    const uint16_t *restrict samples, const float *weights, const float *offsets, float *restrict a, float *restrict b, len count) {
    float a0 = weights[0], a1 = weights[1], a2 = weights[2], a3 = weights[3], a4 = offsets[0];
    float b0 = weights[4], b1 = weights[5], b2 = weights[6], b3 = weights[7], b4 = offsets[1];
    for (len i = 0; i < count; i++) {
        float s0 = samples[4 * i], s1 = samples[4 * i + 1], s2 = samples[4 * i + 2], s3 = samples[4 * i + 3];
        a[i] = (s0 * a0 + s1 * a1) + (s2 * a2 + s3 * a3) + a4;
        b[i] = (s0 * b0 + s1 * b1) + (s2 * b2 + s3 * b3) + b4;
    }
}

void c_hide_marked(
    const uint16_t *restrict samples, const int32_t *markers, uint8_t *restrict validity, float *restrict a, float *restrict b, len count) {
    int m0 = markers[0], m1 = markers[1], m2 = markers[2], m3 = markers[3];
    for (len i = 0; i < count; i++) {
        float first = a[i], second = b[i];
        uint8_t valid = validity[i];
        int marked = (samples[4 * i] == m0) | (samples[4 * i + 1] == m1) | (samples[4 * i + 2] == m2) | (samples[4 * i + 3] == m3);
        valid = marked ? 0 : valid;
        validity[i] = valid;
        a[i] = valid ? first : 0;
        b[i] = valid ? second : 0;
    }
}

void c_clear_u16(
    const uint16_t *restrict samples, len step, uint16_t marker, float *restrict values, uint8_t *restrict validity, len count) {
    if (step == 1) {
        for (len i = 0; i < count; i++) {
            float value = values[i];
            uint8_t valid = validity[i];
            int marked = samples[i] == marker;
            values[i] = marked ? 0 : value;
            validity[i] = marked ? 0 : valid;
        }
    } else {
        for (len i = 0; i < count; i++) {
            float value = values[i];
            uint8_t valid = validity[i];
            int marked = samples[i * step] == marker;
            values[i] = marked ? 0 : value;
            validity[i] = marked ? 0 : valid;
        }
    }
}

static inline uint8_t grey(float sum, float low, float scale, uint8_t valid) {
    float value = (sum - low) * scale + 1;
    value = value < 255 ? value : 255;
    value = value > 1 ? value : 1;
    // The kernel's way to cut the fraction off, which has its own opinion near whole numbers.
    int level = (int)rintf(value - 0.49804688f);
    return isfinite(sum) && (valid || sum != 0) ? level : 0;
}

void c_grey(
    const float *const *rows, int bands, float low, float scale, const uint8_t *restrict validity, uint8_t *restrict out, len count) {
    if (bands == 4) {
        const float *restrict r0 = rows[0], *restrict r1 = rows[1], *restrict r2 = rows[2], *restrict r3 = rows[3];
        for (len i = 0; i < count; i++) out[i] = grey(r0[i] + r1[i] + r2[i] + r3[i], low, scale, validity[i]);
        return;
    }
    for (len i = 0; i < count; i++) {
        float sum = 0;
        for (int b = 0; b < bands; b++) sum += rows[b][i];
        out[i] = grey(sum, low, scale, validity[i]);
    }
}
