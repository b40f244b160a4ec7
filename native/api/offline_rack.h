/* A rack of effects over sound that is there, behind `ddsp-live fx` and `render --rack`. */
#ifndef DDSP_OFFLINE_RACK_H
#define DDSP_OFFLINE_RACK_H
#include <stddef.h>
#include <stdint.h>

#include "api/rack_settings.h"

/* The state is in `memory`: as many zeroed bytes as the first function says, aligned to 64. */
size_t offline_rack_bytes(double sample_rate);
void offline_rack_init(void *memory, double sample_rate);
/* samples [frames, 2] in place, from where the last call ended. settings: counted from the next step of 4 ms on. */
void offline_rack(void *memory, const RackSettings *settings, float *samples, int64_t frames);
float offline_rack_reduction(void *memory); /* lowest factor of the compressor since it was last asked */

#endif
