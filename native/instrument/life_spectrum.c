#include "instrument/life_spectrum.h"

#include <math.h>
#include <string.h>

#include "base/draw.h"
#include "base/simd.h"

#define MOST_DEPTH_DB 40.0f
#define MOST_DEVIATION_DB 5.0f
#define DEPTH_SECONDS 0.3
#define NOISE_SECONDS 0.006
#define NOISE_NEIGHBOURS 0.95f
#define LAST_SLOPED 24 /* from this partial on, the number makes no more difference */
#define LOG_PER_DB 0.11512925f
#define A_WEIGHTING 4 /* squares of the corner frequencies in Hz, IEC 61672 */

static const float corner[A_WEIGHTING] = {424.36f, 11599.29f, 544496.41f, 148693636.0f};
static const double speed_seconds[LIFE_SPEEDS] = {0.5, 0.12, 0.03, 0.006};

#define WIDTH 4
#include "instrument/life_spectrum_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "instrument/life_spectrum_kernel.h"
#undef WIDTH
#endif

void life_spectrum_init(LifeSpectrum *l, Arena *arena, const LifeNumbers *numbers, int voices, int harmonics, int bands,
                        double frame_rate) {
    l->numbers = *numbers;
    l->harmonics = harmonics;
    l->bands = bands;
    l->lanes = whole_lanes(harmonics);
    l->noise_lanes = whole_lanes(bands);
    l->forget = (float)(1.0 - exp(-1.0 / (DEPTH_SECONDS * frame_rate)));
    l->log_number = arena_floats(arena, (size_t)l->lanes);
    const int scratch = l->lanes > l->noise_lanes ? l->lanes : l->noise_lanes;
    l->sway = arena_floats(arena, (size_t)scratch);
    l->out = arena_floats(arena, (size_t)scratch);
    for (int v = 0; v < voices; v++) {
        LifeSpectrumVoice *voice = &l->voice[v];
        for (int i = 0; i < 2; i++) {
            voice->partials[i] = arena_floats(arena, (size_t)LIFE_SPEEDS * l->lanes);
            voice->noise[i] = arena_floats(arena, (size_t)l->noise_lanes);
        }
        voice->depth = arena_floats(arena, (size_t)l->lanes);
    }
    if (!arena->base) return;
    float power = 0;
    for (int i = 0; i < LIFE_SPEEDS; i++) {
        l->partials[i] = process_slow(speed_seconds[i], frame_rate);
        power += numbers->partials[i] * numbers->partials[i];
    }
    l->noise = process_slow(NOISE_SECONDS, frame_rate);
    l->total = sqrtf(power);
    for (int k = 0; k < l->lanes; k++)
        l->log_number[k] = 0.5f * numbers->slope * log2f((float)(k < LAST_SLOPED ? k + 1 : LAST_SLOPED));
}

static void reset(LifeSpectrum *l, LifeSpectrumVoice *v, uint32_t seed) {
    v->seed = draw_bits(seed, 0x5b1f);
    v->scale = expf(l->numbers.partial_spread * draw_normal(v->seed, 0));
    v->frames = 0;
    memset(v->depth, 0, (size_t)l->lanes * sizeof *v->depth);
}

/* Steps a row of processes: `now` and `before` are the two newest values of each. */
static void advance(const Process *p, const LifeSpectrumVoice *v, float *now, float *before, int lanes, uint32_t row) {
    /* A row of the note's draws for each frame; two for the first, which starts in the middle of the process. */
    const uint32_t seed = draw_bits(v->seed, 1 + row), place = (v->frames + (v->frames > 0)) * (uint32_t)lanes;
    FASTEST(advance)(p, seed, place, !v->frames, lanes, now, before);
}

/* Each value takes from the one before it, and keeps its variance. */
static void correlate(float *x, int count, float neighbours) {
    const float own = sqrtf(1.0f - neighbours * neighbours);
    for (int i = 1; i < count; i++) x[i] = neighbours * x[i - 1] + own * x[i];
}

static void move_partials(LifeSpectrum *l, LifeSpectrumVoice *v, VoiceFrame *frame) {
    const int lanes = l->lanes, count = l->harmonics;
    memset(l->sway, 0, (size_t)lanes * sizeof *l->sway);
    for (int i = 0; i < LIFE_SPEEDS; i++) {
        float *now = v->partials[0] + i * lanes, *before = v->partials[1] + i * lanes;
        advance(&l->partials[i], v, now, before, lanes, (uint32_t)i);
        for (int k = 0; k < lanes; k++) l->sway[k] += l->numbers.partials[i] * now[k];
    }
    correlate(l->sway, count, l->numbers.neighbours);
    memset(l->out, 0, (size_t)lanes * sizeof *l->out);
    memcpy(l->out, frame->distribution, (size_t)count * sizeof *l->out);
    const float share = fmaxf(l->forget, 1.0f / (float)(v->frames + 1));
    const float sum = FASTEST(move_partials)(l, v, share, frame->life, frame->f0_hz, l->out);
    if (!(sum > 1e-20f)) return;
    for (int k = 0; k < count; k++) frame->distribution[k] = l->out[k] / sum;
    *frame->amplitude *= sum;
}

static void move_noise(LifeSpectrum *l, LifeSpectrumVoice *v, VoiceFrame *frame) {
    advance(&l->noise, v, v->noise[0], v->noise[1], l->noise_lanes, LIFE_SPEEDS);
    if (l->numbers.noise_db <= 0) return;
    memcpy(l->sway, v->noise[0], (size_t)l->noise_lanes * sizeof *l->sway);
    correlate(l->sway, l->bands, NOISE_NEIGHBOURS);
    FASTEST(noise_gains)(l->sway, l->numbers.noise_db * frame->life, l->noise_lanes, l->out);
    for (int i = 0; i < l->bands; i++) frame->magnitudes[i] *= l->out[i];
}

void life_spectrum_step(LifeSpectrum *l, int voice, VoiceFrame *frame) {
    LifeSpectrumVoice *v = &l->voice[voice];
    if (frame->starts) reset(l, v, frame->seed);
    if (frame->life <= 0) return;
    if (l->total > 0) move_partials(l, v, frame);
    move_noise(l, v, frame);
    frame->noise_in_step = frame->life * l->numbers.noise_in_step;
    v->frames++;
}
