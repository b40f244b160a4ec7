/* What a patch has learned of how its instrument moves while a note is held: a few numbers, and contours of attacks. */
#ifndef DDSP_LIFE_NUMBERS_H
#define DDSP_LIFE_NUMBERS_H

#define LIFE_SPEEDS 4    /* time constants of 0.5, 0.12, 0.03 and 0.006 s */
#define LIFE_GESTURES 16 /* contours at most */
#define LIFE_KNOTS 8     /* of a contour: 8, 24, 48, 80, 128, 200, 300 and 440 ms after the onset */

typedef struct LifeNumbers {
    float partials[LIFE_SPEEDS]; /* deviation in dB of the first partial, by speed */
    float slope;                 /* octaves of variance per octave of partial number */
    float depth;                 /* e-foldings of variance per 10 dB that a partial lies below the strongest */
    float neighbours;            /* correlation of partials that lie next to each other */
    float partial_spread;        /* deviation from note to note of the logarithm of all that */
    float level[LIFE_SPEEDS];    /* dB */
    float level_spread;
    float pitch[LIFE_SPEEDS];    /* cents */
    float pitch_spread;
    float vibrato_cents, vibrato_hz; /* of the instrument's own unsteady vibrato */
    float noise_db;              /* deviation of the noise's bands */
    float noise_in_step;         /* how far the noise swells and fades within a period of the pitch, 0 to 1 */
    int gestures;
    float gesture_pitch[LIFE_GESTURES]; /* MIDI note */
    float gesture_db[LIFE_GESTURES][LIFE_KNOTS], gesture_cents[LIFE_GESTURES][LIFE_KNOTS];
} LifeNumbers;

#endif
