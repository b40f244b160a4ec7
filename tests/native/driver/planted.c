/* Proves that the gate is armed: linked in where network.c was built with network_step renamed, the callback's own
   decoding does once what it never may. */
#include <stdlib.h>

#include "nn/network.h"

void unplanted_network_step(const Network *d, float *const *activations, float *const *states, int voices);

void network_step(const Network *d, float *const *activations, float *const *states, int voices) {
    void *volatile planted = malloc(16);
    free(planted);
    unplanted_network_step(d, activations, states, voices);
}
