/* Bends what the decoder made towards the attributes of a note: the harmonics' centroid and the noise's level, without
   a change of the harmonics' amplitude. MIDI-DDSP's brightness and attack noise, put into the sound. */
#ifndef DDSP_TIMBRE_SHAPER_H
#define DDSP_TIMBRE_SHAPER_H
#include "api/expression.h"
#include "base/arena.h"

#define HISS_HZ 6000.0

typedef struct TimbreShape {
    float centroid;    /* mean harmonic number wanted; 0: the decoder's own */
    float left_centroid, left_share; /* the same of a note before, and how much of that there still is, 0 .. 1 */
    float brighter;    /* octaves that the centroid is moved by on top of that */
    float noise_db;    /* mean level of the noise magnitudes wanted in the sound; NaN: the decoder's own */
    float gain_db;     /* of the harmonics' level, which the noise gets as well: taken off it where one is wanted */
    float noise_share; /* 0 .. 1: how far to go there; 0 is the decoder's own */
    float noise_more_db; /* on top of that level */
    float noise_lift_db; /* of all noise, as it does not dip as far as the harmonics */
    float hiss_db;     /* of the noise above HISS_HZ, on top of that */
    float sways_hz, sway; /* where the pitch is, and how many octaves a vibrato has brought it there */
    float balance_db;  /* of the noise against the harmonics, all through the note */
    float formant;     /* octaves that resonances are moved by, up or down */
    float held;        /* octaves from the decoder's partials to those that sound, formants moved: see formant_shift.h */
} TimbreShape;

typedef struct TimbreShaper {
    int harmonics, bands;
    int hiss_band;             /* the first one above HISS_HZ */
    float *log_k;              /* [K], padded */
    float *straight, *tilted;  /* [K] scratch, padded */
    float *nepers;             /* [K] scratch, padded */
    float *level_db;           /* [bands] scratch */
} TimbreShaper;

/* patch_rate: Hz, that the noise bands reach up to half of. */
void timbre_shaper_init(TimbreShaper *b, Arena *arena, int harmonics, int bands, double patch_rate);
/* distribution [K], which sums to 1 and still does, is tilted by a power of the harmonic number. */
void timbre_shaper_distribution(TimbreShaper *b, const TimbreShape *bend, float *distribution);
/* Partials are as loud as an instrument's resonances make them where a vibrato has brought them: resonances
   [RESONANCE_STEPS * RESONANCE_OCTAVES + 1] in dB. Their summed power stays. */
void timbre_shaper_resonate(TimbreShaper *b, const TimbreShape *bend, const float *resonances, float *distribution);
/* magnitudes [bands], scaled. */
void timbre_shaper_magnitudes(TimbreShaper *b, const TimbreShape *bend, float *magnitudes);
/* Below 0 the noise is lowered; above, it is raised and the harmonics are lowered by as much. */
void timbre_shaper_balance(const TimbreShape *bend, float *amplitude, float *magnitudes, int bands);

#endif
