/* Loudness as it comes in: the engine's definition (loudness.py), half a window late. */
#ifndef DDSP_METER_H
#define DDSP_METER_H
#include "body.h"

#define METER_SECONDS 0.032
#define METER_FLOOR_DB -80.0f

typedef struct Meter {
    Body weighting;
    float *weighted;   /* scratch */
    int size, at;      /* samples of the window; where the newest is */
    float *square;     /* [2 size], written twice, so that the window is in one piece, newest sample first */
    float *window;     /* Hann, of sum 1 */
} Meter;

/* a_weighting: second-order sections [3, 6] at this rate. */
void meter_init(Meter *m, Arena *arena, const double *a_weighting, double sample_rate);
void meter_push(Meter *m, const float *samples, int size);
float meter_read(const Meter *m); /* dB */
double meter_delay(const Meter *m); /* samples from the middle of the window to now */

#endif
