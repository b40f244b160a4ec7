/* A small real FFT for the room's partitions: power-of-two sizes, split real and imaginary parts. */
#ifndef DDSP_FFT_H
#define DDSP_FFT_H
#include "arena.h"

typedef struct Fft {
    int size;            /* N, a power of two >= 32 */
    float *cosine, *sine; /* twiddles */
    float *work;
} Fft;

void fft_init(Fft *f, Arena *arena, int size);
/* x [N] -> bins re, im [N/2 + 1]. */
void fft_forward(const Fft *f, const float *x, float *re, float *im);
/* Bins -> x [N]; inverse of the above, with its 1/N. */
void fft_inverse(const Fft *f, const float *re, const float *im, float *x);

#endif
