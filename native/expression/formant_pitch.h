/* Which pitch a decoder is given for a note, so that its formants stay in Hz beyond the trained range, or move. */
#ifndef DDSP_FORMANT_PITCH_H
#define DDSP_FORMANT_PITCH_H
#include "dsp/timbre_shaper.h"

typedef struct FormantRange {
    float low, high; /* trained pitches, MIDI notes */
    int kept;        /* beyond them, the decoder is given the nearest one, and its envelope stays in Hz */
} FormantRange;

/* The decoder's pitch for a note that sounds at `pitch` with formants moved by `formant` semitones. */
float formant_pitch(const FormantRange *range, float pitch, float formant);
/* Sets in *shape what must be done to the frame that is decoded at that pitch. Call it after the vibrato is set there:
   what vibrato moves along a held envelope is not moved through the resonances again. */
void formant_shape(const FormantRange *range, float pitch, float formant, TimbreShape *shape);

#endif
