#include "instrument/formant_shift.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

#define LEAST 1e-12f        /* of a partial's share: -240 dB */
#define TRAINED 0.95f       /* of Nyquist: partials above fade out and were hardly trained */
#define FALL 2.0f             /* power of frequency that the envelope falls with above its last partial: 12 dB an octave */
#define LN_2 0.69314718f
#define SPAN 3                /* partials to each side, over which the difference of odd and even ones is a mean */
#define DOUBT 2.0f            /* squared errors of that mean that its square has to exceed to count */
#define AT_ENDS 5             /* partials of that mean at the ends */
#define FEWEST (2 * SPAN + 4) /* partials that can show it */

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
    float *alternation = arena_floats(arena, size);
    float *band = arena_floats(arena, (size_t)bands);
    if (!log_k) return;
    *f = (FormantShift){harmonics, bands, (float)(0.5 * patch_rate), log_k, level, alternation, moved, band};
    for (int k = 0; k < harmonics; k++) log_k[k] = logf((float)(k + 1));
}

/* How many partials of an f0 lie below Nyquist, at least 1. */
static int below_nyquist(const FormantShift *f, float f0_hz) {
    const float count = TRAINED * f->nyquist / fmaxf(f0_hz, 1.0f);
    return count < 1.0f ? 1 : count < (float)f->harmonics ? (int)count : f->harmonics;
}

/* Nepers by which partial k (from 0) lies above its neighbours if it is odd, below them if it is even. */
static float alternates(const float *level, int k) {
    const float above = 0.5f * (level[k] - 0.5f * (level[k - 1] + level[k + 1]));
    return k % 2 ? -above : above;
}

/* The mean of values [count], nearer to 0 the more they scatter, and never below. A clarinet's odd partials lie above
   all their neighbours; a formant's peak lies above two, odd or even. */
static float sure_mean(const float *values, int count) {
    float sum = 0, squares = 0;
    for (int i = 0; i < count; i++) {
        sum += values[i];
        squares += values[i] * values[i];
    }
    const float mean = sum / (float)count;
    if (!(mean > LEAST)) return 0;
    const float error = (squares / (float)count - mean * mean) / (float)(count - 1); /* of the mean, squared */
    return fmaxf(0, mean - DOUBT * fmaxf(0, error) / mean);
}

/* Takes off the level by how much odd partials lie above even ones in the neighbourhood. */
static void split_alternation(FormantShift *f, int last) {
    memset(f->alternation, 0, (size_t)last * sizeof *f->alternation);
    if (last < FEWEST) return;
    float *single = f->moved;
    for (int k = 1; k < last - 1; k++) single[k] = alternates(f->level, k);
    for (int k = 0; k < last; k++) {
        int from = k > SPAN ? k - SPAN : 1, to = k + SPAN < last - 1 ? k + SPAN + 1 : last - 1;
        if (to < 1 + AT_ENDS) to = 1 + AT_ENDS;
        if (from > last - 1 - AT_ENDS) from = last - 1 - AT_ENDS;
        f->alternation[k] = sure_mean(single + from, to - from);
    }
    for (int k = 0; k < last; k++) f->level[k] -= k % 2 ? -f->alternation[k] : f->alternation[k];
}

static float between(const float *values, int below, float share) {
    return values[below] + share * (values[below + 1] - values[below]);
}

/* The envelope in nepers at every partial, read `octaves` higher. */
static void read_envelope(FormantShift *f, float octaves, int last) {
    const float ratio = exp2f(octaves), log_ratio = octaves * LN_2;
    for (int k = 0; k < f->harmonics; k++) {
        const float place = (float)(k + 1) * ratio;
        const int below = place < (float)last ? (int)place : last;
        float alternation;
        if (below < 1) {
            f->moved[k] = f->level[0];
            alternation = f->alternation[0];
        } else if (below >= last) {
            f->moved[k] = f->level[last - 1] - FALL * (f->log_k[k] + log_ratio - f->log_k[last - 1]);
            alternation = f->alternation[last - 1];
        } else {
            f->moved[k] = between(f->level, below - 1, place - (float)below);
            alternation = between(f->alternation, below - 1, place - (float)below);
        }
        f->moved[k] += k % 2 ? -alternation : alternation;
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
    split_alternation(f, last);
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
