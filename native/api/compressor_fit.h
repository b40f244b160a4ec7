/* What a step of a fit needs to know of the compressor, in one pass: for tools/effects/dynamics.py. */
#ifndef DDSP_COMPRESSOR_FIT_H
#define DDSP_COMPRESSOR_FIT_H
#include <stdint.h>

#define FIT_NUMBERS 5 /* threshold in dB, slope 1 - 1/ratio, shares of attack and release, make-up in dB */

/* Compresses dry [size] in the order SMOOTH_GAIN or SMOOTH_LEVEL and compares it with wet [size], both with their high
   sound raised. Returns the energy of the difference d; normal [FIT_NUMBERS, FIT_NUMBERS]: the sums of products of its
   derivatives by the numbers; slope [FIT_NUMBERS]: the sums of these times d. gain [size]: the factor of each sample,
   make-up left out; NULL: nowhere. */
double compressor_fit_step(const double *dry, const double *wet, int64_t size, const double *numbers, int order,
                           double *normal, double *slope, double *gain);

#endif
