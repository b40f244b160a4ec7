/* Harmonic bank: one phase in double, K partials by the Chebyshev recurrence over k at a fixed sample,
   sin (k+2)t = 2 cos 2t sin kt - sin (k-2)t, restarted every 16 partials. Lanes are samples. The lowest twelve partials
   begin alike, as in recordings, whose waveforms have the peaks of such sums. The others have fixed random signs, the
   same in every note: all alike, they would make a pulse of each period. */
#ifndef DDSP_HARMONIC_H
#define DDSP_HARMONIC_H
#include "base/arena.h"
#include "base/simd.h"

typedef struct Harmonic {
    int partials;       /* K */
    double sample_rate; /* Hz */
    double phase;       /* cycles at the frame's first sample */
    double f0, glide;   /* cycles per sample there, and its change per sample */
    float f0_hz;        /* where the frame's glide ends */
    float *sign;        /* [K] 1 or -1 */
    float *from;        /* [K] partial amplitudes with their signs at the frame's first sample ... */
    float *to;          /* [K] ... and at its end */
    int length;         /* samples in the frame */
    int sounding;       /* partials of this frame that are not silent */
    int starts;          /* no frame since reset */
} Harmonic;

void harmonic_init(Harmonic *h, Arena *arena, int partials, double sample_rate);
/* Silence, phase in cycles. The first frame after this has no ramp: it starts where it ends. */
void harmonic_reset(Harmonic *h, double phase);
/* Begin the next frame: within `length` samples f0 and all amplitudes ramp from where the last one ended to these.
   A length of 0 only sets where the next frame starts. distribution: [K]. Partials fade out over the last 5 % below
   Nyquist. */
void harmonic_frame(Harmonic *h, float f0_hz, float amplitude, const float *distribution, int length);
/* Add samples [first, first + size) of the current frame to out; a pure function of the frame and the index.
   out must have room for whole_lanes(size) floats: what lies behind `size` is overwritten with rubbish. cosine, with as
   much room, becomes that of the fundamental's phase; NULL: not asked for. */
void harmonic_render(const Harmonic *h, int first, int size, float *out, float *cosine);

#endif
