/* The kinds of layers, one row each: LAYER(name, what runs it, when its ranges fit). `LAYER_name` is its number, which flat
   patches keep, so that a new kind goes to the end. What runs it is in nn/network.c, EACH(loop) for one of
   nn/layers_kernel.h that takes a voice at a time; the checks are in nn/network_check.c. What a layer of a patch file
   holds is a row of Python's table, engine/decoders/layers.py. */
/* y = W x + b; weight [output_size, input_size], bias */
LAYER(DENSE, TOGETHER, is_apart(s))
/* over the range's channels; weight, bias [size], parameter = epsilon */
LAYER(LAYER_NORM, EACH(layer_norm), is_elementwise(s))
/* parameter = slope below zero */
LAYER(LEAKY_RELU, EACH(leaky_relu), is_elementwise(s))
/* 2 sigmoid(x)^ln 10 + 1e-7 */
LAYER(EXP_SIGMOID, EACH(exp_sigmoid), is_elementwise(s))
/* x / sum x */
LAYER(NORMALIZE, EACH(normalize), is_elementwise(s))
/* y = x, then x - x[lag frames ago] for each lag; state: past inputs, then a flag */
LAYER(DIFFERENCE, WITH_STATE(difference), has_state && is_apart(s) && lags_fit(s))
/* torch.nn.GRUCell; weight [3H, I], bias [3H], weight_hidden [3H, H], bias_hidden [3H] */
LAYER(GRU, TOGETHER, has_state && is_apart(s) && s->state_size == s->output_size)
/* y = x: for a concatenation of values that do not lie next to each other */
LAYER(COPY, copy(s, x, y), s->input_size == s->output_size && is_apart(s))
/* as DENSE, in 8-bit integers if the processor has products of them */
LAYER(DENSE_INT8, TOGETHER, is_apart(s))
/* of pitch and loudness, as the network gets them, gains; see LayerSpec */
LAYER(TABLE, EACH(read_table), is_apart(s) && table_fits(s))
/* y = the input's first half times its second */
LAYER(PRODUCT, EACH(multiply), is_apart(s) && s->input_size == 2 * (int64_t)s->output_size)
/* y = the sum of the input's first half over that of its second */
LAYER(RATIO, EACH(ratio), is_apart(s) && s->input_size % 2 == 0 && s->output_size == 1)
