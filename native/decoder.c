#include <math.h>
#include "decoder.h"
#include "product.h"
#include "vexp.h"

#define TILE (GROUP_PANELS * PANEL)

struct Layer {
    LayerSpec spec;
    Product product, hidden; /* hidden: GRU only */
    float *weight, *bias;    /* LAYER_NORM only: whole vectors, padded with zeros */
};

/* Values may lie next to each other at any float, so the last vector of a range is read and written in part. */
INLINE vfloat load_some(const float *from, int count, float rest) {
    if (count >= LANES) return load(from);
    float lanes[LANES];
    for (int i = 0; i < LANES; i++) lanes[i] = i < count ? from[i] : rest;
    return load(lanes);
}

INLINE void store_some(float *to, int count, vfloat v) {
    if (count >= LANES) store(to, v);
    else memcpy(to, &v, (size_t)count * sizeof *to);
}

INLINE float sum_lanes(vfloat v) {
    float lanes[LANES];
    store(lanes, v);
    for (int half = LANES / 2; half; half /= 2)
        for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    return lanes[0];
}

static float *copy_padded(Arena *arena, const float *from, int count) {
    float *to = arena_floats(arena, (size_t)whole_lanes(count));
    if (to) memcpy(to, from, (size_t)count * sizeof *to);
    return to;
}

static void dense(const Layer *layer, float *const *activations, int voices) {
    const LayerSpec *s = &layer->spec;
    const float *x[GROUP_VOICES];
    _Alignas(64) float y[GROUP_VOICES * TILE];
    for (int group = 0; group < layer->product.groups; group++) {
        const int first = group * TILE;
        const int size = s->output_size - first < TILE ? s->output_size - first : TILE;
        for (int from = 0; from < voices; from += GROUP_VOICES) {
            const int count = voices - from < GROUP_VOICES ? voices - from : GROUP_VOICES;
            for (int v = 0; v < count; v++) x[v] = activations[from + v] + s->input;
            product_group(&layer->product, group, x, y, count);
            for (int v = 0; v < count; v++)
                memcpy(activations[from + v] + s->output + first, y + v * TILE, (size_t)size * sizeof *y);
        }
    }
}

/* From the gates' sums over the inputs and over the hidden state, each r z n, to the new hidden state. */
HOT static void gru_gates(const float *from_input, const float *from_hidden, const float *hidden, float *out, int size) {
    const vfloat h = load_some(hidden, size, 0.0f);
    const vfloat r = vsigmoid(load(from_input) + load(from_hidden));
    const vfloat z = vsigmoid(load(from_input + PANEL) + load(from_hidden + PANEL));
    const vfloat n = vtanh(load(from_input + 2 * PANEL) + r * load(from_hidden + 2 * PANEL));
    store_some(out, size, (1.0f - z) * n + z * h);
}

static void gru(const Layer *layer, float *const *activations, float *const *states, int voices) {
    const LayerSpec *s = &layer->spec;
    const float *x[GROUP_VOICES], *h[GROUP_VOICES];
    _Alignas(64) float from_input[GROUP_VOICES * TILE], from_hidden[GROUP_VOICES * TILE];
    for (int group = 0; group < layer->product.groups; group++) {
        const int first = group * PANEL;
        for (int from = 0; from < voices; from += GROUP_VOICES) {
            const int count = voices - from < GROUP_VOICES ? voices - from : GROUP_VOICES;
            for (int v = 0; v < count; v++) {
                x[v] = activations[from + v] + s->input;
                h[v] = states[from + v] + s->state;
            }
            product_group(&layer->product, group, x, from_input, count);
            product_group(&layer->hidden, group, h, from_hidden, count);
            for (int v = 0; v < count; v++)
                gru_gates(from_input + v * TILE, from_hidden + v * TILE, h[v] + first,
                          activations[from + v] + s->output + first, s->output_size - first);
        }
    }
    for (int v = 0; v < voices; v++)
        memcpy(states[v] + s->state, activations[v] + s->output, (size_t)s->output_size * sizeof(float));
}

HOT static void layer_norm(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    vfloat sum = {0}, square = {0};
    for (int i = 0; i < size; i += LANES) sum += load_some(x + i, size - i, 0.0f);
    const float mean = sum_lanes(sum) / (float)size;
    for (int i = 0; i < size; i += LANES) {
        const vfloat centred = load_some(x + i, size - i, mean) - mean;
        square += centred * centred;
    }
    const float scale = 1.0f / sqrtf(sum_lanes(square) / (float)size + layer->spec.parameter);
    for (int i = 0; i < size; i += LANES) {
        const vfloat normal = (load_some(x + i, size - i, mean) - mean) * scale;
        store_some(y + i, size - i, normal * load(layer->weight + i) + load(layer->bias + i));
    }
}

HOT static void leaky_relu(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    for (int i = 0; i < size; i += LANES) {
        const vfloat v = load_some(x + i, size - i, 0.0f);
        store_some(y + i, size - i, choose(v < splat(0.0f), v * layer->spec.parameter, v));
    }
}

HOT static void exp_sigmoid(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    for (int i = 0; i < size; i += LANES) store_some(y + i, size - i, vexp_sigmoid(load_some(x + i, size - i, 0.0f)));
}

HOT static void normalize(const Layer *layer, const float *x, float *y) {
    const int size = layer->spec.input_size;
    vfloat sum = {0};
    for (int i = 0; i < size; i += LANES) sum += load_some(x + i, size - i, 0.0f);
    const float total = sum_lanes(sum);
    for (int i = 0; i < size; i += LANES) store_some(y + i, size - i, load_some(x + i, size - i, 0.0f) / total);
}

/* The state's past inputs come newest first; its last float tells whether there are any. */
static void difference(const Layer *layer, const float *x, float *y, float *past) {
    const LayerSpec *s = &layer->spec;
    const int size = s->input_size, history = s->state_size - 1;
    if (past[history] < 0.5f)
        for (int i = 0; i < history; i++) past[i] = x[i % size];
    memcpy(y, x, (size_t)size * sizeof *y);
    for (int lag = 0; lag < s->lag_count; lag++)
        for (int i = 0; i < size; i++) *(y + (lag + 1) * size + i) = x[i] - past[(s->lags[lag] - 1) * size + i];
    memmove(past + size, past, (size_t)(history - size) * sizeof *past);
    memcpy(past, x, (size_t)size * sizeof *past);
    past[history] = 1.0f;
}

static void each_voice(const Layer *layer, float *activation, float *state) {
    const LayerSpec *s = &layer->spec;
    const float *x = activation + s->input;
    float *y = activation + s->output;
    switch (s->kind) {
    case LAYER_LAYER_NORM: layer_norm(layer, x, y); break;
    case LAYER_LEAKY_RELU: leaky_relu(layer, x, y); break;
    case LAYER_EXP_SIGMOID: exp_sigmoid(layer, x, y); break;
    case LAYER_NORMALIZE: normalize(layer, x, y); break;
    case LAYER_DIFFERENCE: difference(layer, x, y, state + s->state); break;
    case LAYER_COPY: memcpy(y, x, (size_t)s->input_size * sizeof *y); break;
    }
}

void decoder_init(Decoder *d, Arena *arena, const LayerSpec *specs, int layers, int activations, int state_size) {
    d->layers = layers;
    d->activations = activations;
    d->state_size = state_size;
    d->layer = arena_take(arena, (size_t)layers * sizeof *d->layer);
    for (int i = 0; i < layers; i++) {
        const LayerSpec *s = specs + i;
        Layer layer = {.spec = *s};
        if (s->kind == LAYER_DENSE)
            product_init(&layer.product, arena, s->weight, s->bias, s->output_size, s->input_size);
        if (s->kind == LAYER_GRU) {
            product_init_gates(&layer.product, arena, s->weight, s->bias, s->output_size, s->input_size);
            product_init_gates(&layer.hidden, arena, s->weight_hidden, s->bias_hidden, s->output_size, s->output_size);
        }
        if (s->kind == LAYER_LAYER_NORM) {
            layer.weight = copy_padded(arena, s->weight, s->input_size);
            layer.bias = copy_padded(arena, s->bias, s->input_size);
        }
        if (d->layer) d->layer[i] = layer;
    }
}

void decoder_step(const Decoder *d, float *const *activations, float *const *states, int voices) {
    for (int i = 0; i < d->layers; i++) {
        const Layer *layer = d->layer + i;
        if (layer->spec.kind == LAYER_DENSE) dense(layer, activations, voices);
        else if (layer->spec.kind == LAYER_GRU) gru(layer, activations, states, voices);
        else
            for (int v = 0; v < voices; v++) each_voice(layer, activations[v], states[v]);
    }
}
