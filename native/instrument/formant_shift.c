#include "instrument/formant_shift.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

#define LEAST 1e-12f        /* of a partial's share: -240 dB */
#define TRAINED 0.95f       /* of Nyquist: partials above fade out and were hardly trained */
#define FALL 2.0f             /* power of frequency that the envelope falls with above its last partial: 12 dB an octave */
#define LN_2 0.69314718f

#define WIDTH 4
#include "instrument/formant_shift_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "instrument/formant_shift_kernel.h"
#undef WIDTH
#endif

void formant_shift_init(FormantShift *f, Arena *arena, int harmonics, int bands, double patch_rate) {
    const size_t size = (size_t)whole_lanes(harmonics);
    float *log_k = arena_floats(arena, size), *level = arena_floats(arena, size), *moved = arena_floats(arena, size);
    float *band = arena_floats(arena, (size_t)bands);
    if (!log_k) return;
    *f = (FormantShift){harmonics, bands, (float)(0.5 * patch_rate), log_k, level, moved, band};
    for (int k = 0; k < harmonics; k++) log_k[k] = logf((float)(k + 1));
}

/* How many partials of an f0 lie below Nyquist, at least 1. */
static int below_nyquist(const FormantShift *f, float f0_hz) {
    const float count = TRAINED * f->nyquist / fmaxf(f0_hz, 1.0f);
    return count < 1.0f ? 1 : count < (float)f->harmonics ? (int)count : f->harmonics;
}

/* The envelope in nepers at every partial, read `octaves` higher. */
static void read_envelope(FormantShift *f, float octaves, int last) {
    const float ratio = exp2f(octaves), log_ratio = octaves * LN_2;
    for (int k = 0; k < f->harmonics; k++) {
        const float place = (float)(k + 1) * ratio;
        const int below = place < (float)last ? (int)place : last;
        if (below < 1) {
            f->moved[k] = f->level[0];
        } else if (below >= last) {
            f->moved[k] = f->level[last - 1] - FALL * (f->log_k[k] + log_ratio - f->log_k[last - 1]);
        } else {
            const float low = f->level[below - 1], high = f->level[below];
            f->moved[k] = low + (place - (float)below) * (high - low);
        }
    }
}

static float power(const float *x, int count) {
    float sum = 0;
    for (int k = 0; k < count; k++) sum += x[k] * x[k];
    return sum;
}

void formant_shift_partials(FormantShift *f, float octaves, float decoder_hz, float sound_hz, float *amplitude,
                            float *distribution) {
    if (octaves == 0) return;
    const int count = f->harmonics, whole = whole_lanes(count), last = below_nyquist(f, decoder_hz);
    const float before = power(distribution, last);
    memcpy(f->level, distribution, (size_t)count * sizeof *distribution); /* zeros stay behind it */
    FASTEST(logarithms)(f->level, whole, f->level);
    read_envelope(f, octaves, last);
    FASTEST(exponentials)(f->moved, whole);
    float sum = 0;
    for (int k = 0; k < count; k++) sum += f->moved[k];
    const float after = power(f->moved, below_nyquist(f, sound_hz));
    if (!(before > 1e-20f) || !(after > 1e-20f)) return; /* silence stays silence */
    for (int k = 0; k < count; k++) distribution[k] = f->moved[k] / sum;
    *amplitude *= sum * sqrtf(before / after);
}

void formant_shift_noise(FormantShift *f, float octaves, float *magnitudes) {
    if (octaves == 0) return;
    const float ratio = exp2f(-octaves);
    memcpy(f->band, magnitudes, (size_t)f->bands * sizeof *magnitudes);
    for (int i = 0; i < f->bands; i++) {
        const float place = (float)i * ratio;
        const int below = place < (float)(f->bands - 1) ? (int)place : f->bands - 1;
        const int above = below + 1 < f->bands ? below + 1 : below;
        magnitudes[i] = f->band[below] + (place - (float)below) * (f->band[above] - f->band[below]);
    }
}
