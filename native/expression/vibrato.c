#include "expression/vibrato.h"

#include <math.h>

#include "base/draw.h"
#include "expression/transition.h"

#define TURN 6.2831853f
#define DRIFTS 3
#define JITTER_HZ 50.0f    /* of the grid that jitter's numbers lie on */
#define JITTER_SCALE 1.03f /* measured: what makes its deviation between 12 and 60 Hz 1 */

static const float drift_hz[DRIFTS] = {0.37f, 0.83f, 1.7f};

/* By how many seconds the vibrato is behind an even one. */
static float behind(const Vibrato *v, float seconds) {
    float sum = 0;
    for (uint32_t i = 0; i < DRIFTS; i++) {
        const float begin = TURN * (float)(draw_bits(v->seed, 100 + i) >> 8) * 0x1p-24f;
        sum += cosf(TURN * drift_hz[i] * seconds + begin) / (TURN * drift_hz[i]);
    }
    return v->wander * 0.81649658f * sum; /* sqrt(2 / 3): all three together have the deviation */
}

float vibrato_phase(const Vibrato *v, float seconds) {
    float lag = v->wander > 0 ? behind(v, seconds) - behind(v, v->from) : 0.0f;
    return TURN * v->hz * (seconds - v->from - lag) + v->phase;
}

void vibrato_change(Vibrato *v, float seconds, float hz, float wander) {
    const float phase = vibrato_phase(v, seconds);
    v->phase = phase - TURN * floorf(phase / TURN);
    v->from = seconds;
    v->hz = hz;
    v->wander = wander;
}

/* Differences of neighbours: slow movement would be heard as vibrato. */
static float step_at(const Vibrato *v, uint32_t i) {
    return draw_normal(v->seed, 1000 + i) - draw_normal(v->seed, 999 + i);
}

float vibrato_jitter(const Vibrato *v, float seconds) {
    const float at = fmaxf(0.0f, seconds) * JITTER_HZ, share = at - floorf(at);
    const uint32_t i = (uint32_t)at;
    const float from = step_at(v, i), to = step_at(v, i + 1);
    return JITTER_SCALE * (from + (to - from) * smooth(share));
}
