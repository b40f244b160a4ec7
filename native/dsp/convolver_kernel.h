/* The room's head, once per instruction set: convolver.c includes this for each WIDTH. */
#include "base/lanes.h"

TARGET INLINE void NAME(run)(const float *taps, const float *input, float *out) {
    wide sum[2][RUN / WIDTH];
    memset(sum, 0, sizeof sum);
    for (int tap = 0; tap < HEAD; tap += 2)
        for (int odd = 0; odd < 2; odd++)
            for (int i = 0; i < RUN / WIDTH; i++)
                sum[odd][i] += taps[tap + odd] * wide_load(input + i * WIDTH - (tap + odd));
    for (int i = 0; i < RUN / WIDTH; i++) wide_store(out + i * WIDTH, sum[0][i] + sum[1][i]);
}

TARGET static void NAME(convolve_head)(const float *taps, const float *input, float *out, int size) {
    for (int i = 0; i < size; i += RUN) NAME(run)(taps, input + i, out + i);
}
