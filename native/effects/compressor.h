/* Compressor and expander, both sides as one. Attack and release smooth either the gain (after Reiss and McPherson, as
   torchcomp has it) or the level (as pedalboard has it). */
#ifndef DDSP_COMPRESSOR_H
#define DDSP_COMPRESSOR_H
#include "api/rack_settings.h"
#include "effects/glide.h"

#define COMPRESSOR_NUMBERS 7 /* threshold, its slope, the gate's, its slope, attack, release, make-up */

typedef struct Compressor {
    double sample_rate;
    Glide glide;
    double from[COMPRESSOR_NUMBERS], to[COMPRESSOR_NUMBERS];
    double mean_share; /* of the detector's mean, 1: none */
    int order;
    double mean, level, gain; /* of squares; smoothed; the factor now */
    double before[3];         /* what these were at the last step */
    float reduction;          /* lowest factor since it was last taken, make-up left out */
} Compressor;

void compressor_init(Compressor *c, double sample_rate);
void compressor_reset(Compressor *c);
void compressor_aim(Compressor *c, const CompressorSettings *settings, int64_t position, int length);
void compressor_render(Compressor *c, int64_t position, float *left, float *right, int size); /* in place */
/* Whether nothing in it has moved since this was asked last. */
int compressor_rests(Compressor *c);
float compressor_take_reduction(Compressor *c); /* the lowest factor since it was last asked */

#endif
