/* Bends what the decoder made towards the attributes of a note: the harmonics' centroid and the noise's level, without
   a change of the harmonics' amplitude. MIDI-DDSP's brightness and attack noise, put into the sound. */
#ifndef DDSP_TIMBRE_SHAPER_H
#define DDSP_TIMBRE_SHAPER_H
#include "base/arena.h"

typedef struct TimbreShape {
    float centroid;    /* mean harmonic number wanted; 0: the decoder's own */
    float left_centroid, left_share; /* the same of a note before, and how much of that there still is, 0 .. 1 */
    float brighter;    /* octaves that the centroid is moved by on top of that */
    float noise_db;    /* mean level of the noise magnitudes wanted in the sound; NaN: the decoder's own */
    float gain_db;     /* of the harmonics' level, which the noise gets as well: taken off it where one is wanted */
    float noise_share; /* 0 .. 1: how far to go there; 0 is the decoder's own */
    float noise_more_db; /* on top of that level */
    float balance_db;  /* of the noise against the harmonics, all through the note */
} TimbreShape;

typedef struct TimbreShaper {
    int harmonics, bands;
    float *log_k;              /* [K], padded */
    float *straight, *tilted;  /* [K] scratch, padded */
    float *level_db;           /* [bands] scratch */
} TimbreShaper;

void timbre_shaper_init(TimbreShaper *b, Arena *arena, int harmonics, int bands);
/* distribution [K], which sums to 1 and still does, is tilted by a power of the harmonic number. */
void timbre_shaper_distribution(TimbreShaper *b, const TimbreShape *bend, float *distribution);
/* magnitudes [bands], scaled. */
void timbre_shaper_magnitudes(TimbreShaper *b, const TimbreShape *bend, float *magnitudes);
/* Below 0 the noise is lowered; above, it is raised and the harmonics are lowered by as much. */
void timbre_shaper_balance(const TimbreShape *bend, float *amplitude, float *magnitudes, int bands);

#endif
