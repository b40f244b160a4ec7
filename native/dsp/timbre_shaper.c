#include "dsp/timbre_shaper.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

#define STEPS 6           /* of Newton's method: to a thousandth from any start that music asks for */
#define MOST_POWER 8.0f   /* 48 dB an octave */
#define FLOOR_DB -80.0f   /* of a magnitude, as the attribute is defined */
#define LOG_PER_DB 0.11512925f

typedef struct Sums {
    float one, k, log, k_log; /* of the weights times these */
} Sums;

#define WIDTH 4
#include "dsp/timbre_shaper_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "dsp/timbre_shaper_kernel.h"
#undef WIDTH
#endif

void timbre_shaper_init(TimbreShaper *b, Arena *arena, int harmonics, int bands, double patch_rate) {
    size_t size = (size_t)whole_lanes(harmonics);
    float *log_k = arena_floats(arena, size), *straight = arena_floats(arena, size);
    float *tilted = arena_floats(arena, size), *nepers = arena_floats(arena, size);
    float *level_db = arena_floats(arena, (size_t)bands);
    const int hiss_band = (int)(HISS_HZ / (0.5 * patch_rate) * (bands - 1) + 0.5);
    if (!log_k) return;
    *b = (TimbreShaper){harmonics, bands, hiss_band, log_k, straight, tilted, nepers, level_db};
    for (int k = 0; k < harmonics; k++) log_k[k] = logf((float)(k + 1));
}

void timbre_shaper_distribution(TimbreShaper *b, const TimbreShape *bend, float *distribution) {
    const int leaves = bend->left_share > 0 && bend->left_centroid != bend->centroid;
    if (bend->centroid <= 0 && bend->brighter == 0 && !leaves) return;
    const int count = b->harmonics, whole = whole_lanes(count);
    float power = 0, wanted = 0;
    memcpy(b->straight, distribution, (size_t)count * sizeof *distribution); /* zeros stay behind it */
    Sums sums = {0, 0, 0, 0};
    for (int step = 0; step <= STEPS; step++) {
        sums = FASTEST(tilt)(b->straight, b->log_k, power, whole, b->tilted);
        if (!(sums.one > 1e-20f)) return; /* there is nothing to bend */
        float centroid = sums.k / sums.one;
        if (step == 0) {
            wanted = (bend->centroid > 0 ? bend->centroid : centroid) * exp2f(bend->brighter);
            if (leaves) {
                const float left = (bend->left_centroid > 0 ? bend->left_centroid : centroid) * exp2f(bend->brighter);
                wanted *= powf(left / wanted, bend->left_share);
            }
            wanted = fminf(fmaxf(wanted, 1.05f), 0.5f * (float)count);
        }
        /* d ln(centroid) / d power is the covariance of k and ln k over the centroid. */
        float slope = (sums.k_log - sums.k * sums.log / sums.one) / sums.k;
        if (step == STEPS || slope < 1e-6f) break;
        float next = power + logf(wanted / centroid) / slope;
        next = fminf(fmaxf(next, power - 2.0f), power + 2.0f);
        power = fminf(fmaxf(next, -MOST_POWER), MOST_POWER);
    }
    for (int k = 0; k < count; k++) distribution[k] = b->tilted[k] / sums.one;
}

void timbre_shaper_resonate(TimbreShaper *b, const TimbreShape *bend, const float *resonances, float *distribution) {
    if (bend->sway == 0 || !(bend->sways_hz > 0) || !resonances) return;
    const int count = b->harmonics, whole = whole_lanes(count);
    const float first = RESONANCE_STEPS * (log2f(bend->sways_hz / RESONANCE_HZ) - bend->formant);
    memcpy(b->straight, distribution, (size_t)count * sizeof *distribution);
    FASTEST(resonate)(resonances, b->log_k, first, RESONANCE_STEPS * bend->sway, whole, b->nepers);
    const float scale = FASTEST(amplify)(b->straight, b->nepers, whole, b->tilted);
    for (int k = 0; k < count; k++) distribution[k] = b->tilted[k] * scale;
}

/* The gain in dB after which the mean of the levels, none taken for less than the floor, is the wanted one. That mean is
   a convex function of the gain, so that Newton's method comes down on it from above and never passes it. */
static float gain_towards(const float *level_db, int bands, float floor_db, float wanted_db) {
    float sum_db = 0;
    for (int i = 0; i < bands; i++) sum_db += level_db[i];
    float gain_db = wanted_db - sum_db / (float)bands;
    for (int step = 0; step < STEPS; step++) {
        float above_db = 0, mean_db;
        int above = 0;
        for (int i = 0; i < bands; i++) {
            if (level_db[i] + gain_db <= floor_db) continue;
            above_db += level_db[i] + gain_db - floor_db;
            above++;
        }
        mean_db = floor_db + above_db / (float)bands;
        if (!above || mean_db - wanted_db < 1e-3f) break;
        gain_db -= (mean_db - wanted_db) * (float)bands / (float)above;
    }
    return gain_db;
}

static void lift(float *magnitudes, int count, float db) {
    const float gain = expf(db * LOG_PER_DB);
    for (int i = 0; i < count; i++) magnitudes[i] *= gain;
}

void timbre_shaper_magnitudes(TimbreShaper *b, const TimbreShape *bend, float *magnitudes) {
    if (bend->noise_lift_db != 0) lift(magnitudes, b->bands, bend->noise_lift_db);
    if (bend->hiss_db != 0 && b->hiss_band < b->bands)
        lift(magnitudes + b->hiss_band, b->bands - b->hiss_band, bend->hiss_db);
    if (bend->noise_share <= 0) return;
    float more_db = bend->noise_more_db;
    if (!isnan(bend->noise_db)) {
        for (int i = 0; i < b->bands; i++) b->level_db[i] = logf(fmaxf(magnitudes[i], 1e-10f)) / LOG_PER_DB;
        more_db += gain_towards(b->level_db, b->bands, FLOOR_DB - bend->gain_db, bend->noise_db - bend->gain_db);
    }
    float gain = expf(bend->noise_share * more_db * LOG_PER_DB);
    for (int i = 0; i < b->bands; i++) magnitudes[i] *= gain;
}

void timbre_shaper_balance(const TimbreShape *bend, float *amplitude, float *magnitudes, int bands) {
    if (bend->balance_db == 0) return;
    float gain = expf(bend->balance_db * LOG_PER_DB);
    if (gain > 1.0f) *amplitude /= gain;
    for (int i = 0; i < bands; i++) magnitudes[i] *= gain;
}
