#include "CLoops.h"

#include <string.h>

static void weigh(const float *const *rows, const float *taps, int count, float *restrict out, len width) {
    const float *first = rows[0];
    for (len x = 0; x < width; x++) out[x] = taps[0] * first[x];
    for (int k = 1; k < count; k++) {
        const float *restrict row = rows[k];
        float tap = taps[k];
        for (len x = 0; x < width; x++) out[x] += tap * row[x];
    }
}

void c_blur(
    const float *restrict source, len width, len height, const float *taps, int count, float *restrict ring, float *restrict padded,
    float *restrict out) {
    int radius = count / 2;
    const float *rows[64];
    len next = 0;
    for (len y = 0; y < height; y++) {
        for (; next <= y + radius && next < height; next++) {
            const float *line = source + next * width;
            for (int k = 0; k < radius; k++) padded[k] = line[0], padded[radius + width + k] = line[width - 1];
            memcpy(padded + radius, line, (size_t)width * sizeof *line);
            for (int k = 0; k < count; k++) rows[k] = padded + k;
            weigh(rows, taps, count, ring + next % count * width, width);
        }
        for (int k = 0; k < count; k++) {
            len row = y + k - radius;
            row = row < 0 ? 0 : row < height ? row : height - 1;
            rows[k] = ring + row % count * width;
        }
        weigh(rows, taps, count, out + y * width, width);
    }
}

void c_shift(
    const float *restrict source, const uint8_t *restrict validity, len width, len height, const float *x_taps, const float *y_taps,
    int count, float *restrict ring, uint8_t *restrict valid_ring, float *restrict out, uint8_t *restrict out_validity) {
    len inside = width - count + 1;
    const float *rows[8];
    len next = 0;
    memset(out, 0, (size_t)(width * height) * sizeof *out);
    memset(out_validity, 0, (size_t)(width * height));
    for (len y = count / 2 - 1; y < height - count / 2; y++) {
        for (; next < y - count / 2 + 1 + count; next++) {
            const float *line = source + next * width;
            const uint8_t *mask = validity + next * width;
            for (int k = 0; k < count; k++) rows[k] = line + k;
            weigh(rows, x_taps, count, ring + next % count * inside, inside);
            uint8_t *restrict slot = valid_ring + next % count * inside;
            memcpy(slot, mask, (size_t)inside);
            for (int k = 1; k < count; k++) {
                for (len x = 0; x < inside; x++) slot[x] &= mask[x + k];
            }
        }
        for (int k = 0; k < count; k++) rows[k] = ring + (y - count / 2 + 1 + k) % count * inside;
        float *restrict target = out + y * width + count / 2 - 1;
        uint8_t *restrict target_validity = out_validity + y * width + count / 2 - 1;
        weigh(rows, y_taps, count, target, inside);
        memcpy(target_validity, valid_ring, (size_t)inside);
        for (int k = 1; k < count; k++) {
            for (len x = 0; x < inside; x++) target_validity[x] &= valid_ring[k * inside + x];
        }
        for (len x = 0; x < inside; x++) target[x] = target_validity[x] ? target[x] : 0;
    }
}

void c_symmetric_sums_i8(const int8_t *restrict centre, len step, const int16_t *weights, int radius, int16_t *restrict out, len count) {
    for (len x = 0; x < count; x++) out[x] = weights[0] * centre[x];
    for (int k = 1; k <= radius; k++) {
        for (len x = 0; x < count; x++) out[x] += weights[k] * (centre[x - k * step] + centre[x + k * step]);
    }
}

void c_symmetric_means(const int16_t *restrict centre, len step, const int16_t *weights, int triples, int16_t *restrict out, len count) {
    for (len x = 0; x < count; x++) out[x] = triples + (weights[0] * centre[x] >> 16);
    for (int k = 1; k <= 3 * triples; k++) {
        for (len x = 0; x < count; x++) out[x] += (int16_t)(centre[x - k * step] + centre[x + k * step]) * weights[k] >> 16;
    }
}

void c_symmetric_squares(const int8_t *restrict centre, len step, const float *weights, int radius, float *restrict out, len count) {
    for (len x = 0; x < count; x++) out[x] = weights[0] * (float)(centre[x] * centre[x]);
    for (int k = 1; k <= radius; k++) {
        for (len x = 0; x < count; x++) {
            int a = centre[x - k * step], b = centre[x + k * step];
            out[x] += weights[k] * (float)(a * a + b * b);
        }
    }
}

void c_symmetric_sums_f32(const float *restrict centre, const float *weights, int radius, float *restrict out, len count) {
    for (len x = 0; x < count; x++) out[x] = weights[0] * centre[x];
    for (int k = 1; k <= radius; k++) {
        for (len x = 0; x < count; x++) out[x] += weights[k] * (centre[x - k] + centre[x + k]);
    }
}
