#include "effects/compressor.h"

#include <string.h>

#include "base/simd.h"
#include "effects/units.h"

#define SOFTEST 1e-8
#define NOTHING 1e-12 /* a level that counts as none, so that it comes to rest */
#define AUTOMATIC 0.5                      /* of what full scale is lowered by is made up */

enum { THRESHOLD, SLOPE, GATE, GATE_SLOPE, ATTACK, RELEASE, MAKEUP };

void compressor_init(Compressor *c, double sample_rate) {
    memset(c, 0, sizeof *c);
    c->sample_rate = sample_rate;
    compressor_reset(c);
}

void compressor_reset(Compressor *c) {
    c->glide = (Glide){0, 0};
    c->mean = c->level = 0;
    c->gain = 1;
    c->before[0] = -1;
    c->reduction = 1;
}

/* Share of the way that is gone in a sample: 2200 for 10 to 90 % of a step in so many ms, 2 pi 1000 as JUCE has it. */
static double share_of(double per_second, double ms, double sample_rate) {
    return 1.0 - exp(-per_second / (fmax(1e-3, ms) * sample_rate));
}

void compressor_aim(Compressor *c, const CompressorSettings *s, int64_t position, int length) {
    const double ratio = fmax(1.0, s->ratio), slope = 1.0 - 1.0 / ratio;
    const double pace = s->order == SMOOTH_LEVEL ? 2000.0 * M_PI : 2200.0;
    const double automatic = s->automatic ? -AUTOMATIC * slope * s->threshold : 0.0;
    const double aim[COMPRESSOR_NUMBERS] = {
        [THRESHOLD] = s->threshold * OCTAVES_PER_DB,
        [SLOPE] = slope,
        [GATE] = s->gate * OCTAVES_PER_DB,
        [GATE_SLOPE] = fmax(1.0, s->expansion) - 1.0,
        [ATTACK] = share_of(pace, s->attack, c->sample_rate),
        [RELEASE] = share_of(pace, s->release, c->sample_rate),
        [MAKEUP] = gain_of_db(s->makeup + automatic),
    };
    glide_aim(&c->glide, c->from, c->to, aim, COMPRESSOR_NUMBERS, position, length);
    c->mean_share = s->detector == DETECT_MEAN ? share_of(1000.0, s->mean, c->sample_rate) : 1.0;
    if (c->order != s->order) c->level = 0;
    c->order = s->order;
}

/* The factor that a level asks for, where the two bounds are the levels between which it is 1. */
INLINE double wanted(double level, const double *n, double gate, double threshold) {
    if (level >= gate && level <= threshold) return 1.0;
    const double octaves = log2(level > SOFTEST ? level : SOFTEST);
    const double above = n[SLOPE] * (n[THRESHOLD] - octaves), below = n[GATE_SLOPE] * (octaves - n[GATE]);
    const double down = above < below ? above : below;
    return down < 0 ? exp2(down) : 1.0;
}

HOT static void render(Compressor *c, int64_t position, float *left, float *right, int size) {
    double n[COMPRESSOR_NUMBERS], mean = c->mean, level = c->level, gain = c->gain, lowest = c->reduction;
    const int moves = glide_moves(&c->glide, c->from, c->to, COMPRESSOR_NUMBERS, position);
    memcpy(n, c->to, sizeof n);
    double threshold = exp2(n[THRESHOLD]), gate = n[GATE_SLOPE] > 0 ? exp2(n[GATE]) : 0.0;
    for (int i = 0; i < size; i++) {
        if (moves) {
            const double share = glide_share(&c->glide, position + i);
            for (int j = 0; j < COMPRESSOR_NUMBERS; j++) n[j] = glide_between(c->from[j], c->to[j], share);
            threshold = exp2(n[THRESHOLD]);
            gate = n[GATE_SLOPE] > 0 ? exp2(n[GATE]) : 0.0;
        }
        const double l = left[i], r = right[i];
        double heard = fabs(l) > fabs(r) ? fabs(l) : fabs(r);
        if (c->mean_share < 1.0) {
            mean += c->mean_share * (0.5 * (l * l + r * r) - mean);
            if (mean < NOTHING * NOTHING) mean = 0;
            heard = sqrt(mean);
        }
        if (c->order == SMOOTH_LEVEL) {
            level += n[heard > level ? ATTACK : RELEASE] * (heard - level);
            if (level < NOTHING) level = 0;
            gain = wanted(level, n, gate, threshold);
        } else {
            const double aim = wanted(heard, n, gate, threshold);
            gain += n[aim < gain ? ATTACK : RELEASE] * (aim - gain);
        }
        if (gain < lowest) lowest = gain;
        left[i] = (float)(l * gain * n[MAKEUP]);
        right[i] = (float)(r * gain * n[MAKEUP]);
    }
    c->mean = mean;
    c->level = level;
    c->gain = gain;
    c->reduction = (float)lowest;
}

void compressor_render(Compressor *c, int64_t position, float *left, float *right, int size) {
    render(c, position, left, right, size);
}

int compressor_rests(Compressor *c) {
    const double now[3] = {c->mean, c->level, c->gain}, *before = c->before;
    const int rests = now[0] == before[0] && now[1] == before[1] && now[2] == before[2];
    memcpy(c->before, now, sizeof now);
    return rests;
}

float compressor_take_reduction(Compressor *c) {
    const float taken = c->reduction;
    c->reduction = (float)c->gain;
    return taken;
}
