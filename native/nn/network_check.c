#include "nn/network_check.h"

#include <stdint.h>

#define MAX_LAG 64

static int within(int first, int size, int end) {
    return first >= 0 && size >= 1 && size <= end && first <= end - size;
}

static int is_apart(const LayerSpec *s) {
    return s->input + s->input_size <= s->output || s->output + s->output_size <= s->input;
}

static int is_elementwise(const LayerSpec *s) {
    return s->input_size == s->output_size && (s->input == s->output || is_apart(s));
}

static int table_fits(const LayerSpec *s) {
    return s->input_size == 2 && s->knots >= 2 && s->columns >= 1 && s->columns <= s->output_size && s->step > 0.0f;
}

static int lags_fit(const LayerSpec *s) {
    if (s->lag_count < 1 || s->lag_count > 8) return 0;
    for (int i = 0; i < s->lag_count; i++)
        if (s->lags[i] < 1 || s->lags[i] > MAX_LAG || (i && s->lags[i] <= s->lags[i - 1])) return 0;
    return (int64_t)s->output_size == (int64_t)s->input_size * (s->lag_count + 1) &&
           (int64_t)s->state_size == (int64_t)s->input_size * s->lags[s->lag_count - 1] + 1;
}

static int fits(const LayerSpec *s, int activations, int state_size) {
    if (!within(s->input, s->input_size, activations) || !within(s->output, s->output_size, activations)) return 0;
    const int has_state = within(s->state, s->state_size, state_size);
    switch (s->kind) {
#define LAYER(name, run, ...) case LAYER_##name: return __VA_ARGS__;
#include "api/layer_table.h"
#undef LAYER
    }
    return 0;
}

int network_check(const LayerSpec *specs, int layers, int activations, int state_size) {
    for (int i = 0; i < layers; i++)
        if (!fits(specs + i, activations, state_size)) return i + 1;
    return 0;
}
