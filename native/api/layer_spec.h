/* The layers of a network, as a patch describes them: `kind` is one of these. */
#ifndef DDSP_LAYER_SPEC_H
#define DDSP_LAYER_SPEC_H

#define LAYER_DENSE 0       /* y = W x + b; weight [output_size, input_size], bias [output_size] */
#define LAYER_LAYER_NORM 1  /* over the range's channels; weight, bias [size], parameter = epsilon */
#define LAYER_LEAKY_RELU 2  /* parameter = slope below zero */
#define LAYER_EXP_SIGMOID 3 /* 2 sigmoid(x)^ln 10 + 1e-7 */
#define LAYER_NORMALIZE 4   /* x / sum x */
#define LAYER_DIFFERENCE 5  /* y = x, then x - x[lag frames ago] for each lag; state: past inputs, then a flag */
#define LAYER_GRU 6         /* torch.nn.GRUCell; weight [3H, I], bias [3H], weight_hidden [3H, H], bias_hidden [3H] */
#define LAYER_COPY 7        /* y = x: for a concatenation of values that do not lie next to each other */
#define LAYER_DENSE_INT8 8 /* as DENSE, in 8-bit integers where the processor has products of them */
#define LAYER_TABLE 9      /* of pitch and loudness, as the network is told them, gains; see LayerSpec */
#define LAYER_PRODUCT 10   /* y = the input's first half times its second */
#define LAYER_RATIO 11     /* y = the sum of the input's first half over that of its second */

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
