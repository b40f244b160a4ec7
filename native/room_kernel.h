/* The room's inner loops, once per instruction set: room.c includes this for each WIDTH. */
#include "lanes.h"

/* Sums of products of real with real parts, imaginary with imaginary, and both mixed. */
typedef struct NAME(Products) {
    wide real[LANE_VECTORS], imaginary[LANE_VECTORS], mixed1[LANE_VECTORS], mixed2[LANE_VECTORS];
} NAME(Products);

TARGET INLINE void NAME(accumulate)(NAME(Products) *sum, const float *response, const float *input, int count) {
    for (int p = 0; p < count; p++, response += 2 * GROUP, input += 2 * GROUP)
        for (int i = 0; i < LANE_VECTORS; i++) {
            wide response_re = wide_load(response + i * WIDTH), response_im = wide_load(response + GROUP + i * WIDTH);
            wide input_re = wide_load(input + i * WIDTH), input_im = wide_load(input + GROUP + i * WIDTH);
            sum->real[i] += response_re * input_re;
            sum->imaginary[i] += response_im * input_im;
            sum->mixed1[i] += response_re * input_im;
            sum->mixed2[i] += response_im * input_re;
        }
}

/* One group of bins of the next partition's output: each response times the input as many partitions ago. */
TARGET static void NAME(multiply)(Room *r, int group) {
    const size_t row = 2 * GROUP, offset = (size_t)group * r->partitions * row;
    const int first = r->partitions - r->newest; /* rows before the ring's end */
    NAME(Products) sum;
    memset(&sum, 0, sizeof sum);
    NAME(accumulate)(&sum, r->responses + offset, r->inputs + offset + r->newest * row, first);
    NAME(accumulate)(&sum, r->responses + offset + first * row, r->inputs + offset, r->newest);
    float *re = r->re + group * GROUP, *im = r->im + group * GROUP;
    for (int i = 0; i < LANE_VECTORS; i++) {
        wide_store(re + i * WIDTH, sum.real[i] - sum.imaginary[i]);
        wide_store(im + i * WIDTH, sum.mixed1[i] + sum.mixed2[i]);
    }
    if (group == 0) {
        r->re[0] = sum.real[0][0];
        r->im[0] = 0;
        r->re[PARTITION] = sum.imaginary[0][0];
        r->im[PARTITION] = 0;
    }
}

TARGET INLINE void NAME(run)(const Room *r, const float *input, float *out) {
    wide sum[2][RUN / WIDTH];
    memset(sum, 0, sizeof sum);
    for (int tap = 0; tap < r->head; tap += 2)
        for (int odd = 0; odd < 2; odd++)
            for (int i = 0; i < RUN / WIDTH; i++)
                sum[odd][i] += r->taps[tap + odd] * wide_load(input + i * WIDTH - (tap + odd));
    for (int i = 0; i < RUN / WIDTH; i++) wide_store(out + i * WIDTH, sum[0][i] + sum[1][i]);
}

TARGET static void NAME(convolve_head)(const Room *r, const float *input, float *out, int size) {
    for (int i = 0; i < size; i += RUN) NAME(run)(r, input + i, out + i);
}

