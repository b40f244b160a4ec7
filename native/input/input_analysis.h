/* What the input says, frame by frame: pitch, loudness, and whether there is a note. */
#ifndef DDSP_INPUT_ANALYSIS_H
#define DDSP_INPUT_ANALYSIS_H
#include "input/brightness_meter.h"
#include "input/loudness_meter.h"
#include "input/pitch_tracker.h"
#include "input/voicing_gate.h"

typedef struct InputFrame {
    Tracking pitch;
    float loudness_db;
    float quick_db, middle_db, bright_hz; /* level by shorter windows, and brightness; only if it is a controller */
    int voiced; /* a pitch sounds */
    int level;  /* something sounds, with a pitch or without */
} InputFrame;

typedef struct InputAnalysis {
    PitchTracker tracker;
    LoudnessMeter meter;
    BrightnessMeter brightness;
    int detailed; /* it measures what a controller needs, too */
    VoicingGate gate;
    double sample_rate;
    float *clean; /* scratch */
    float sure_hz; /* the last pitch that was surely one; 0: none yet */
} InputAnalysis;

/* a_weighting: second-order sections [3, 6] at this rate. */
void input_analysis_init(InputAnalysis *e, Arena *arena, const double *a_weighting, double sample_rate);
/* Samples of one channel, `stride` apart; what is no number counts as silence. */
void input_analysis_push(InputAnalysis *e, const float *samples, int stride, int size);
/* Once a frame of `hop` samples. */
InputFrame input_analysis_read(InputAnalysis *e, float threshold_db, int hop);

#endif
