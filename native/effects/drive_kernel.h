/* The hyperbolic tangent of many numbers, for drive.c, once for each width of the registers. */
#include "base/lanes.h"
#include "base/vexp.h"

/* size: a multiple of LANES. */
TARGET static void NAME(shape_soft)(float *x, int size) {
    for (int i = 0; i < size; i += WIDTH) wide_store(x + i, vtanh(wide_load(x + i)));
}
