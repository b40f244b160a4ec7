/* Filtered noise: magnitudes become a linear-phase FIR (a cosine matrix, then a Hann window); white noise from a
   counter-based generator is filtered in the time domain, crossfading from filter to filter between frames. */
#ifndef DDSP_NOISE_H
#define DDSP_NOISE_H
#include "base/arena.h"
#include "base/simd.h"

/* What all voices of an instrument share. */
typedef struct NoiseDesign {
    int bands;     /* M, spaced evenly from 0 Hz to the patch's Nyquist */
    int half;      /* the filter is symmetric: half + 1 distinct taps, 2 half + 1 in all. It reaches as far ahead as
                      back: white noise of any position is known, so there is no delay */
    float *matrix; /* [M, taps]: magnitudes -> distinct taps from the middle outwards, windowed, at the device's rate */
} NoiseDesign;

typedef struct Noise {
    const NoiseDesign *design;
    uint32_t seed;
    uint32_t position; /* of the frame's first sample since reset: white noise is a function of seed and position */
    float *from, *to;  /* distinct taps at the frame's first sample and at its end */
    int length;        /* samples in the frame */
    float *white;      /* white noise of `drawn` positions from drawn_from on: one thread at a time renders a voice */
    uint32_t drawn_from;
    int drawn;
    int starts;         /* no frame since reset */
} Noise;

/* patch_rate: the rate the bands were trained at, Hz; sample_rate: the device's. Bands above the lower of the two
   Nyquists are silent. d->bands and d->half are set even while the arena counts, because noise_init sizes a voice by
   them: d is never NULL. */
void noise_design_init(NoiseDesign *d, Arena *arena, int bands, double patch_rate, double sample_rate);
void noise_init(Noise *n, Arena *arena, const NoiseDesign *design);
void noise_reset(Noise *n, uint32_t seed);
/* As harmonic_frame: ramps (crossfades) to magnitudes [M] within `length` samples; after a reset, no ramp. */
void noise_frame(Noise *n, const float *magnitudes, int length);
/* Add samples [first, first + size) of the current frame to out (room for whole_lanes(size)). */
void noise_render(Noise *n, int first, int size, float *out);

#endif
