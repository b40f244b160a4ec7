/* A stage's work on its spectra, once per instruction set: convolver_partition.c includes this for each WIDTH. A spectrum of
   P + 1 bins is kept in P complex numbers: the last bin is real, as is the first, and takes its imaginary part. */
#include "base/lanes.h"

/* from[0], from[-1], from[-2] ... */
TARGET INLINE wide NAME(load_reversed)(const float *from) {
    wide v;
    for (int i = 0; i < WIDTH; i++) v[i] = from[-i];
    return v;
}

TARGET INLINE void NAME(store_reversed)(float *to, wide v) {
    for (int i = 0; i < WIDTH; i++) to[-i] = v[i];
}

/* A group of both channels' bins [ROW], times two, out of what their transform as one complex signal has made. */
TARGET static void NAME(split)(ConvolverPartition *s, int group, float *left, float *right) {
    float *re = s->re, *im = s->im;
    const int first = group * GROUP, size = s->fft.size;
    if (group == 0) re[size] = re[0], im[size] = im[0]; /* the first bin is its own mirror */
    for (int i = 0; i < GROUP; i += WIDTH) {
        int k = first + i;
        wide up_re = wide_load(re + k), down_re = NAME(load_reversed)(re + size - k);
        wide up_im = wide_load(im + k), down_im = NAME(load_reversed)(im + size - k);
        wide_store(left + i, up_re + down_re);
        wide_store(left + GROUP + i, up_im - down_im);
        wide_store(right + i, up_im + down_im);
        wide_store(right + GROUP + i, down_re - up_re);
    }
    if (group == 0) left[GROUP] = 2 * re[s->size], right[GROUP] = 2 * im[s->size];
}

/* Sums of products of real with real parts, imaginary with imaginary, and both mixed. */
typedef struct NAME(Products) {
    wide real[LANE_VECTORS], imaginary[LANE_VECTORS], mixed1[LANE_VECTORS], mixed2[LANE_VECTORS];
} NAME(Products);

TARGET INLINE void NAME(accumulate)(NAME(Products) *sum, const float *response, const float *input, int count) {
    for (int p = 0; p < count; p++, response += ROW, input += ROW)
        for (int i = 0; i < LANE_VECTORS; i++) {
            wide response_re = wide_load(response + i * WIDTH), response_im = wide_load(response + GROUP + i * WIDTH);
            wide input_re = wide_load(input + i * WIDTH), input_im = wide_load(input + GROUP + i * WIDTH);
            sum->real[i] += response_re * input_re;
            sum->imaginary[i] += response_im * input_im;
            sum->mixed1[i] += response_re * input_im;
            sum->mixed2[i] += response_im * input_re;
        }
}

/* A group of bins of one channel's output, [ROW]: each response times the input as many partitions ago. */
TARGET INLINE void NAME(convolve)(const ConvolverPartition *s, int group, int channel, float *out) {
    const size_t offset = (size_t)group * (size_t)s->partitions * ROW, newest = (size_t)s->newest * ROW;
    const int first = s->partitions - s->newest; /* rows before the ring's end */
    const float *responses = s->responses[channel] + offset, *inputs = s->inputs[channel] + offset;
    NAME(Products) sum;
    for (int i = 0; i < LANE_VECTORS; i++)
        sum.real[i] = sum.imaginary[i] = sum.mixed1[i] = sum.mixed2[i] = wide_splat(0.0f);
    NAME(accumulate)(&sum, responses, inputs + newest, first);
    NAME(accumulate)(&sum, responses + (size_t)first * ROW, inputs, s->newest);
    for (int i = 0; i < LANE_VECTORS; i++) {
        wide_store(out + i * WIDTH, sum.real[i] - sum.imaginary[i]);
        wide_store(out + GROUP + i * WIDTH, sum.mixed1[i] + sum.mixed2[i]);
    }
    if (group == 0) out[0] = sum.real[0][0], out[GROUP] = sum.imaginary[0][0];
}

/* The bins of the input's spectrum become the output's. */
TARGET static void NAME(multiply)(ConvolverPartition *s, int group) {
    const size_t row = ((size_t)group * (size_t)s->partitions + (size_t)s->newest) * ROW;
    float left[ROW], right[ROW], *re = s->re, *im = s->im;
    NAME(split)(s, group, s->inputs[0] + row, s->inputs[1] + row);
    NAME(convolve)(s, group, 0, left);
    NAME(convolve)(s, group, 1, right);
    if (group == 0) {
        re[s->size] = left[GROUP], im[s->size] = right[GROUP];
        left[GROUP] = right[GROUP] = 0;
    }
    for (int i = 0; i < GROUP; i += WIDTH) {
        int k = group * GROUP + i;
        wide left_re = wide_load(left + i), left_im = wide_load(left + GROUP + i);
        wide right_re = wide_load(right + i), right_im = wide_load(right + GROUP + i);
        wide_store(re + k, left_re - right_im);
        wide_store(im + k, left_im + right_re);
        NAME(store_reversed)(re + s->fft.size - k, left_re + right_im);
        NAME(store_reversed)(im + s->fft.size - k, right_re - left_im);
    }
}
