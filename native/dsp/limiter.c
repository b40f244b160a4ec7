#include "dsp/limiter.h"

#include <math.h>

#define CEILING 0.98f
#define RELEASE_SECONDS 0.15

void limiter_init(Limiter *o, double sample_rate) {
    o->envelope = 0;
    o->release = (float)exp(-1.0 / (RELEASE_SECONDS * sample_rate));
}

float limiter_render(Limiter *o, const float *left, const float *right, float *out, int frames) {
    float envelope = o->envelope, highest = 0;
    for (int i = 0; i < frames; i++) {
        float l = left[i], r = right[i];
        /* A patch that makes nonsense is silent, not a bang: NaN fails both comparisons. */
        if (!(fabsf(l) < 1e6f)) l = 0;
        if (!(fabsf(r) < 1e6f)) r = 0;
        float peak = fmaxf(fabsf(l), fabsf(r));
        envelope = fmaxf(peak, CEILING + (envelope - CEILING) * o->release);
        float gain = envelope > CEILING ? CEILING / envelope : 1.0f;
        out[2 * i] = l * gain;
        out[2 * i + 1] = r * gain;
        highest = fmaxf(highest, peak * gain);
    }
    o->envelope = envelope;
    return highest;
}
