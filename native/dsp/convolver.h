/* The patch's room: zero-latency convolution of both channels. The impulse response's head runs in the time domain, the
   rest in stages of ever larger partitions, whose work is done in equal shares on an absolute grid: blocks of any size
   give the same bits, and the load is even. Nothing is done for what is silent. */
#ifndef DDSP_CONVOLVER_H
#define DDSP_CONVOLVER_H
#include "base/arena.h"

typedef struct Convolver Convolver; /* sized by its init: spectra of the impulse response, and of as much of the input */

/* impulse: [channels, length], of 1 or 2 channels: left and right may have the same. Returns NULL while the arena
   counts. */
Convolver *convolver_init(Arena *arena, const float *impulse, int channels, int length);
void convolver_reset(Convolver *r);
/* out[channel] [size] = impulse[channel] * in[channel] [size], left and right; in and out may not overlap. */
void convolver_render(Convolver *r, const float *const in[2], float *const out[2], int size);
/* Floating-point operations that the stages have done since the reset. */
int64_t convolver_flops(const Convolver *r);

#endif
