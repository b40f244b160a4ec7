#include "instrument/life_spectrum.h"

#include <math.h>
#include <string.h>

#include "base/draw.h"
#include "base/simd.h"

#define MOST_DEPTH_DB 40.0f
#define MOST_DEVIATION_DB 4.0f /* more, and a step of pitch leaps above 4 kHz, where few partials are */
#define DEPTH_SECONDS 0.3
#define NOISE_SECONDS 0.006
#define NOISE_NEIGHBOURS 0.95f
#define BEFORE 64 /* zeros before what is correlated */
#define RECKONED 4    /* frames in which partials' depths change little ... */
#define YOUNG 16      /* ... once a note is so many frames old */
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
                        double sample_rate, double frame_rate) {
    l->numbers = *numbers;
    l->harmonics = harmonics;
    l->bands = bands;
    l->nyquist = (float)(0.5 * sample_rate);
    l->lanes = whole_lanes(harmonics);
    l->noise_lanes = whole_lanes(bands);
    l->forget = (float)(1.0 - exp(-1.0 / (DEPTH_SECONDS * frame_rate)));
    l->log_number = arena_floats(arena, (size_t)l->lanes);
    const int scratch = l->lanes > l->noise_lanes ? l->lanes : l->noise_lanes;
    l->sway = arena_floats(arena, (size_t)(BEFORE + scratch));
    if (l->sway) l->sway += BEFORE;
    l->out = arena_floats(arena, (size_t)scratch);
    for (int v = 0; v < voices; v++) {
        LifeSpectrumVoice *voice = &l->voice[v];
        voice->partials = arena_floats(arena, (size_t)(2 * LIFE_SPEEDS) * l->lanes);
        for (int i = 0; i < 2; i++) voice->noise[i] = arena_floats(arena, (size_t)l->noise_lanes);
        voice->depth = arena_floats(arena, (size_t)l->lanes);
        voice->deviation = arena_floats(arena, (size_t)l->lanes);
        voice->weight = arena_floats(arena, (size_t)l->lanes);
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

/* Rows of a note's draws: of each speed's first values, of the noise's, and of all that follow. */
enum { ROW_NOISE = LIFE_SPEEDS, ROW_PARTIALS };

static uint32_t row_of(const LifeSpectrumVoice *v, int row) { return draw_bits(v->seed, 1 + (uint32_t)row); }

/* The partials' sway in this frame, into l->sway. */
static void sway_partials(LifeSpectrum *l, LifeSpectrumVoice *v, int lanes) {
    uint32_t seeds[LIFE_SPEEDS];
    if (v->frames) {
        const uint32_t place = v->frames * (uint32_t)l->lanes;
        FASTEST(advance_partials)(l, row_of(v, ROW_PARTIALS), place, lanes, v->frames & 1, v->partials);
        return;
    }
    for (int i = 0; i < LIFE_SPEEDS; i++) seeds[i] = row_of(v, i);
    FASTEST(begin_partials)(l, seeds, v->partials);
}

/* Partials that can be heard: no others move. */
static int below_nyquist(const LifeSpectrum *l, float f0_hz) {
    return f0_hz * (float)l->harmonics > l->nyquist ? (int)(l->nyquist / f0_hz) : l->harmonics;
}

static void move_partials(LifeSpectrum *l, LifeSpectrumVoice *v, VoiceFrame *frame) {
    const int count = below_nyquist(l, frame->f0_hz), lanes = whole_lanes(count);
    sway_partials(l, v, lanes);
    if (l->numbers.neighbours > 0) FASTEST(correlate)(l->sway, lanes, l->numbers.neighbours);
    memcpy(l->out, frame->distribution, (size_t)count * sizeof *l->out);
    memset(l->out + count, 0, (size_t)(lanes - count) * sizeof *l->out);
    const float share = fmaxf(l->forget, 1.0f / (float)(v->frames + 1));
    if (v->frames < YOUNG) FASTEST(reckon)(l, v, share, frame->f0_hz, lanes, l->out);
    else if ((v->frames + v->seed) % RECKONED == 0)
        FASTEST(reckon)(l, v, RECKONED * share, frame->f0_hz, lanes, l->out);
    const float louder = FASTEST(move_partials)(l, v, frame->life, lanes, l->out);
    if (!(louder > 0)) return;
    memcpy(frame->distribution, l->out, (size_t)count * sizeof *l->out);
    *frame->amplitude *= louder;
}

static void move_noise(LifeSpectrum *l, LifeSpectrumVoice *v, VoiceFrame *frame) {
    float *now = v->noise[v->frames & 1], *other = v->noise[~v->frames & 1];
    const uint32_t seed = row_of(v, ROW_NOISE), lanes = (uint32_t)l->noise_lanes;
    if (l->numbers.noise_db <= 0) return;
    if (v->frames) FASTEST(advance)(&l->noise, seed, (v->frames + 1) * lanes, l->noise_lanes, other, now);
    else FASTEST(begin)(&l->noise, seed, l->noise_lanes, now, other);
    memcpy(l->sway, now, (size_t)lanes * sizeof *l->sway);
    FASTEST(correlate)(l->sway, l->noise_lanes, NOISE_NEIGHBOURS);
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
