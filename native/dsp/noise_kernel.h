/* The noise filter's inner loops, once per instruction set: noise.c includes this for each WIDTH. */
#include "base/lanes.h"

TARGET static void NAME(design_taps)(const NoiseDesign *d, const float *magnitudes, float *restrict taps) {
    const int count = stored_taps(d);
    memset(taps, 0, count * sizeof(float));
    for (int m = 0; m < d->bands; m++) {
        const float *row = d->matrix + (size_t)m * count;
        for (int tap = 0; tap < count; tap++) taps[tap] += magnitudes[m] * row[tap];
    }
}

/* white[margin] is the first sample's own; one addition of its neighbours serves both filters. Even and odd taps have
   sums of their own, because one chain of additions would wait for itself. */
TARGET INLINE void NAME(sixteen_samples)(const Noise *n, const float *white, int taps, int first, float *out) {
    wide from[2][LANE_VECTORS], to[2][LANE_VECTORS];
    for (int i = 0; i < LANE_VECTORS; i++) from[0][i] = from[1][i] = to[0][i] = to[1][i] = wide_splat(0);
    for (int tap = 0; tap < taps; tap += 2)
        for (int odd = 0; odd < 2; odd++)
            for (int i = 0; i < LANE_VECTORS; i++) {
                const float *centre = white + i * WIDTH;
                wide folded = wide_load(centre - (tap + odd)) + wide_load(centre + tap + odd);
                from[odd][i] += n->from[tap + odd] * folded;
                to[odd][i] += n->to[tap + odd] * folded;
            }
    float ramp[LANES];
    const float step = 1.0f / (float)(n->length > 0 ? n->length : 1);
    for (int lane = 0; lane < LANES; lane++) ramp[lane] = (float)(first + lane) * step;
    for (int i = 0; i < LANE_VECTORS; i++) {
        wide old = from[0][i] + from[1][i], new = to[0][i] + to[1][i];
        wide sum = old + wide_load(ramp + i * WIDTH) * (new - old);
        wide_store(out + i * WIDTH, wide_load(out + i * WIDTH) + sum);
    }
}

/* White noise of `count` positions from `start` on. What was drawn before is kept: renders overlap by two margins. */
TARGET INLINE void NAME(draw_white)(Noise *n, uint32_t start, int count) {
    const uint32_t ahead = start - n->drawn_from;
    int kept = ahead < (uint32_t)n->drawn ? n->drawn - (int)ahead : 0;
    if (kept > count) kept = count;
    if (kept && ahead) memmove(n->white, n->white + ahead, (size_t)kept * sizeof(float));
    for (int i = kept; i < count; i++) n->white[i] = white_sample(n->seed, start + (uint32_t)i);
    n->drawn_from = start;
    n->drawn = count;
}

TARGET static void NAME(render)(Noise *n, int first, int size, float *out) {
    const int margin = stored_taps(n->design);
    const int taps = (n->design->half + 2) / 2 * 2;
    for (int done = 0; done < size; done += CHUNK) {
        int count = whole_lanes(size - done < CHUNK ? size - done : CHUNK);
        uint32_t start = n->position + (uint32_t)(first + done - margin);
        NAME(draw_white)(n, start, count + 2 * margin);
        for (int i = 0; i < count; i += LANES)
            NAME(sixteen_samples)(n, n->white + margin + i, taps, first + done + i, out + done + i);
    }
}
