#include <math.h>
#include "base/simd.h"
#include "nn/gemv.h"
#include "nn/gemv_int8.h"
#include "nn/network.h"

#define TILE (GROUP_PANELS * PANEL)
#define NEPERS_PER_DB 0.11512925f
#define TABLE_SOFTER -24.0f /* dB from a knot's own loudness, beyond which its slopes are not followed */
#define TABLE_LOUDER 6.0f
#define TABLE_FALL 4.0f
#define TABLE_LEAST -160.0f
#define TABLE_MOST 60.0f

struct Layer {
    LayerSpec spec;
    Gemv product, hidden; /* hidden: GRU only */
    GemvInt8 int8;        /* DENSE_INT8 only */
    float *weight, *bias;    /* LAYER_NORM only: padded to whole vectors */
};

#define WIDTH 4
#include "nn/layers_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "nn/layers_kernel.h"
#undef WIDTH
#endif

static float *copy_padded(Arena *arena, const float *from, int count) {
    float *to = arena_floats(arena, (size_t)whole_lanes(count));
    if (to) memcpy(to, from, (size_t)count * sizeof *to);
    return to;
}

/* Rows of a table, each of whole vectors. */
static const float *copy_rows(Arena *arena, const float *from, int rows, int columns) {
    const int stride = whole_lanes(columns);
    float *to = arena_floats(arena, (size_t)rows * (size_t)stride);
    if (to)
        for (int i = 0; i < rows; i++) memcpy(to + i * stride, from + i * columns, (size_t)columns * sizeof *to);
    return to;
}

INLINE void copy_tile(float *to, const float *tile, int size) {
    if (size == TILE) memcpy(to, tile, TILE * sizeof *to); /* of a constant size: a few moves */
    else memcpy(to, tile, (size_t)size * sizeof *to);
}

static void dense(const Layer *layer, float *const *activations, int voices) {
    const LayerSpec *s = &layer->spec;
    const int width = layer->product.width * PANEL;
    const float *x[GROUP_VOICES];
    _Alignas(64) float y[GROUP_VOICES * TILE];
    for (int group = 0; group < layer->product.groups; group++) {
        const int first = group * width;
        const int size = s->output_size - first < width ? s->output_size - first : width;
        for (int from = 0; from < voices; from += GROUP_VOICES) {
            const int count = voices - from < GROUP_VOICES ? voices - from : GROUP_VOICES;
            for (int v = 0; v < count; v++) x[v] = activations[from + v] + s->input;
            gemv_group(&layer->product, group, x, y, count);
            for (int v = 0; v < count; v++) copy_tile(activations[from + v] + s->output + first, y + v * TILE, size);
        }
    }
}

static void dense_int8(const Layer *layer, float *const *activations, int voices) {
    const LayerSpec *s = &layer->spec;
    const float *x[GROUP_VOICES];
    float *y[GROUP_VOICES];
    for (int from = 0; from < voices; from += GROUP_VOICES) {
        const int count = voices - from < GROUP_VOICES ? voices - from : GROUP_VOICES;
        for (int v = 0; v < count; v++) {
            x[v] = activations[from + v] + s->input;
            y[v] = activations[from + v] + s->output;
        }
        int8_product(&layer->int8, x, y, count);
    }
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
            gemv_group(&layer->product, group, x, from_input, count);
            gemv_group(&layer->hidden, group, h, from_hidden, count);
            for (int v = 0; v < count; v++)
                FASTEST(gru_gates)(from_input + v * TILE, from_hidden + v * TILE, h[v] + first,
                                   activations[from + v] + s->output + first, s->output_size - first);
        }
    }
    for (int v = 0; v < voices; v++)
        memcpy(states[v] + s->state, activations[v] + s->output, (size_t)s->output_size * sizeof(float));
}

/* The state's past inputs come newest first; its last float tells whether there are any. */
static void difference(const Layer *layer, const float *x, float *y, float *past) {
    const LayerSpec *s = &layer->spec;
    const int size = s->input_size, history = s->state_size - 1;
    if (past[history] < 0.5f)
        for (int i = 0; i < history; i++) past[i] = x[i % size];
    memcpy(y, x, (size_t)size * sizeof *y);
    for (int lag = 0; lag < s->lag_count; lag++)
        for (int i = 0; i < size; i++) y[(lag + 1) * size + i] = x[i] - past[(s->lags[lag] - 1) * size + i];
    memmove(past + size, past, (size_t)(history - size) * sizeof *past);
    memcpy(past, x, (size_t)size * sizeof *past);
    past[history] = 1.0f;
}

static void copy(const LayerSpec *s, const float *x, float *y) { memcpy(y, x, (size_t)s->input_size * sizeof *y); }

static void each_voice(const Layer *layer, float *activation, float *state) {
    const LayerSpec *s = &layer->spec;
    const float *x = activation + s->input;
    float *y = activation + s->output;
    switch (s->kind) {
#define TOGETHER
#define EACH(loop) FASTEST(loop)(layer, x, y)
#define WITH_STATE(loop) loop(layer, x, y, state + s->state)
#define LAYER(name, run, ...) case LAYER_##name: run; break;
#include "api/layer_table.h"
#undef LAYER
    }
}

void network_init(Network *d, Arena *arena, const LayerSpec *specs, int layers, int activations, int state_size) {
    d->layers = layers;
    d->activations = activations;
    d->state_size = state_size;
    d->layer = arena_take(arena, (size_t)layers * sizeof *d->layer);
    for (int i = 0; i < layers; i++) {
        const LayerSpec *s = specs + i;
        Layer layer = {.spec = *s};
        if (s->kind == LAYER_DENSE_INT8 && !gemv_int8_is_fast()) layer.spec.kind = LAYER_DENSE;
        if (layer.spec.kind == LAYER_DENSE)
            gemv_init(&layer.product, arena, s->weight, s->bias, s->output_size, s->input_size);
        if (layer.spec.kind == LAYER_DENSE_INT8)
            gemv_int8_init(&layer.int8, arena, s->weight, s->bias, s->output_size, s->input_size);
        if (s->kind == LAYER_GRU) {
            gemv_init_gates(&layer.product, arena, s->weight, s->bias, s->output_size, s->input_size);
            gemv_init_gates(&layer.hidden, arena, s->weight_hidden, s->bias_hidden, s->output_size, s->output_size);
        }
        if (s->kind == LAYER_LAYER_NORM) {
            layer.weight = copy_padded(arena, s->weight, s->input_size);
            layer.bias = copy_padded(arena, s->bias, s->input_size);
        }
        if (s->kind == LAYER_TABLE) {
            layer.spec.levels = copy_rows(arena, s->levels, s->knots, s->columns);
            layer.spec.slopes = copy_rows(arena, s->slopes, s->knots, s->columns);
            layer.spec.reference = copy_padded(arena, s->reference, s->knots);
        }
        if (d->layer) d->layer[i] = layer;
    }
}

void network_step(const Network *d, float *const *activations, float *const *states, int voices) {
    for (int i = 0; i < d->layers; i++) {
        const Layer *layer = d->layer + i;
        if (layer->spec.kind == LAYER_DENSE) dense(layer, activations, voices);
        else if (layer->spec.kind == LAYER_DENSE_INT8) dense_int8(layer, activations, voices);
        else if (layer->spec.kind == LAYER_GRU) gru(layer, activations, states, voices);
        else
            for (int v = 0; v < voices; v++) each_voice(layer, activations[v], states[v]);
    }
}
