/* The harmonic bank's inner loops, once per instruction set: harmonic.c includes this for each WIDTH. */
#include "base/lanes.h"
#include "base/vmath.h"

/* The phase and RESTART times the phase, in cycles: float resolves them only after whole cycles are taken off. */
TARGET INLINE void NAME(angles)(const Harmonic *h, int first, float *once, float *restart) {
    for (int lane = 0; lane < LANES; lane++) {
        double cycles = fraction(h->phase + cycles_since(h, first + lane));
        once[lane] = (float)cycles;
        restart[lane] = (float)fraction(RESTART * cycles);
    }
}

/* Adds a partial, and makes of the one two before it the one two behind it. */
TARGET INLINE void NAME(add_partial)(const Harmonic *h, int k, const wide *twice_cosine2, const wide *partial, wide *before,
                                     wide *from, wide *to) {
    for (int i = 0; i < LANE_VECTORS; i++) {
        from[i] += h->from[k] * partial[i];
        to[i] += h->to[k] * partial[i];
        before[i] = twice_cosine2[i] * partial[i] - before[i];
    }
}

/* Odd and even partials, in two chains that don't wait for each other. */
TARGET INLINE void NAME(sixteen_samples)(const Harmonic *h, int first, float *out, float *fundamental) {
    float once[LANES], restart[LANES];
    wide sine1[LANE_VECTORS], cosine1[LANE_VECTORS], sine16[LANE_VECTORS], cosine16[LANE_VECTORS];
    wide sine[LANE_VECTORS], cosine[LANE_VECTORS]; /* of the last partial before a restart */
    wide odd[LANE_VECTORS], odd_before[LANE_VECTORS], even[LANE_VECTORS], even_before[LANE_VECTORS];
    wide twice_cosine2[LANE_VECTORS], from[LANE_VECTORS], to[LANE_VECTORS];
    NAME(angles)(h, first, once, restart);
    for (int i = 0; i < LANE_VECTORS; i++) {
        sincos_cycles(wide_load(once + i * WIDTH), &sine1[i], &cosine1[i]);
        sincos_cycles(wide_load(restart + i * WIDTH), &sine16[i], &cosine16[i]);
        if (fundamental) wide_store(fundamental + i * WIDTH, cosine1[i]);
        twice_cosine2[i] = 2.0f - 4.0f * sine1[i] * sine1[i];
        sine[i] = from[i] = to[i] = wide_splat(0);
        cosine[i] = wide_splat(1);
    }
    for (int start = 0; start < h->sounding; start += RESTART) {
        for (int i = 0; i < LANE_VECTORS; i++) {
            const wide across = sine[i] * cosine1[i], along = cosine[i] * sine1[i];
            odd[i] = across + along;
            odd_before[i] = across - along;
            even_before[i] = sine[i];
            even[i] = sine[i] * (0.5f * twice_cosine2[i]) + cosine[i] * (2.0f * sine1[i] * cosine1[i]);
        }
        int stop = start + RESTART < h->sounding ? start + RESTART : h->sounding;
        for (int k = start; k < stop; k += UNROLL) {
            NAME(add_partial)(h, k, twice_cosine2, odd, odd_before, from, to);
            NAME(add_partial)(h, k + 1, twice_cosine2, even, even_before, from, to);
            NAME(add_partial)(h, k + 2, twice_cosine2, odd_before, odd, from, to);
            NAME(add_partial)(h, k + 3, twice_cosine2, even_before, even, from, to);
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

TARGET static void NAME(render)(const Harmonic *h, int first, int size, float *out, float *cosine) {
    for (int done = 0; done < size; done += LANES)
        NAME(sixteen_samples)(h, first + done, out + done, cosine ? cosine + done : NULL);
}
