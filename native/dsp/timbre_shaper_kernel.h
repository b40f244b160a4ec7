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
