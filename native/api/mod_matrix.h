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

/* Targets. */
#define MOD_VOLUME 0         /* 0 .. 1 of the patch's trained range; but for velocity: from there to its top */
#define MOD_LEVEL 1          /* dB of loudness */
#define MOD_FLUCTUATION 2    /* dB of standard deviation */
#define MOD_PEAK 3           /* share of the note's length */
#define MOD_VIBRATO 4        /* cents to each side */
#define MOD_BRIGHTNESS 5     /* octaves of the harmonics' centroid */
#define MOD_ATTACK_NOISE 6   /* dB */
#define MOD_PITCH 7          /* semitones; low = high: the bend range times -1 .. 1 */
#define MOD_GAIN 8           /* dB after synthesis */
#define MOD_PAN 9            /* -1 left .. 1 right */
#define MOD_ROOM 10          /* 0 .. 1 */
#define MOD_BALANCE 11       /* dB of noise against harmonics */
#define MOD_LEGATO_TIME 12   /* octaves of the time that a line's pitch takes from note to note */
#define MOD_VIBRATO_RATE 13  /* octaves */
#define MOD_VIBRATO_DELAY 14 /* seconds, added to the patch's */
#define MOD_TRANSITION_DEPTH 15 /* share of the dip between notes, added to 1 */
#define MOD_EXPRESSION 16    /* share of what notes of a line differ by, added to 1 */
#define MOD_FORMANT 17       /* semitones that the resonances move by */
#define MOD_DRIVE 18         /* 0 .. 1 of what the rack can do, and so on to the reverb */
#define MOD_SQUEEZE 19
#define MOD_LOW 20
#define MOD_HIGH 21
#define MOD_CHORUS 22
#define MOD_ECHO 23
#define MOD_REVERB 24
#define MOD_TARGETS 25

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
    float rest;               /* MIDI value of a controller before it was first sent */
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
