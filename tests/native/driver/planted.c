/* Proves that the gate is armed: linked in where decoder.c was built with decoder_step renamed, the callback's own
   decoding does once what it never may. */
#include <stdlib.h>

#include "decoder.h"

void unplanted_decoder_step(const Decoder *d, float *const *activations, float *const *states, int voices);

void decoder_step(const Decoder *d, float *const *activations, float *const *states, int voices) {
    void *volatile planted = malloc(16);
    free(planted);
    unplanted_decoder_step(d, activations, states, voices);
}
