#include "input/loudness_meter.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

#define PIECE 256
#define A_SECTIONS 3

static const double shorter_seconds[METER_SHORTER] = {0.008, 0.020};

/* Fills a Hann window of sum 1. */
static void fill_window(float *window, int size) {
    double sum = 0;
    for (int i = 0; i < size; i++) sum += 0.5 - 0.5 * cos(2 * M_PI * (i + 1) / (size + 1));
    for (int i = 0; i < size; i++) window[i] = (float)((0.5 - 0.5 * cos(2 * M_PI * (i + 1) / (size + 1))) / sum);
}

void loudness_meter_init(LoudnessMeter *m, Arena *arena, const double *a_weighting, double sample_rate) {
    int size = (int)(METER_SECONDS * sample_rate + 0.5);
    BiquadCascade weighting = {0};
    biquad_cascade_init(&weighting, arena, a_weighting, A_SECTIONS, 1);
    float *weighted = arena_floats(arena, PIECE), *square = arena_floats(arena, 2 * (size_t)size);
    float *window = arena_floats(arena, (size_t)size), *shorter[METER_SHORTER];
    int sizes[METER_SHORTER];
    for (int i = 0; i < METER_SHORTER; i++) {
        sizes[i] = (int)(shorter_seconds[i] * sample_rate + 0.5);
        shorter[i] = arena_floats(arena, (size_t)sizes[i]);
    }
    if (!arena->base) return;
    *m = (LoudnessMeter){.weighting = weighting, .weighted = weighted, .size = size, .square = square, .window = window};
    fill_window(window, size);
    for (int i = 0; i < METER_SHORTER; i++) {
        m->sizes[i] = sizes[i];
        m->shorter[i] = shorter[i];
        fill_window(shorter[i], sizes[i]);
    }
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

static float decibels(float mean) { return fmaxf(METER_FLOOR_DB, 10.0f * log10f(fmaxf(1e-30f, 2.0f * mean))); }

float loudness_meter_read(const LoudnessMeter *m) { return decibels(power(m->square + m->at, m->window, m->size)); }

float loudness_meter_shorter(const LoudnessMeter *m, int which) {
    return decibels(power(m->square + m->at, m->shorter[which], m->sizes[which]));
}

double loudness_meter_delay(const LoudnessMeter *m) { return m->size - m->size / 2; }
