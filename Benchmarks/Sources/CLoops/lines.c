#include "CLoops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int c_widen_clipped(const int8_t *restrict levels, int8_t limit, int16_t *restrict out, len count) {
    int8_t holes = 0, lowest = -limit;
    for (len x = 0; x < count; x++) {
        int8_t value = levels[x], clipped = value > limit ? limit : value;
        clipped = clipped < lowest ? lowest : clipped;
        int8_t hole = value == -128;
        out[x] = hole ? 0 : clipped;
        holes |= hole;
    }
    return holes;
}

void c_filter_across(
    const int16_t *restrict line, int16_t centre, const len *distances, const int16_t *weights, int pairs, int is_odd, int shift,
    int16_t *restrict out, len count) {
    for (len x = 0; x < count; x++) out[x] = centre * line[x];
    for (int j = 0; j < pairs; j++) {
        const int16_t *right = line + distances[j], *left = line - distances[j];
        int16_t weight = weights[j];
        if (is_odd) {
            for (len x = 0; x < count; x++) out[x] += weight * (right[x] - left[x]);
        } else {
            for (len x = 0; x < count; x++) out[x] += weight * (right[x] + left[x]);
        }
    }
    int16_t half = 1 << shift >> 1;
    for (len x = 0; x < count; x++) out[x] = (int16_t)(out[x] + half + (out[x] >> 15)) >> shift;
}

void c_clear_beside_invalid(const int8_t *restrict levels, int8_t *restrict marks, int16_t *restrict values, len count) {
    for (len x = 0; x < count; x++) marks[x] = levels[x] == -128;
    for (int k = 1; k < 15; k++) {
        for (len x = 0; x < count; x++) marks[x] |= levels[x + k] == -128;
    }
    for (len x = 0; x < count; x++) {
        int16_t value = values[x];
        values[x] = marks[x] ? 0 : value;
    }
}

void c_add_four(
    const int16_t *restrict a, const int16_t *restrict b, const int16_t *restrict c, const int16_t *restrict d, int16_t *restrict out,
    len count) {
    for (len x = 0; x < count; x++) out[x] = a[x] + b[x] + c[x] + d[x];
}

void c_accumulate_two(const int16_t *restrict a, const int16_t *restrict b, int32_t *restrict sums, len count) {
    for (len x = 0; x < count; x++) sums[x] += (int16_t)(a[x] + b[x]);
}

void c_standardise_sums(
    const int16_t *restrict a, const int16_t *restrict b, const uint16_t *restrict factors, uint16_t gain, int16_t *restrict out,
    len count) {
    for (len x = 0; x < count; x++) {
        int16_t multiplier = (int16_t)((uint32_t)factors[x] * gain >> 16);
        int16_t doubled = (int16_t)(a[x] + b[x]) * multiplier >> 16;
        out[x] = (int16_t)(doubled + 1) >> 1;
    }
}

void c_add_clipped_squares(
    const int16_t *restrict a, const int16_t *restrict b, int16_t gain, int16_t *restrict squares, int16_t *restrict counts, len count) {
    for (len x = 0; x < count; x++) {
        int16_t sum = a[x] + b[x], size = abs(sum), doubled = size * gain >> 16;
        int16_t steps = (int16_t)(doubled + 1) >> 1;
        steps = steps > 48 ? 48 : steps;
        squares[x] += steps * steps;
        counts[x] += sum != 0;
    }
}

int32_t c_beamlet_sum(
    const int8_t *restrict levels, len along, const len *restrict offsets, len rows, const int16_t *restrict taps, int8_t limit, int shift) {
    int half = 1 << shift >> 1, total = 0;
    for (len r = 0; r < rows; r++) {
        const int8_t *row = levels + r * along + offsets[r];
        int16_t sum = 0;
        int8_t holes = 0;
        // The sixteenth tap is 0.
        for (int k = 0; k < 15; k++) {
            int8_t level = row[k];
            holes |= level == -128;
            level = level > limit ? limit : level < -limit ? -limit : level;
            sum += level * taps[k];
        }
        total += holes ? 0 : (sum + half + (sum >> 31)) >> shift;
    }
    return total;
}

void c_interpolated_inverse(float left, float right, float numerator, len first, float spacing, uint16_t *restrict out, len count) {
    float step = (right - left) / spacing;
    for (len k = 0; k < count; k++) {
        float value = numerator / (left + step * ((float)(int32_t)(k + first) + 0.5f));
        out[k] = (int)rintf(value < 32767 ? value : 32767);
    }
}

void c_transpose_columns(const int8_t *restrict source, len pitch, len rows, len columns, int8_t *restrict out, len out_pitch) {
    for (len top = 0; top < rows; top += 16) {
        len bottom = top + 16 < rows ? top + 16 : rows;
        for (len left = 0; left < columns; left += 16) {
            len right = left + 16 < columns ? left + 16 : columns;
            for (len k = left; k < right; k++) {
                for (len y = top; y < bottom; y++) out[k * out_pitch + y] = source[y * pitch + k];
            }
        }
    }
}

// One sign; `factor` is 1 or -1. Scores are quarters of a step.
static void extend(
    const int16_t *restrict sums, len sum_pitch, const int16_t *costs, const int16_t *restrict previous, int16_t *restrict current,
    len pitch, uint16_t *restrict origins, len origin_pitch, int groups, int16_t *restrict peaks, int factor, len count) {
    int16_t nothing = 4 * costs[0], highest = 4 * costs[1], cost = 4 * costs[3], top = costs[4], bottom = costs[5], turn = 4 * costs[6],
            straight = 4 * costs[7];
    int slopes = 7 * groups, middle = (slopes - 1) / 2;
    // Before the first slope there is none.
    static int16_t begun[8192];
    for (len x = 0; x < count; x++) begun[x] = nothing + turn;
    for (int s = 0; s < slopes; s++) {
        const int16_t *restrict sum = sums + s * sum_pitch, *restrict same = previous + s * pitch, *restrict more = same + pitch;
        const int16_t *restrict less = s > 0 ? same - pitch : begun;
        uint16_t *restrict word = origins + s / 7 * origin_pitch;
        int16_t *restrict out = current + s * pitch + s - middle;
        uint16_t kept = s % 7 == 0 ? 0 : 0xFFFF;
        for (len x = 0; x < count; x++) {
            int16_t gain = factor * sum[x];
            gain = gain > top ? top : gain;
            gain = gain < bottom ? bottom : gain;
            int16_t from_less = less[x] - turn, turned = more[x] - turn, value = same[x] - straight;
            uint16_t code = from_less >= turned ? 1 : 0;
            turned = from_less > turned ? from_less : turned;
            code = value >= turned ? 2 : code;
            value = turned > value ? turned : value;
            code = nothing >= value ? 3 : code;
            value = nothing > value ? nothing : value;
            value = highest < value ? highest : value;
            value += 4 * gain - cost;
            out[x] = value;
            word[x] = (uint16_t)((word[x] & kept) << 2) | code;
            peaks[x] = value > peaks[x] ? value : peaks[x];
        }
    }
}

void c_extend_chains(
    const int16_t *restrict sums, len sum_pitch, const int16_t *costs, const int16_t *restrict previous, int16_t *restrict current,
    len pitch, len sign_pitch, uint16_t *restrict origins, len origin_pitch, int groups, uint8_t *restrict marks, len count) {
    static int16_t peaks[8192];
    for (len x = 0; x < count; x++) peaks[x] = 4 * costs[0];
    extend(sums, sum_pitch, costs, previous, current, pitch, origins, origin_pitch, groups, peaks, 1, count);
    extend(
        sums, sum_pitch, costs, previous + sign_pitch, current + sign_pitch, pitch, origins + groups * origin_pitch, origin_pitch, groups,
        peaks, -1, count);
    for (len g = 0; g < count / 16; g++) {
        int any = 0;
        for (int i = 0; i < 16; i++) any |= peaks[16 * g + i] > 4 * costs[2];
        marks[g] = any;
    }
}

void c_greatest_of_rows(const int16_t *restrict values, len pitch, int rows, int16_t *restrict out) {
    int16_t best[16];
    memcpy(best, values, sizeof best);
    for (int r = 1; r < rows; r++) {
        for (int i = 0; i < 16; i++) best[i] = values[r * pitch + i] > best[i] ? values[r * pitch + i] : best[i];
    }
    memcpy(out, best, sizeof best);
}

len c_peaks(const int16_t *restrict values, int16_t limit, int reach, int32_t *restrict out, len count) {
    len found = 0;
    for (len x = 0; x < count; x++) {
        int16_t value = values[x];
        if (value <= limit) continue;
        int is_peak = 1;
        for (int k = 1; k <= reach && is_peak; k++) is_peak = values[x - k] < value && values[x + k] <= value;
        if (is_peak) out[found++] = (int32_t)x;
    }
    return found;
}
