/* A second-order section over whole signals, and its exact gradients, for training: the recursion that biquad_cascade.c plays.
   Signals are [rows, size], `state` is [rows, 2], a section is b0 b1 b2 a1 a2 with a0 = 1; all in double. */
#ifndef DDSP_BIQUAD_GRAD_H
#define DDSP_BIQUAD_GRAD_H
#include <stdint.h>

#define BIQUAD_SIZE 5

/* y from x; state: what the section holds, before the first sample and then after the last. y may be x. */
void biquad_filter(const double *section, double *state, const double *x, double *y, int rows, int64_t size);
/* From the gradient of y, in one pass backwards through the poles: those of x (which may take its place), of the
   state before the first sample, and of the section, summed over rows. */
void biquad_gradient(const double *section, const double *x, const double *y, const double *to_y, double *to_x,
                      double *to_state, double *to_section, int rows, int64_t size);

#endif
