/* The instrument's body: second-order sections in series, transposed direct form II, in double. */
#ifndef DDSP_BIQUAD_CASCADE_H
#define DDSP_BIQUAD_CASCADE_H
#include "base/arena.h"

typedef struct BiquadCascade {
    int sections;
    double *sos;   /* [sections, 5]: b0 b1 b2 a1 a2, a0 = 1; then sections that do nothing, to a multiple of 4 */
    double *state; /* [channels, sections, 2]: as SciPy's zi, with those sections too */
    int channels;
} BiquadCascade;

/* sos: SciPy's [sections, 6], divided by a0 here. Not copied while the arena counts. */
void biquad_cascade_init(BiquadCascade *b, Arena *arena, const double *sos, int sections, int channels);
void biquad_cascade_reset(BiquadCascade *b);
/* In place; samples [size] of one channel. */
void biquad_cascade_render(BiquadCascade *b, int channel, float *samples, int size);

#endif
