/* The decoder's layers other than products, once per instruction set: network.c includes this for each WIDTH. */
#include "base/lanes.h"
#include "base/vexp.h"

#define load_some NAME(load_some)
#define store_some NAME(store_some)
#define sum_lanes NAME(sum_lanes)

/* Values may lie next to each other at any float, so the last vector of a range is read and written in part. */
TARGET INLINE wide load_some(const float *from, int count, float rest) {
    if (count >= WIDTH) return wide_load(from);
    float lanes[WIDTH];
    for (int i = 0; i < WIDTH; i++) lanes[i] = i < count ? from[i] : rest;
    return wide_load(lanes);
}

TARGET INLINE void store_some(float *to, int count, wide v) {
    if (count >= WIDTH) wide_store(to, v);
    else memcpy(to, &v, (size_t)count * sizeof *to);
}

TARGET INLINE float sum_lanes(wide v) {
    float lanes[WIDTH];
    wide_store(lanes, v);
    for (int half = WIDTH / 2; half; half /= 2)
        for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    return lanes[0];
}

/* From the gates' sums over the inputs and over the hidden state, [r z n][PANEL] each, to the new hidden state. */
TARGET static void NAME(gru_gates)(const float *from_input, const float *from_hidden, const float *hidden, float *out,
                                   int size) {
    for (int i = 0; i < PANEL && i < size; i += WIDTH) {
        const float *x = from_input + i, *y = from_hidden + i;
        const wide r = vsigmoid(wide_load(x) + wide_load(y));
        const wide z = vsigmoid(wide_load(x + PANEL) + wide_load(y + PANEL));
        const wide n = vtanh(wide_load(x + 2 * PANEL) + r * wide_load(y + 2 * PANEL));
        const wide h = load_some(hidden + i, size - i, 0.0f);
        store_some(out + i, size - i, (1.0f - z) * n + z * h);
    }
}

/* Two sums at a time: a single one would wait for itself. */
TARGET static void NAME(layer_norm)(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    wide even = {0}, odd = {0};
    for (int i = 0; i < size; i += 2 * WIDTH) {
        even += load_some(x + i, size - i, 0.0f);
        odd += load_some(x + i + WIDTH, size - i - WIDTH, 0.0f);
    }
    const float mean = sum_lanes(even + odd) / (float)size;
    even = odd = (wide){0};
    for (int i = 0; i < size; i += 2 * WIDTH) {
        const wide first = load_some(x + i, size - i, mean) - mean;
        const wide second = load_some(x + i + WIDTH, size - i - WIDTH, mean) - mean;
        even += first * first;
        odd += second * second;
    }
    const float scale = 1.0f / sqrtf(sum_lanes(even + odd) / (float)size + layer->spec.parameter);
    for (int i = 0; i < size; i += WIDTH) {
        const wide normal = (load_some(x + i, size - i, mean) - mean) * scale;
        store_some(y + i, size - i, normal * wide_load(layer->weight + i) + wide_load(layer->bias + i));
    }
}

TARGET static void NAME(leaky_relu)(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    for (int i = 0; i < size; i += WIDTH) {
        const wide v = load_some(x + i, size - i, 0.0f);
        store_some(y + i, size - i, choose(v < wide_splat(0.0f), v * layer->spec.parameter, v));
    }
}

TARGET static void NAME(exp_sigmoid)(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    const int whole = size / WIDTH * WIDTH;
    for (int i = 0; i < whole; i += WIDTH) wide_store(y + i, vexp_sigmoid(wide_load(x + i)));
    if (whole < size) store_some(y + whole, size - whole, vexp_sigmoid(load_some(x + whole, size - whole, 0.0f)));
}

TARGET static void NAME(normalize)(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    wide sum = {0};
    for (int i = 0; i < size; i += WIDTH) sum += load_some(x + i, size - i, 0.0f);
    const float total = sum_lanes(sum);
    for (int i = 0; i < size; i += WIDTH) store_some(y + i, size - i, load_some(x + i, size - i, 0.0f) / total);
}
