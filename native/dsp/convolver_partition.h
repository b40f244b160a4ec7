/* One stage of the room: partitions of one size, P, which convolve both channels in the frequency domain. A partition
   of the input is worked on in equal shares while the next one comes in. */
#ifndef DDSP_CONVOLVER_PARTITION_H
#define DDSP_CONVOLVER_PARTITION_H
#include "dsp/fft.h"

#define SLOT 64 /* samples between two shares of work */

typedef struct Impulse {
    const float *samples; /* [channels, length]; both sides may have the same channel */
    int channels, length;
} Impulse;

typedef struct ConvolverPartition {
    int size;            /* P, samples: SLOT times a power of two */
    int partitions;
    int newest;          /* row of `inputs` with the last full partition's spectrum */
    int heard;           /* the partition that comes in is not silent */
    int ringing;         /* partitions until nothing of what was heard is left; 0: there is nothing to do */
    int sounds;          /* what is ready is not silent */
    int task;            /* the next one in this partition */
    int64_t flops;       /* of this partition's tasks so far */
    Fft fft;             /* of 2P numbers: left is real, right imaginary */
    const float *window[2]; /* [2P] the input's last two partitions */
    float *responses[2]; /* [groups of bins, partitions, 2, bins]: the impulse response, real and imaginary parts */
    float *inputs[2];    /* the same for the input's last partitions, a ring */
    float *re, *im;      /* [2P + 16] both channels' spectrum, first of the input, then of the output */
    float *next[2];      /* [2P] the output in the making, which is the second half */
    float *ready[2];
} ConvolverPartition;

/* The tap that a stage begins with: its output is due that much later than its input. */
static inline int convolver_partition_first_tap(int size) { return 2 * size - SLOT; }
/* What lies behind the impulse response's end is silent. */
static inline float impulse_tap(const Impulse *impulse, int channel, int tap) {
    const int row = channel < impulse->channels ? channel : 0;
    return tap < impulse->length ? impulse->samples[(size_t)row * (size_t)impulse->length + (size_t)tap] : 0.0f;
}

/* For P * partitions taps. `s` is left alone while the arena counts. */
void convolver_partition_init(ConvolverPartition *s, Arena *arena, int size, const Impulse *impulse, int partitions);
void convolver_partition_reset(ConvolverPartition *s);
/* To be called every SLOT samples, at `place` in a grid of whole partitions. past_end[channel] is where the input's
   next sample will be; where a partition ends, the 2P before it are read in the course of the next P. `heard`: the last
   SLOT samples are not all zero. Returns the flops that were done. */
int64_t convolver_partition_work(ConvolverPartition *s, int place, const float *const past_end[2], int heard);
/* Adds the output of the SLOT samples from `place` on, once the work there is done. */
void convolver_partition_add(const ConvolverPartition *s, int place, float (*sum)[SLOT]);

#endif
