/* The kernel's stages one at a time, for `ddsp-live bench`. Seconds are the calling thread's processor time, so that
   other work on the machine counts as little as it can. `memory` is as for offline.h. */
#ifndef DDSP_BENCH_H
#define DDSP_BENCH_H
#include "api/synth.h"

/* Of the widest registers that the kernel uses on this processor. */
int bench_vector_bits(void);
/* Whether it has the products of 8-bit integers that the decoder int8 is for. */
int bench_int8_products(void);
/* What the core can do at best: multiply-adds in registers, for about this long. GFLOP/s. */
double bench_multiply_add(double seconds);
/* Reading `size` floats again and again, for about this long. GB/s. */
double bench_read(const float *data, int64_t size, double seconds);

size_t bench_decoder_bytes(const LayerSpec *specs, int layers, int activations, int state_size, int voices);
/* taken [steps]: seconds of each decoder step. */
void bench_decoder(void *memory, const LayerSpec *specs, int layers, int activations, int state_size, int voices,
                   int steps, float *taken);

/* taken [steps]: seconds that a frame of each voice's performance takes, all voices together: hands by the map, pitch and
   loudness, the performer's network, and bends, of notes that have all attributes. voices: at most the instrument's. */
void bench_performance(Instrument *instrument, const ModMatrix *map, int voices, int steps, float *taken);

size_t bench_room_bytes(int channels, int length);
/* Seconds of all blocks, both channels of sound. impulse [channels, length]; block: 1 to 256 samples. */
double bench_room(void *memory, const float *impulse, int channels, int length, int block, int blocks);

/* Calls the audio callback `count` times. taken, passed [count]: processor and wall seconds of each. out [frames, 2]. */
void bench_callbacks(Synth *synth, float *out, int frames, int count, float *taken, float *passed);

#endif
