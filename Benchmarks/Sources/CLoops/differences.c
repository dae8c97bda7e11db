#include "CLoops.h"

#include <malloc.h>
#include <math.h>
#include <string.h>
#include <time.h>

double c_processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void c_keep_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void c_copy(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }

void c_normalised_difference(
    const float *restrict before, const float *restrict after, float gain, float offset, const uint8_t *restrict validity,
    float *restrict out, len count) {
    for (len i = 0; i < count; i++) {
        float d = gain * after[i] + offset - before[i];
        out[i] = validity[i] ? d : 0;
    }
}

static inline int level(float value, float limit) {
    value = value < limit ? value : limit;
    value = value > -limit ? value : -limit;
    return (int)rintf(value);
}

void c_signed_change(
    const float *restrict row, const uint16_t *restrict steps, const float *restrict table, const uint8_t *restrict validity,
    int8_t *restrict coarse, int16_t *restrict fine, len count) {
    if (!fine) {
        for (len i = 0; i < count; i++) {
            float z = row[i] * table[steps[i]];
            int usable = validity[i] != 0 && z == z;
            coarse[i] = usable ? level(z * 10, 127) : -128;
        }
        return;
    }
    for (len i = 0; i < count; i++) {
        float z = row[i] * table[steps[i]];
        int usable = validity[i] != 0 && z == z;
        coarse[i] = usable ? level(z * 10, 127) : -128;
        fine[i] = usable ? level(z * 100, 32767) : -32768;
    }
}

void c_detail_levels(const float *restrict a, const float *restrict b, float scale, int8_t *restrict out, len count) {
    for (len i = 0; i < count; i++) {
        float value = (a[i] - b[i]) * scale;
        out[i] = value == value ? level(value, 127) : 0;
    }
}

void c_mean(const float *const *planes, int bands, float *restrict out, len count) {
    float share = 1 / (float)bands;
    if (bands == 4) {
        const float *restrict p0 = planes[0], *restrict p1 = planes[1], *restrict p2 = planes[2], *restrict p3 = planes[3];
        for (len i = 0; i < count; i++) out[i] = p0[i] * share + p1[i] * share + p2[i] * share + p3[i] * share;
        return;
    }
    for (len i = 0; i < count; i++) {
        float sum = 0;
        for (int b = 0; b < bands; b++) sum += planes[b][i] * share;
        out[i] = sum;
    }
}

void c_steps(const float *restrict values, float scale, uint16_t most, const uint8_t *restrict validity, uint16_t *restrict out, len count) {
    float limit = most;
    for (len i = 0; i < count; i++) {
        float value = values[i] * scale;
        value = value < limit ? value : limit;
        out[i] = validity[i] ? (int)rintf(value) : 0;
    }
}

void c_clipped_energy(
    const float *const *rows, int bands, const uint16_t *restrict steps, const float *restrict table, float most,
    const int16_t *restrict observed, float *restrict energy, float *restrict weights, len count) {
    if (bands == 4) {
        const float *restrict r0 = rows[0], *restrict r1 = rows[1], *restrict r2 = rows[2], *restrict r3 = rows[3];
        for (len i = 0; i < count; i++) {
            const float *f = table + 4 * steps[i];
            float a = r0[i] * r0[i] * f[0], b = r1[i] * r1[i] * f[1], c = r2[i] * r2[i] * f[2], d = r3[i] * r3[i] * f[3];
            float sum = (a < most ? a : most) + (b < most ? b : most) + (c < most ? c : most) + (d < most ? d : most);
            int is_observed = observed[i] != -32768;
            energy[i] = is_observed ? sum : 0;
            weights[i] = is_observed ? 1 : 0;
        }
        return;
    }
    for (len i = 0; i < count; i++) {
        float sum = 0;
        for (int b = 0; b < bands; b++) {
            float square = rows[b][i] * rows[b][i] * table[bands * steps[i] + b];
            sum += square < most ? square : most;
        }
        int is_observed = observed[i] != -32768;
        energy[i] = is_observed ? sum : 0;
        weights[i] = is_observed ? 1 : 0;
    }
}

// Rows `pitch` apart, summed with the taps.
static void filter_rows(const float *restrict rows, len pitch, const float *taps, int count, float *restrict out, len width) {
    for (len x = 0; x < width; x++) out[x] = taps[0] * rows[x];
    for (int k = 1; k < count; k++) {
        const float *restrict row = rows + k * pitch;
        for (len x = 0; x < width; x++) out[x] += taps[k] * row[x];
    }
}

static void smooth(
    const float *restrict row, len width, int reach, const float *taps, int count, float *restrict sums, float *restrict out) {
    filter_rows(row - count / 2 * width, width, taps, count, sums, width);
    filter_rows(sums + reach - count / 2, 1, taps, count, out, width - 2 * reach);
}

void c_root_of_means(
    const float *restrict energy, const float *restrict weights, len width, len height, int reach, const float *taps_a, int count_a,
    const float *taps_b, int count_b, float scale, float *restrict scratch, int16_t *restrict out) {
    len inside = width - 2 * reach;
    float *restrict sums = scratch, *restrict mean_a = sums + width, *restrict mean_b = mean_a + inside, *restrict share_a = mean_b + inside,
          *restrict share_b = share_a + inside;
    for (len y = 0; y < height - 2 * reach; y++) {
        const float *own = weights + (y + reach) * width;
        smooth(energy + (y + reach) * width, width, reach, taps_a, count_a, sums, mean_a);
        smooth(energy + (y + reach) * width, width, reach, taps_b, count_b, sums, mean_b);
        smooth(own, width, reach, taps_a, count_a, sums, share_a);
        smooth(own, width, reach, taps_b, count_b, sums, share_b);
        int16_t *restrict row = out + y * inside;
        for (len x = 0; x < inside; x++) {
            float a = share_a[x] > 1.17549435e-38f ? share_a[x] : 1.17549435e-38f, b = share_b[x] > 1.17549435e-38f ? share_b[x] : 1.17549435e-38f;
            float root = sqrtf((mean_a[x] / a + mean_b[x] / b) * scale);
            root = root < 32767 ? root : 32767;
            row[x] = own[x + reach] != 0 ? (int)rintf(root) : -32768;
        }
    }
}

len c_correlation(const int16_t *restrict a, const int16_t *restrict b, len count) {
    int32_t sum = 0;
    for (len i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}
