/* The bends' loops, once per instruction set: timbre_shaper.c includes this for each WIDTH. */
#include "base/lanes.h"
#include "base/vexp.h"

/* tilted = d k^power, and its sums with 1, k, ln k and k ln k. All arrays are whole vectors, d zero behind its end. */
TARGET static Sums NAME(tilt)(const float *d, const float *log_k, float power, int count, float *tilted) {
    wide sums[4] = {wide_splat(0), wide_splat(0), wide_splat(0), wide_splat(0)};
    for (int i = 0; i < count; i += WIDTH) {
        wide log = wide_load(log_k + i), k = vexp(log), w = wide_load(d + i) * vexp(power * log);
        wide_store(tilted + i, w);
        sums[0] += w;
        sums[1] += k * w;
        sums[2] += log * w;
        sums[3] += k * log * w;
    }
    float total[4] = {0, 0, 0, 0};
    for (int s = 0; s < 4; s++)
        for (int i = 0; i < WIDTH; i++) total[s] += sums[s][i];
    return (Sums){total[0], total[1], total[2], total[3]};
}

TARGET INLINE float NAME(resonance_at)(const float *resonances, float at) {
    const float last = RESONANCE_STEPS * RESONANCE_OCTAVES - 0.001f;
    const float inside = at < 0 ? 0.0f : at > last ? last : at;
    const int i = (int)inside;
    return resonances[i] + (inside - (float)i) * (resonances[i + 1] - resonances[i]);
}

/* What partials gain on their way of so many steps to where they are; first: the fundamental's place there. */
TARGET static void NAME(resonate)(const float *restrict resonances, const float *restrict log_k, float first, float way,
                                  int count, float *restrict nepers) {
    for (int k = 0; k < count; k++) {
        const float at = first + log_k[k] * (RESONANCE_STEPS * 1.44269504f);
        nepers[k] = LOG_PER_DB * (NAME(resonance_at)(resonances, at) - NAME(resonance_at)(resonances, at - way));
    }
}

/* louder = d times that many nepers, and by which all must be multiplied so that the sum of squares is d's. */
TARGET static float NAME(amplify)(const float *d, const float *nepers, int count, float *louder) {
    wide before = wide_splat(0), after = wide_splat(0);
    for (int i = 0; i < count; i += WIDTH) {
        wide from = wide_load(d + i), to = from * vexp(wide_load(nepers + i));
        wide_store(louder + i, to);
        before += from * from;
        after += to * to;
    }
    float sums[2] = {0, 0};
    for (int i = 0; i < WIDTH; i++) {
        sums[0] += before[i];
        sums[1] += after[i];
    }
    return sums[1] > 0 ? sqrtf(sums[0] / sums[1]) : 1.0f;
}
