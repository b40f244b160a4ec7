/* How the player's gestures move a note: rows that say which gesture moves what, how far and how fast. The table
   itself is Python's, engine/midi/gestures.py; this is its compiled form. */
#ifndef DDSP_HAND_MAP_H
#define DDSP_HAND_MAP_H

#define MOST_HAND_ROWS 64

/* Gestures; those below are controllers. */
#define HAND_VELOCITY 128
#define HAND_PRESSURE 129     /* of the channel */
#define HAND_KEY_PRESSURE 130
#define HAND_BEND 131

/* Targets. */
#define HAND_VOLUME 0         /* 0 .. 1 of the patch's trained range; but for velocity: from there to its top */
#define HAND_LEVEL 1          /* dB of loudness */
#define HAND_FLUCTUATION 2    /* dB of standard deviation */
#define HAND_PEAK 3           /* share of the note's length */
#define HAND_VIBRATO 4        /* cents to each side */
#define HAND_BRIGHTNESS 5     /* octaves of the harmonics' centroid */
#define HAND_ATTACK_NOISE 6   /* dB */
#define HAND_PITCH 7          /* semitones; low = high: the bend range times -1 .. 1 */
#define HAND_GAIN 8           /* dB after synthesis */
#define HAND_PAN 9            /* -1 left .. 1 right */
#define HAND_ROOM 10          /* 0 .. 1 */
#define HAND_BALANCE 11       /* dB of noise against harmonics */
#define HAND_LEGATO_TIME 12   /* octaves of the time that a line's pitch takes from note to note */
#define HAND_VIBRATO_RATE 13  /* octaves */
#define HAND_VIBRATO_DELAY 14 /* seconds, added to the patch's */
#define HAND_TRANSITION_DEPTH 15 /* share of the dip between notes, added to 1 */
#define HAND_EXPRESSION 16    /* share of what notes of a line differ by, added to 1 */
#define HAND_TARGETS 17

/* Curves from a gesture's place x, 0 .. 1, to its share of the way from low to high. */
#define HAND_LINEAR 0
#define HAND_CENTRED 1        /* linear, with 64 in the very middle */
#define HAND_SOFT 2           /* x^2 */
#define HAND_HARD 3           /* 1 - (1 - x)^2 */
#define HAND_SWITCH 4         /* low, and high from the middle on */
#define HAND_DECIBEL 5        /* high + 40 log10 x, no less than low: General MIDI's law */
#define HAND_GATE 6           /* the same, but at high from an eighth of the way on */

typedef struct HandRow {
    int gesture, target, curve;
    int onset;                /* the gesture is looked at when a note begins, and no more */
    float low, high;          /* in the target's unit */
    float smoothing_seconds;  /* in which a move has come 63 % of its way */
    float rest;               /* MIDI value of a controller before it was first sent */
} HandRow;

typedef struct HandMap {
    int count;
    HandRow rows[MOST_HAND_ROWS];
} HandMap;

/* Where a key of this velocity lies in the patch's trained range, 0 .. 1. */
float hand_map_strength(const HandMap *map, int velocity);
/* What a key of this velocity adds to a target, of those that add up, in its unit. */
float hand_map_struck(const HandMap *map, int target, int velocity);

#endif
