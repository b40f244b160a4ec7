/* Loudness as it comes in: the engine's definition (loudness.py), half a window late. */
#ifndef DDSP_LOUDNESS_METER_H
#define DDSP_LOUDNESS_METER_H
#include "dsp/biquad_cascade.h"

#define METER_SECONDS 0.032
#define METER_SHORTER 2
#define METER_QUICK 0  /* 8 ms: shorter than a low voice's period */
#define METER_MIDDLE 1 /* 20 ms */
#define METER_FLOOR_DB -80.0f

typedef struct LoudnessMeter {
    BiquadCascade weighting;
    float *weighted;   /* scratch */
    int size, at;      /* samples of the window; where the newest is */
    float *square;     /* [2 size], written twice, so that the window is in one piece, newest sample first */
    float *window;     /* Hann, of sum 1 */
    int sizes[METER_SHORTER];      /* of shorter windows, which follow steps sooner */
    float *shorter[METER_SHORTER]; /* Hann, of sum 1 */
} LoudnessMeter;

/* a_weighting: second-order sections [3, 6] at this rate. */
void loudness_meter_init(LoudnessMeter *m, Arena *arena, const double *a_weighting, double sample_rate);
void loudness_meter_push(LoudnessMeter *m, const float *samples, int size);
float loudness_meter_read(const LoudnessMeter *m); /* dB */
float loudness_meter_shorter(const LoudnessMeter *m, int which); /* dB, by METER_QUICK or METER_MIDDLE */
double loudness_meter_delay(const LoudnessMeter *m); /* samples from the middle of the window to now */

#endif
