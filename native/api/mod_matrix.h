/* How the player's gestures move a note: rows that say which gesture moves what, how far and how fast. The table
   itself is Python's, engine/modulation/matrix.py; this is its compiled form. */
#ifndef DDSP_MOD_MATRIX_H
#define DDSP_MOD_MATRIX_H

#define MOST_MOD_ROUTES 64

/* Gestures; those below are controllers. */
#define MOD_VELOCITY 128
#define MOD_PRESSURE 129     /* of the channel */
#define MOD_KEY_PRESSURE 130
#define MOD_BEND 131
/* What the audio input plays, where it is a controller. */
#define MOD_INPUT_LEVEL 132
#define MOD_INPUT_BRIGHTNESS 133 /* 0.5: its usual one */
#define MOD_INPUT_NOISE 134
#define MOD_INPUT_PITCH 135      /* 0.5: the pitch that it is around */
#define MOD_INPUT_ONSET 136
#define MOD_INPUTS 5

enum ModTarget {
#define TARGET(name, field, ...) MOD_##name,
#include "api/mod_targets.h"
#undef TARGET
    MOD_TARGETS
};

/* Curves from a gesture's place x, 0 .. 1, to its share of the way from low to high. */
#define MOD_LINEAR 0
#define MOD_CENTRED 1        /* linear, with 64 in the very middle */
#define MOD_SOFT 2           /* x^2 */
#define MOD_HARD 3           /* 1 - (1 - x)^2 */
#define MOD_SWITCH 4         /* low, and high from the middle on */
#define MOD_DECIBEL 5        /* high + 40 log10 x, no less than low: General MIDI's law */
#define MOD_GATE 6           /* the same, but at high from an eighth of the way on */

typedef struct ModRoute {
    int gesture, target, curve;
    int onset;                /* the gesture is looked at when a note begins, and no more */
    float low, high;          /* in the target's unit */
    float smoothing_seconds;  /* in which a move has come 63 % of its way */
    float rest;               /* MIDI value of a controller before it was first sent, or of an input that plays nothing */
} ModRoute;

typedef struct ModMatrix {
    int count;
    ModRoute rows[MOST_MOD_ROUTES];
} ModMatrix;

/* Where a key of this velocity lies in the patch's trained range, 0 .. 1. */
float mod_matrix_strength(const ModMatrix *map, int velocity);
/* What a key of this velocity adds to a target, of those that add up, in its unit. */
float mod_matrix_velocity(const ModMatrix *map, int target, int velocity);

#endif
