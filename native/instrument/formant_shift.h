/* Moves a decoder's spectral envelope along the frequency axis: partials and noise bands take the level that the
   envelope has at another frequency. */
#ifndef DDSP_FORMANT_SHIFT_H
#define DDSP_FORMANT_SHIFT_H
#include "base/arena.h"

typedef struct FormantShift {
    int harmonics, bands;
    float nyquist;         /* Hz, the patch's: above, a decoder's partials were never trained */
    float *log_k;          /* [K], padded: ln 1 .. ln K */
    float *level;          /* [K] scratch, padded: the decoder's envelope in nepers */
    float *alternation;    /* [K] scratch: nepers that odd partials lie above and even ones below that envelope */
    float *moved;          /* [K] scratch, padded */
    float *band;           /* [bands] scratch */
} FormantShift;

/* patch_rate: Hz. */
void formant_shift_init(FormantShift *f, Arena *arena, int harmonics, int bands, double patch_rate);
/* Partial k gets the level at k * 2^octaves between the decoder's partials: held below the first, falling by 12 dB an
   octave above the last. Where odd partials are clearly louder than even ones, as a clarinet's, they still are.
   distribution [K] sums to 1 before and after; *amplitude keeps the power of the audible partials.
   decoder_hz: f0 of the decoder's partials; sound_hz: f0 of those that sound. */
void formant_shift_partials(FormantShift *f, float octaves, float decoder_hz, float sound_hz, float *amplitude,
                            float *distribution);
/* magnitudes [bands], from 0 Hz to Nyquist, move up by so many octaves. */
void formant_shift_noise(FormantShift *f, float octaves, float *magnitudes);

#endif
