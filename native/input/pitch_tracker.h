/* A causal pitch tracker for one voice: how alike the signal is to itself one lag ago, for every lag, kept up to date
   sample by sample; the cumulative mean of that as a measure (de Cheveigné and Kawahara, YIN, 2002); and a Viterbi
   search, decided at once, over the candidates against octave jumps. */
#ifndef DDSP_PITCH_TRACKER_H
#define DDSP_PITCH_TRACKER_H
#include "dsp/biquad_cascade.h"

#define TRACKER_LOW_HZ 40
#define TRACKER_HIGH_HZ 4200
#define CANDIDATES 8

typedef struct Candidate {
    float lag;      /* samples of the decimated signal, fractional */
    float measure;  /* cumulative mean normalized difference: 0 periodic, 1 noise */
    float cost;     /* the path's that ends here, above the best path's */
} Candidate;

typedef struct Tracking {
    float f0_hz;       /* the last one there was where nothing is periodic; 0 before the first */
    float aperiodicity; /* 0: repeats itself exactly, 1: noise or silence */
    float age_seconds; /* how long ago the pitch was this */
} Tracking;

typedef struct PitchTracker {
    BiquadCascade filter;      /* a band that holds what repeats, and lets the signal be decimated */
    float *filtered;  /* scratch */
    int factor, until_next; /* of the decimation; samples to the next one that is kept */
    double rate;      /* Hz, decimated */
    int shortest, longest; /* lags */
    int windows[4];   /* samples that lags are compared over: long ones need more */
    int span, at;     /* of the history, which is written twice so that it is in one piece, newest sample first */
    double *history;
    double *product;  /* per lag, the sum over its window of x[n] x[n - lag] */
    double *energy;   /* scratch: sums of squares from the newest sample on */
    float *unlike, *measure; /* scratch, per lag: 1 - correlation, and that over its mean so far */
    Candidate candidate[CANDIDATES];
    int candidates, best;
    Tracking last;
} PitchTracker;

void pitch_tracker_init(PitchTracker *t, Arena *arena, double sample_rate);
/* Any number of samples; all of them finite. */
void pitch_tracker_push(PitchTracker *t, const float *samples, int size);
/* The pitch now; once a frame, whatever the blocks were. */
Tracking pitch_tracker_read(PitchTracker *t);

#endif
