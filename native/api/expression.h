/* How an instrument's notes follow each other and how its vibrato goes: numbers of a patch or of its family. */
#ifndef DDSP_EXPRESSION_H
#define DDSP_EXPRESSION_H

#define RESONANCE_HZ 55      /* that an instrument's resonances are described from ... */
#define RESONANCE_STEPS 120    /* ... in so many steps an octave, ... */
#define RESONANCE_OCTAVES 9    /* ... over so many */

/* The dip between two notes of a line. Times in seconds, from the new key on. */
typedef struct DipShape {
    float depth_db, spread; /* below the new note's aim, and its deviation as a share of that */
    float fall, rise;
    float late;             /* how much later than the lowest point the pitch is half way */
} DipShape;

typedef struct Expression {
    float step_seconds, step_power; /* of the pitch's way from 10 to 90 % for a semitone, and how wider steps shorten it */
    float leap_seconds;             /* the same for more than a tone on strings, where that is a jump; 0: no different */
    float step_spread;              /* deviation of that time's logarithm */
    DipShape slur, detached;
    float burst_db;                 /* noise above 6 kHz after a detached note's dip */
    float onset_octaves, onset_seconds; /* of the centroid of its first moments */
    float vibrato_hz, vibrato_wander;   /* and the rate's deviation as a share */
    float vibrato_delay, vibrato_fade;  /* seconds */
    float vibrato_db;               /* of the level, for a semitone */
    float jitter_cents;             /* within a line */
} Expression;

#endif
