#include "expression/formant_pitch.h"

#include <math.h>

float formant_pitch(const FormantRange *range, float pitch, float formant) {
    /* The formant alone never takes the decoder out of its range. */
    const float low = range->kept ? range->low : fminf(range->low, pitch);
    const float high = range->kept ? range->high : fmaxf(range->high, pitch);
    return fminf(high, fmaxf(low, pitch - formant));
}

/* How far, in octaves, partials that sound at `pitch` lie from those that the decoder makes, formants moved. */
static float held(const FormantRange *range, float pitch, float formant) {
    return (pitch - formant - formant_pitch(range, pitch, formant)) / 12.0f;
}

void formant_shape(const FormantRange *range, float pitch, float formant, TimbreShape *shape) {
    shape->formant = formant / 12.0f;
    shape->held = held(range, pitch, formant);
    shape->sway -= shape->held - held(range, pitch - 12.0f * shape->sway, formant);
}
