/* The input as a controller: level, brightness, noise, pitch and onsets, each a place from 0 to 1. */
#ifndef DDSP_INPUT_GESTURES_H
#define DDSP_INPUT_GESTURES_H
#include "api/mod_matrix.h"
#include "input/input_analysis.h"

typedef struct InputGestures {
    int sounds;           /* the level is above the range's low end */
    float quick_db;       /* of the frame before */
    float step_seconds;   /* that a step is still followed */
    int step;             /* 1: up, -1: down, 0: none */
    float level_db;       /* smoothed, steps left alone */
    float above_db, below_db; /* how far the quick level strays from the slower one although nothing moves */
    float dip_db;         /* the level's recent low, which rises slowly */
    float onset_seconds;  /* that the onset's pulse still lasts ... */
    float rest_seconds;   /* ... and until there can be another */
    float noise;          /* 0 .. 1, smoothed */
    float octaves, mean_octaves, bright_seconds; /* brightness, its slow mean, and how long that has been learned */
    float pitch, mean_pitch, pitch_seconds;      /* deviation and mean in semitones */
    float place[MOD_INPUTS]; /* by source, from MOD_INPUT_LEVEL on; 0.5 is the middle of brightness and pitch */
} InputGestures;

void input_gestures_init(InputGestures *g);
/* Once a frame. low_db, high_db: the level's range, of which the low end is silence. */
void input_gestures_step(InputGestures *g, const InputFrame *heard, float low_db, float high_db, float seconds);

#endif
