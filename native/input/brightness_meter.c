#include "input/brightness_meter.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

#define PIECE 256
#define LOW_HZ 48.0
#define HIGH_HZ 8000.0
#define WINDOW_SECONDS 0.012
#define SILENT 1e-9f /* power, -90 dB */

/* A second-order Butterworth section, high or low pass, by the bilinear transform. */
static void section(double *sos, double cycles, int high) {
    const double angle = 2 * M_PI * cycles, c = cos(angle), alpha = sin(angle) * M_SQRT1_2;
    const double edge = high ? (1 + c) / 2 : (1 - c) / 2, middle = high ? -2 * edge : 2 * edge;
    const double made[6] = {edge, middle, edge, 1 + alpha, -2 * c, 1 - alpha};
    memcpy(sos, made, sizeof made);
}

void brightness_meter_init(BrightnessMeter *b, Arena *arena, double sample_rate) {
    const int size = (int)(WINDOW_SECONDS * sample_rate + 0.5);
    double sos[2][6];
    section(sos[0], LOW_HZ / sample_rate, 1);
    section(sos[1], fmin(HIGH_HZ, 0.4 * sample_rate) / sample_rate, 0);
    BiquadCascade band = {0};
    biquad_cascade_init(&band, arena, sos[0], 2, 1);
    float *filtered = arena_floats(arena, PIECE), *power = arena_floats(arena, 2 * (size_t)size);
    float *slope = arena_floats(arena, 2 * (size_t)size), *window = arena_floats(arena, (size_t)size);
    if (!arena->base) return;
    *b = (BrightnessMeter){band, (float)sample_rate, filtered, 0, size, 0, power, slope, window};
    for (int i = 0; i < size; i++)
        window[i] = (float)((1.0 - cos(2 * M_PI * (i + 1) / (size + 1))) / (size + 1));
}

void brightness_meter_push(BrightnessMeter *b, const float *samples, int size) {
    for (int done = 0; done < size; done += PIECE) {
        const int count = size - done < PIECE ? size - done : PIECE;
        memcpy(b->filtered, samples + done, (size_t)count * sizeof *samples);
        biquad_cascade_render(&b->band, 0, b->filtered, count);
        for (int i = 0; i < count; i++) {
            const float x = b->filtered[i], change = x - b->last;
            b->last = x;
            b->at = b->at ? b->at - 1 : b->size - 1;
            b->power[b->at] = b->power[b->at + b->size] = x * x;
            b->slope[b->at] = b->slope[b->at + b->size] = change * change;
        }
    }
}

float brightness_meter_read(const BrightnessMeter *b) {
    const float *power = b->power + b->at, *slope = b->slope + b->at;
    float sums[2][LANES] = {{0}}, total[2] = {0, 0};
    int i = 0;
    for (; i + LANES <= b->size; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            sums[0][lane] += power[i + lane] * b->window[i + lane];
            sums[1][lane] += slope[i + lane] * b->window[i + lane];
        }
    for (; i < b->size; i++) {
        total[0] += power[i] * b->window[i];
        total[1] += slope[i] * b->window[i];
    }
    for (int lane = 0; lane < LANES; lane++)
        for (int sum = 0; sum < 2; sum++) total[sum] += sums[sum][lane];
    if (!(total[0] > SILENT)) return 0;
    /* A sine's difference is 2 sin(pi f / rate) times as large. */
    const float half = fminf(1.0f, 0.5f * sqrtf(total[1] / total[0]));
    return asinf(half) * (float)M_1_PI * b->rate;
}
