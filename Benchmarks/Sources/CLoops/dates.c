#include "CLoops.h"

#include <math.h>

static inline float clipped(int8_t level, int8_t clip) {
    int8_t lowest = -clip, value = level < clip ? level : clip;
    value = value > lowest ? value : lowest;
    return level != -128 ? value : 0;
}

static inline float seen(int8_t level, float weight) { return level != -128 ? weight : 0; }

static void add_dates(
    const int8_t *const *dates, const float *scales, const float *date_weights, int date_count, int8_t clip, float *restrict sums,
    float *restrict weights, len count) {
    int date = 0;
    for (; date + 4 <= date_count; date += 4) {
        const int8_t *restrict a = dates[date], *restrict b = dates[date + 1], *restrict c = dates[date + 2], *restrict d = dates[date + 3];
        float p = scales[date], q = scales[date + 1], r = scales[date + 2], s = scales[date + 3];
        float t = date_weights[date], u = date_weights[date + 1], v = date_weights[date + 2], w = date_weights[date + 3];
        for (len i = 0; i < count; i++) {
            sums[i] = (((sums[i] + clipped(a[i], clip) * p) + clipped(b[i], clip) * q) + clipped(c[i], clip) * r) + clipped(d[i], clip) * s;
        }
        for (len i = 0; i < count; i++) weights[i] = (((weights[i] + seen(a[i], t)) + seen(b[i], u)) + seen(c[i], v)) + seen(d[i], w);
    }
    for (; date < date_count; date++) {
        const int8_t *restrict a = dates[date];
        for (len i = 0; i < count; i++) sums[i] += clipped(a[i], clip) * scales[date];
        for (len i = 0; i < count; i++) weights[i] += seen(a[i], date_weights[date]);
    }
}

void c_step(
    const int8_t *const *dates, const float *scales, const float *weights, int before, int after, int8_t clip, float steps,
    int8_t *restrict out, len count) {
    float sums[4][1024];
    const int8_t *here[32];
    for (len left = 0; left < count; left += 1024) {
        len part = count - left < 1024 ? count - left : 1024;
        for (int k = 0; k < 4; k++) for (len i = 0; i < part; i++) sums[k][i] = 0;
        for (int k = 0; k < before + after; k++) here[k] = dates[k] + left;
        add_dates(here, scales, weights, before, clip, sums[0], sums[1], part);
        add_dates(here + before, scales + before, weights + before, after, clip, sums[2], sums[3], part);
        for (len i = 0; i < part; i++) {
            float m = sums[1][i], n = sums[3][i], product = m * n;
            float variance = 0.5f * (m + n) * product;
            float z = (sums[2][i] * m - sums[0][i] * n) / sqrtf(variance) * steps;
            z = z < 127 ? z : 127;
            z = z > -127 ? z : -127;
            union { float value; int32_t bits; } rounded = {z + 12582912.0f};
            out[left + i] = product > 0 ? (int8_t)rounded.bits : -128;
        }
    }
}

len c_count(const uint8_t *restrict bytes, uint8_t value, len count) {
    len total = 0;
    for (len i = 0; i < count; i++) total += bytes[i] == value;
    return total;
}
