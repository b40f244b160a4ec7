/* What the input says, frame by frame: pitch, loudness, and whether there is a note. */
#ifndef DDSP_EAR_H
#define DDSP_EAR_H
#include "gate.h"
#include "meter.h"
#include "tracker.h"

typedef struct Heard {
    Tracking pitch;
    float loudness_db;
    int voiced; /* a pitch sounds */
    int level;  /* something sounds, with a pitch or without */
} Heard;

typedef struct Ear {
    Tracker tracker;
    Meter meter;
    Gate gate;
    double sample_rate;
    float *clean; /* scratch */
    float sure_hz; /* the last pitch that was surely one; 0: none yet */
} Ear;

/* a_weighting: second-order sections [3, 6] at this rate. */
void ear_init(Ear *e, Arena *arena, const double *a_weighting, double sample_rate);
/* Samples of one channel, `stride` apart; what is no number counts as silence. */
void ear_push(Ear *e, const float *samples, int stride, int size);
/* Once a frame of `hop` samples. */
Heard ear_read(Ear *e, float threshold_db, int hop);

#endif
