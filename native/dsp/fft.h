/* A complex FFT for the room's partitions, cut into steps of equal work that can be done one by one. */
#ifndef DDSP_FFT_H
#define DDSP_FFT_H
#include "base/arena.h"

typedef struct Fft {
    int size;             /* N, a power of two from 32 to 8192 */
    int parts;            /* steps that each pass over the N numbers is cut into */
    int steps;            /* of a transform */
    int flops;            /* floating-point operations of a step */
    float *cosine, *sine; /* [N / 4] twiddles */
    float *re, *im;       /* [N] between two passes */
} Fft;

void fft_init(Fft *f, Arena *arena, int size);
/* One step from re, im [N] to out_re, out_im [N], which may not overlap; the steps 0 to steps - 1, in order, make the
   transform, and leave them alone in between. With real and imaginary parts exchanged on both sides it is the inverse,
   times N. */
void fft_step(const Fft *f, int step, const float *re, const float *im, float *out_re, float *out_im);

#endif
