/* The instrument's body: second-order sections in series, transposed direct form II, in double. */
#ifndef DDSP_BODY_H
#define DDSP_BODY_H
#include "arena.h"

typedef struct Body {
    int sections;
    double *sos;   /* [sections, 5]: b0 b1 b2 a1 a2, a0 = 1; then sections that do nothing, to a multiple of 4 */
    double *state; /* [channels, sections, 2]: as SciPy's zi, with those sections too */
    int channels;
} Body;

/* sos: SciPy's [sections, 6], divided by a0 here. Not copied while the arena counts. */
void body_init(Body *b, Arena *arena, const double *sos, int sections, int channels);
void body_reset(Body *b);
/* In place; samples [size] of one channel. */
void body_render(Body *b, int channel, float *samples, int size);

#endif
