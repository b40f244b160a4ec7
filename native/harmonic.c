#include "harmonic.h"
#include "vmath.h"

#define RESTART 16 /* partials until the recurrence starts anew: its rounding errors grow with their square */
#define UNROLL 4   /* partials; amplitudes are padded to a multiple of it */
#define FADE 0.05  /* of Nyquist: where partials fade out */

static int padded(int partials) { return (partials + UNROLL - 1) / UNROLL * UNROLL; }

void harmonic_init(Harmonic *h, Arena *arena, int partials, double sample_rate) {
    float *from = arena_floats(arena, padded(partials));
    float *to = arena_floats(arena, padded(partials));
    if (!arena->base) return;
    *h = (Harmonic){.partials = partials, .sample_rate = sample_rate, .from = from, .to = to};
    harmonic_reset(h, 0);
}

void harmonic_reset(Harmonic *h, double phase) {
    h->phase = fraction(phase);
    h->f0 = h->glide = 0;
    h->f0_hz = 0;
    h->length = h->sounding = 0;
    h->fresh = 1;
    memset(h->from, 0, padded(h->partials) * sizeof(float));
    memset(h->to, 0, padded(h->partials) * sizeof(float));
}

/* Cycles since the frame's first sample: the integral of a frequency that changes linearly. */
INLINE double cycles_since(const Harmonic *h, double samples) {
    return samples * (h->f0 + samples * (0.5 * h->glide));
}

static int audible(const float *amplitudes, int partials) {
    while (partials > 0 && amplitudes[partials - 1] == 0) partials--;
    return partials;
}

void harmonic_frame(Harmonic *h, float f0_hz, float amplitude, const float *distribution, int length) {
    const double nyquist = 0.5 * h->sample_rate;
    h->phase = fraction(h->phase + cycles_since(h, h->length));
    f0_hz = f0_hz > 0 ? f0_hz : 0;
    f0_hz = f0_hz < nyquist ? f0_hz : (float)nyquist;

    float *ended = h->from;
    h->from = h->to;
    h->to = ended;
    for (int k = 0; k < h->partials; k++) {
        double below = (nyquist - (k + 1) * (double)f0_hz) / (FADE * nyquist);
        double weight = below < 0 ? 0 : below > 1 ? 1 : below;
        h->to[k] = (float)(weight * amplitude * distribution[k]);
    }
    int starts = length == 0 || h->fresh;
    if (starts) memcpy(h->from, h->to, h->partials * sizeof(float));
    double end = f0_hz / h->sample_rate;
    h->f0 = starts ? end : h->f0_hz / h->sample_rate;
    h->glide = starts ? 0 : (end - h->f0) / length;
    h->f0_hz = f0_hz;
    h->length = length;
    h->fresh = 0;
    int from = audible(h->from, h->partials), to = audible(h->to, h->partials);
    h->sounding = padded(from > to ? from : to);
}

/* The phase and RESTART times the phase, in cycles: float resolves them only after whole cycles are taken off. */
INLINE void angles(const Harmonic *h, int first, float *once, float *restart) {
    for (int lane = 0; lane < LANES; lane++) {
        double cycles = fraction(h->phase + cycles_since(h, first + lane));
        once[lane] = (float)cycles;
        restart[lane] = (float)fraction(RESTART * cycles);
    }
}

INLINE void sixteen_samples(const Harmonic *h, int first, float *out) {
    float once[LANES], restart[LANES];
    wide sine1[LANE_VECTORS], cosine1[LANE_VECTORS], sine16[LANE_VECTORS], cosine16[LANE_VECTORS];
    wide sine[LANE_VECTORS], cosine[LANE_VECTORS]; /* of the last partial before a restart */
    wide twice_cosine[LANE_VECTORS], before[LANE_VECTORS], partial[LANE_VECTORS];
    wide from[LANE_VECTORS], to[LANE_VECTORS];
    angles(h, first, once, restart);
    for (int i = 0; i < LANE_VECTORS; i++) {
        sincos_cycles(wide_load(once + i * WIDTH), &sine1[i], &cosine1[i]);
        sincos_cycles(wide_load(restart + i * WIDTH), &sine16[i], &cosine16[i]);
        twice_cosine[i] = cosine1[i] + cosine1[i];
        sine[i] = from[i] = to[i] = wide_splat(0);
        cosine[i] = wide_splat(1);
    }
    for (int start = 0; start < h->sounding; start += RESTART) {
        for (int i = 0; i < LANE_VECTORS; i++) {
            before[i] = sine[i];
            partial[i] = sine[i] * cosine1[i];
            partial[i] += cosine[i] * sine1[i];
        }
        int stop = start + RESTART < h->sounding ? start + RESTART : h->sounding;
        for (int k = start; k < stop; k += UNROLL)
            for (int u = 0; u < UNROLL; u++)
                for (int i = 0; i < LANE_VECTORS; i++) {
                    from[i] += h->from[k + u] * partial[i];
                    to[i] += h->to[k + u] * partial[i];
                    wide next = twice_cosine[i] * partial[i] - before[i];
                    before[i] = partial[i];
                    partial[i] = next;
                }
        for (int i = 0; i < LANE_VECTORS; i++) {
            wide turned = sine[i] * cosine16[i];
            turned += cosine[i] * sine16[i];
            cosine[i] = cosine[i] * cosine16[i];
            cosine[i] -= sine[i] * sine16[i];
            sine[i] = turned;
        }
    }
    /* Every partial's amplitude ramps over the same time, so the two sums can be crossfaded instead. */
    float ramp[LANES];
    const float step = 1.0f / (float)(h->length > 0 ? h->length : 1);
    for (int lane = 0; lane < LANES; lane++) ramp[lane] = (float)(first + lane) * step;
    for (int i = 0; i < LANE_VECTORS; i++) {
        wide sum = from[i] + wide_load(ramp + i * WIDTH) * (to[i] - from[i]);
        wide_store(out + i * WIDTH, wide_load(out + i * WIDTH) + sum);
    }
}

HOT void harmonic_render(const Harmonic *h, int first, int size, float *out) {
    for (int done = 0; done < size; done += LANES) sixteen_samples(h, first + done, out + done);
}
