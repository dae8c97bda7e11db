#include "CLoops.h"

#include <math.h>

enum { SIDE = 32, TERMS = 7 };

static inline len clamped(len i, len count) { return i < 0 ? 0 : i < count ? i : count - 1; }

// The terms of one row of `count` pixels from column `x` on, `pitch` apart.
static void terms_of(c_structure p, len x, len y, len count, float *restrict out, len pitch) {
    len up = clamped(y - 1, p.height) * p.width, here = y * p.width, down = clamped(y + 1, p.height) * p.width;
    const float *soft = p.soft, *curved = p.curved;
    for (len i = 0; i < count; i++) {
        // Only the outermost columns have no neighbour.
        len c = x + i, l = c > 0 ? c - 1 : c, r = c < p.width - 1 ? c + 1 : c;
        float s = soft[here + c], twice = curved[here + c] + curved[here + c];
        out[i] = 0.5f * (soft[here + r] - soft[here + l]);
        out[pitch + i] = 0.5f * (soft[down + c] - soft[up + c]);
        out[2 * pitch + i] = s - p.softer[here + c];
        out[3 * pitch + i] = s - p.coarse[here + c];
        out[4 * pitch + i] = curved[here + r] - twice + curved[here + l];
        out[5 * pitch + i] = curved[down + c] - twice + curved[up + c];
        out[6 * pitch + i] = 0.25f * (curved[down + r] - curved[down + l] - curved[up + r] + curved[up + l]);
    }
}

static float dot(const float *restrict a, const float *restrict b, len count) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (len i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

void c_structure_moments(
    c_structure p, const float *const *differences, int bands, const float *inverse_noise, float share, const uint8_t *validity,
    float *out) {
    enum { PIXELS = SIDE * SIDE / 2 };
    static float planes[(TERMS + 1 + 16) * PIXELS], weights[PIXELS], product[PIXELS];
    for (len top = 0; top < p.height; top += SIDE) {
        for (len left = 0; left < p.width; left += SIDE) {
            for (len k = 0; k < SIDE / 2; k++) {
                len y = top + 2 * k;
                terms_of(p, left, y, SIDE, planes + k * SIDE, PIXELS);
                for (len i = 0; i < SIDE; i++) {
                    planes[TERMS * PIXELS + k * SIDE + i] = 1;
                    float sum = 1;
                    for (int b = 0; b < bands; b++) {
                        float d = differences[b][y * p.width + left + i], t = d * inverse_noise[b];
                        planes[(TERMS + 1 + b) * PIXELS + k * SIDE + i] = d;
                        sum += share * (t * t);
                    }
                    weights[k * SIDE + i] = validity[y * p.width + left + i] ? 1 / sum : 0;
                }
            }
            float *own = out, *others = out + (TERMS + 1) * (TERMS + 2) / 2;
            for (int a = 0; a <= TERMS; a++) {
                for (len i = 0; i < PIXELS; i++) product[i] = weights[i] * planes[a * PIXELS + i];
                for (int b = 0; b <= a; b++) *own++ = dot(product, planes + b * PIXELS, PIXELS);
                for (int b = 0; b < bands; b++) *others++ = dot(product, planes + (TERMS + 1 + b) * PIXELS, PIXELS);
            }
            out = others;
        }
    }
}

// Between which middles of cells a pixel lies, and how far from the first to the second.
static inline float node(len i, len cells, len *lower, len *upper) {
    len base = i < SIDE / 2 ? -1 : (i - SIDE / 2) / SIDE;
    *lower = base < 0 ? 0 : base;
    *upper = base + 1 < cells ? base + 1 : cells - 1;
    return ((float)(i - base * SIDE - SIDE / 2) + 0.5f) / SIDE;
}

void c_subtract_explained(c_structure p, const float *coefficients, float *const *differences, int bands) {
    len columns = p.width / SIDE, pitch = columns * bands * TERMS;
    static float of_row[8192 / SIDE * 16 * TERMS], terms[TERMS * SIDE / 2], u[SIDE / 2];
    for (len y = 0; y < p.height; y++) {
        len above, below, left, right;
        float v = node(y, p.height / SIDE, &above, &below);
        const float *n = coefficients + above * pitch, *f = coefficients + below * pitch;
        for (len i = 0; i < pitch; i++) of_row[i] = n[i] + v * (f[i] - n[i]);
        // Half a cell at a time lies between the same two middles.
        for (len x = 0; x < p.width; x += SIDE / 2) {
            terms_of(p, x, y, SIDE / 2, terms, SIDE / 2);
            for (len i = 0; i < SIDE / 2; i++) u[i] = node(x + i, columns, &left, &right);
            for (int b = 0; b < bands; b++) {
                const float *restrict a = of_row + (left * bands + b) * TERMS, *restrict c = of_row + (right * bands + b) * TERMS;
                float *restrict row = differences[b] + y * p.width + x;
                for (len i = 0; i < SIDE / 2; i++) {
                    float near_sum = 0, far_sum = 0;
                    for (int t = 0; t < TERMS; t++) {
                        near_sum += terms[t * SIDE / 2 + i] * a[t];
                        far_sum += terms[t * SIDE / 2 + i] * c[t];
                    }
                    row[i] -= near_sum + u[i] * (far_sum - near_sum);
                }
            }
        }
    }
}

void c_subtract_interpolated(float *restrict plane, len width, len height, const float *restrict field) {
    len columns = width / SIDE;
    static float of_row[8192 / SIDE];
    for (len y = 0; y < height; y++) {
        len above, below, left, right;
        float v = node(y, height / SIDE, &above, &below);
        for (len k = 0; k < columns; k++) {
            float a = field[above * columns + k];
            of_row[k] = a + v * (field[below * columns + k] - a);
        }
        for (len x = 0; x < width; x += SIDE / 2) {
            float start = node(x, columns, &left, &right), a = of_row[left], step = of_row[right] - a;
            float *restrict row = plane + y * width + x;
            for (len i = 0; i < SIDE / 2; i++) row[i] -= a + (start + (float)i / SIDE) * step;
        }
    }
}
