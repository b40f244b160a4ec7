/* The synthesis level: frames as the decoder made them, kept while an instrument plays, or played in its place.
   Offline only. Python owns the memory. */
#ifndef DDSP_FRAME_LOG_H
#define DDSP_FRAME_LOG_H
#include <stdint.h>

typedef struct FrameRecord {
    int64_t start;  /* sample */
    int length;     /* samples; 0: what sounds on the voice is cut off here, and the rest has no meaning */
    int voice;
    int begins, ends; /* first and last frame of a note */
    uint32_t seed;  /* of a note's noise, where it begins */
    float noise_in_step; /* how far the noise follows the phase of f0 */
    float f0_hz, amplitude, gain_left, gain_right; /* where the frame's ramps end */
} FrameRecord;

typedef struct FrameLog {
    int64_t count, capacity; /* written; those that there is room for */
    int64_t played, lost;    /* lost: found no room */
    FrameRecord *record;     /* [capacity] */
    float *distribution;       /* [capacity, K] */
    float *magnitudes;         /* [capacity, M] */
} FrameLog;

#endif
