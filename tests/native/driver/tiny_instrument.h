/* A patch small enough for sanitizers: every kind of layer with pseudo-random weights, a body, a room. */
#ifndef TINY_INSTRUMENT_H
#define TINY_INSTRUMENT_H
#include "api/synth.h"

#define TINY_HARMONICS 20
#define TINY_BANDS 17
#define TINY_RELEASE_MS 60
#define TINY_RING_DB -20
#define TINY_RING_MS 120 /* of every second seed, over after two thirds of it */
#define TINY_ROOM 12000 /* samples */

/* delay_frames: 0, or a worker answers. Freed by tiny_free, when no thread can reach it any more. */
Instrument *tiny_instrument(double sample_rate, int voices, int delay_frames, uint32_t seed);
void tiny_free(Instrument *instrument);
/* What a worker does: takes what is asked for, and answers. Returns how many frames. */
int tiny_worker(Instrument *instrument);

#endif
