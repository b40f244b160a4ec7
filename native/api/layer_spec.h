/* The layers of a network, as a patch describes them: `kind` is one of these. */
#ifndef DDSP_LAYER_SPEC_H
#define DDSP_LAYER_SPEC_H

enum LayerKind {
#define LAYER(name, ...) LAYER_##name,
#include "api/layer_table.h"
#undef LAYER
    LAYERS
};

typedef struct LayerSpec {
    int kind;
    int input, input_size;   /* range of the activation vector, in floats */
    int output, output_size;
    int state, state_size;   /* range of the state, DIFFERENCE and GRU only */
    float parameter;
    int lag_count;
    int lags[8];             /* frames, ascending */
    const float *weight, *bias, *weight_hidden, *bias_hidden;
    /* TABLE: knots from MIDI note `first` on, `step` semitones apart, each with the loudness in dB that it was made at,
       and for each column the dB there and the dB more for each dB louder; from the last column on all is alike. Between
       knots it is read linearly. Below `parameter` dB all falls by TABLE_FALL dB more for each. */
    int knots, columns;
    float first, step;
    const float *levels, *slopes, *reference; /* [knots, columns], [knots, columns], [knots] */
} LayerSpec;

#endif
