/* The decoder: a chain of layers over one activation vector per voice, weights packed for 16 outputs x 4 voices.
   Causal, one frame in, one frame out, state explicit. Layers read and write ranges of the activation vector, so
   concatenation is placement. The sum over inputs runs in one order for any number of voices: a voice's frame does
   not depend on its company. */
#ifndef DDSP_NETWORK_H
#define DDSP_NETWORK_H
#include "base/arena.h"
#include "nn/network_check.h"
#include "api/layer_spec.h"

typedef struct Layer Layer;

typedef struct Network {
    int layers;
    Layer *layer;
    int activations; /* floats in a voice's activation vector, a multiple of 16 */
    int state_size;  /* S */
} Network;

/* Packs the weights into the arena (reads the specs' pointers only while not counting). Ranges were checked by
   network_check. */
void network_init(Network *d, Arena *arena, const LayerSpec *specs, int layers, int activations, int state_size);
/* One frame for `voices` voices at once. activations[v]: that voice's vector [activations], inputs already placed;
   states[v]: its state [S], updated in place, all zeros before the first frame. */
void network_step(const Network *d, float *const *activations, float *const *states, int voices);

#endif
