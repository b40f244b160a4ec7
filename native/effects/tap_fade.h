/* A delay that changes without a click: the new one fades in beside the old one. A change meanwhile waits. */
#ifndef DDSP_TAP_FADE_H
#define DDSP_TAP_FADE_H
#include <stdint.h>

#define TAP_FADE_SECONDS 0.05

typedef struct TapFade {
    int64_t begin;
    int length; /* of the fade; 0: nothing was asked for yet */
    int from, to; /* samples; or whatever tells one delay from another */
} TapFade;

/* How far the new delay is in, 0 .. 1. */
static inline float tap_fade_share(const TapFade *t, int64_t position) {
    const int64_t i = position - t->begin;
    return i <= 0 ? 0.0f : i >= t->length ? 1.0f : (float)i / (float)t->length;
}

/* Returns whether it must be asked again later: it still fades, or what is wanted has to wait. */
static inline int tap_fade_aim(TapFade *t, int wanted, int64_t position, double sample_rate) {
    if (!t->length) *t = (TapFade){position - 1, 1, wanted, wanted};
    if (position < t->begin + t->length) return 1;
    t->from = t->to;
    if (wanted == t->to) return 0;
    *t = (TapFade){position, (int)(TAP_FADE_SECONDS * sample_rate), t->to, wanted};
    return 1;
}

#endif
