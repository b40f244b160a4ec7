#include "input/loudness_meter.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

#define PIECE 256
#define A_SECTIONS 3

void loudness_meter_init(LoudnessMeter *m, Arena *arena, const double *a_weighting, double sample_rate) {
    int size = (int)(METER_SECONDS * sample_rate + 0.5);
    BiquadCascade weighting = {0};
    biquad_cascade_init(&weighting, arena, a_weighting, A_SECTIONS, 1);
    float *weighted = arena_floats(arena, PIECE), *square = arena_floats(arena, 2 * (size_t)size);
    float *window = arena_floats(arena, (size_t)size);
    if (!arena->base) return;
    *m = (LoudnessMeter){weighting, weighted, size, 0, square, window};
    double sum = 0;
    for (int i = 0; i < size; i++) sum += 0.5 - 0.5 * cos(2 * M_PI * (i + 1) / (size + 1));
    for (int i = 0; i < size; i++) window[i] = (float)((0.5 - 0.5 * cos(2 * M_PI * (i + 1) / (size + 1))) / sum);
}

void loudness_meter_push(LoudnessMeter *m, const float *samples, int size) {
    for (int done = 0; done < size; done += PIECE) {
        int count = size - done < PIECE ? size - done : PIECE;
        memcpy(m->weighted, samples + done, (size_t)count * sizeof *samples);
        biquad_cascade_render(&m->weighting, 0, m->weighted, count);
        for (int i = 0; i < count; i++) {
            m->at = m->at ? m->at - 1 : m->size - 1;
            m->square[m->at] = m->square[m->at + m->size] = m->weighted[i] * m->weighted[i];
        }
    }
}

/* Sixteen sums, added up at the end, whatever the compiler makes of them. */
HOT static float power(const float *square, const float *window, int size) {
    float sums[LANES] = {0}, sum = 0;
    int i = 0;
    for (; i + LANES <= size; i += LANES)
        for (int lane = 0; lane < LANES; lane++) sums[lane] += square[i + lane] * window[i + lane];
    for (; i < size; i++) sum += square[i] * window[i];
    for (int lane = 0; lane < LANES; lane++) sum += sums[lane];
    return sum;
}

float loudness_meter_read(const LoudnessMeter *m) {
    float mean = power(m->square + m->at, m->window, m->size);
    return fmaxf(METER_FLOOR_DB, 10.0f * log10f(fmaxf(1e-30f, 2.0f * mean)));
}

double loudness_meter_delay(const LoudnessMeter *m) { return m->size - m->size / 2; }
