#include "dsp/harmonic.h"

#include <math.h>

#include "base/draw.h"

#define RESTART 16 /* partials until the recurrence starts anew: its rounding errors grow with their square */
#define UNROLL 4   /* partials; amplitudes are padded to a multiple of it */
#define ALIGNED 12 /* partials that begin alike */
#define SIGNS 8    /* seed of the others' signs */
#define FADE 0.05  /* of Nyquist: where partials fade out */
#define INAUDIBLE 1e-7f /* -140 dB: below a 24-bit sample's last bit */

/* x minus the nearest integer, in [-0.5, 0.5]; |x| < 2^51. Adding and subtracting 1.5 * 2^52 rounds. */
INLINE double fraction(double x) { return x - ((x + 0x1.8p52) - 0x1.8p52); }

static int padded(int partials) { return (partials + UNROLL - 1) / UNROLL * UNROLL; }

void harmonic_init(Harmonic *h, Arena *arena, int partials, double sample_rate) {
    float *from = arena_floats(arena, padded(partials));
    float *to = arena_floats(arena, padded(partials));
    float *sign = arena_floats(arena, padded(partials));
    if (!arena->base) return;
    *h = (Harmonic){.partials = partials, .sample_rate = sample_rate, .from = from, .to = to, .sign = sign};
    for (int k = 0; k < partials; k++) sign[k] = k >= ALIGNED && draw_bits(SIGNS, (uint32_t)k) >> 31 ? -1.0f : 1.0f;
    harmonic_reset(h, 0);
}

void harmonic_reset(Harmonic *h, double phase) {
    h->phase = fraction(phase);
    h->f0 = h->glide = 0;
    h->f0_hz = 0;
    h->length = h->sounding = 0;
    h->starts = 1;
    memset(h->from, 0, padded(h->partials) * sizeof(float));
    memset(h->to, 0, padded(h->partials) * sizeof(float));
}

/* Cycles since the frame's first sample: the integral of a frequency that changes linearly. */
INLINE double cycles_since(const Harmonic *h, double samples) {
    return samples * (h->f0 + samples * (0.5 * h->glide));
}

static int audible(const float *amplitudes, int partials) {
    while (partials > 0 && fabsf(amplitudes[partials - 1]) < INAUDIBLE) partials--;
    return partials;
}

void harmonic_frame(Harmonic *h, float f0_hz, float amplitude, const float *distribution, int length) {
    const double nyquist = 0.5 * h->sample_rate;
    h->phase = fraction(h->phase + cycles_since(h, h->length));
    f0_hz = f0_hz > 0 ? f0_hz : 0;
    if (f0_hz == 0) amplitude = 0; /* a phase that stands still is an offset */
    f0_hz = f0_hz < nyquist ? f0_hz : (float)nyquist;

    float *ended = h->from;
    h->from = h->to;
    h->to = ended;
    const double whole = (1 - FADE) * nyquist / fmax((double)f0_hz, 1e-9);
    const int unfaded = whole < h->partials ? (int)whole : h->partials;
    for (int k = 0; k < unfaded; k++) h->to[k] = h->sign[k] * (amplitude * distribution[k]);
    for (int k = unfaded; k < h->partials; k++) {
        double below = (nyquist - (k + 1) * (double)f0_hz) / (FADE * nyquist);
        double weight = below < 0 ? 0 : below > 1 ? 1 : below;
        h->to[k] = h->sign[k] * (float)(weight * amplitude * distribution[k]);
    }
    int starts = length == 0 || h->starts;
    if (starts) memcpy(h->from, h->to, h->partials * sizeof(float));
    double end = f0_hz / h->sample_rate;
    h->f0 = starts ? end : h->f0_hz / h->sample_rate;
    h->glide = starts ? 0 : (end - h->f0) / length;
    h->f0_hz = f0_hz;
    h->length = length;
    h->starts = 0;
    int from = audible(h->from, h->partials), to = audible(h->to, h->partials);
    h->sounding = padded(from > to ? from : to);
}

#define WIDTH 4
#include "dsp/harmonic_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "dsp/harmonic_kernel.h"
#undef WIDTH
#endif

void harmonic_render(const Harmonic *h, int first, int size, float *out, float *cosine) {
    FASTEST(render)(h, first, size, out, cosine);
}
