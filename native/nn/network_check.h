/* Keeps a decoder that somebody else wrote within its memory. */
#ifndef DDSP_NETWORK_CHECK_H
#define DDSP_NETWORK_CHECK_H
#include "api/layer_spec.h"

/* 0, or 1 + the index of the first layer whose ranges leave the activation vector or the state, overlap where they
   must not, or do not fit each other. Reads no weights. */
int network_check(const LayerSpec *specs, int layers, int activations, int state_size);

#endif
