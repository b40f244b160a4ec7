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

/* Row `knot` of the table at a loudness `louder` dB above the one that it was made at, and the next, weighed. */
TARGET static void NAME(read_table)(const Layer *layer, const float *x, float *y) {
    const LayerSpec *s = &layer->spec;
    const int stride = whole_lanes(s->columns);
    float at = (127.0f * x[0] - s->first) / s->step;
    at = at > 0.0f ? at : 0.0f; /* NaN, too */
    at = at < (float)(s->knots - 1) ? at : (float)(s->knots - 1);
    const int knot = (int)at < s->knots - 2 ? (int)at : s->knots - 2;
    const float later = at - (float)knot, sooner = 1.0f - later, loudness_db = 80.0f * (x[1] - 1.0f);
    float louder = loudness_db - (sooner * s->reference[knot] + later * s->reference[knot + 1]);
    louder = louder > TABLE_SOFTER ? louder : TABLE_SOFTER;
    louder = louder < TABLE_LOUDER ? louder : TABLE_LOUDER;
    const float below = s->parameter - loudness_db, fall = below > 0.0f ? -TABLE_FALL * below : 0.0f;
    const float *level = s->levels + knot * stride, *slope = s->slopes + knot * stride;
    for (int i = 0; i < s->columns; i += WIDTH) {
        const wide here = wide_load(level + i) + louder * wide_load(slope + i);
        const wide next = wide_load(level + stride + i) + louder * wide_load(slope + stride + i);
        const wide db = at_most(at_least(sooner * here + later * next + fall, TABLE_LEAST), TABLE_MOST);
        store_some(y + i, s->columns - i, vexp(db * NEPERS_PER_DB));
    }
    for (int i = s->columns; i < s->output_size; i++) y[i] = y[s->columns - 1];
}

TARGET static void NAME(multiply)(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.output_size;
    for (int i = 0; i < size; i += WIDTH)
        store_some(y + i, size - i, load_some(x + i, size - i, 0.0f) * load_some(x + size + i, size - i, 0.0f));
}

TARGET static float NAME(sum_of)(const float *x, int size) {
    wide sum = {0};
    for (int i = 0; i < size; i += WIDTH) sum += load_some(x + i, size - i, 0.0f);
    return sum_lanes(sum);
}

TARGET static void NAME(ratio)(const Layer *layer, const float *x, float *y) {
    const int half = layer->spec.input_size / 2;
    *y = NAME(sum_of)(x, half) / NAME(sum_of)(x + half, half);
}

TARGET static void NAME(normalize)(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    const float total = NAME(sum_of)(x, size);
    for (int i = 0; i < size; i += WIDTH) store_some(y + i, size - i, load_some(x + i, size - i, 0.0f) / total);
}
