/* The patch's room: zero-latency convolution. The impulse response's head runs in the time domain, the rest in
   uniform partitions on an absolute grid, so blocks of any size give the same bits. */
#ifndef DDSP_ROOM_H
#define DDSP_ROOM_H
#include "arena.h"
#include "fft.h"

typedef struct Room Room; /* sized by its init: [partitions] spectra and the input's history per channel */

/* impulse: [length] of one channel. Returns NULL while the arena counts. */
Room *room_init(Arena *arena, const float *impulse, int length);
void room_reset(Room *r);
/* out [size] = impulse * in [size]; in and out may not overlap. */
void room_render(Room *r, const float *in, float *out, int size);

#endif
