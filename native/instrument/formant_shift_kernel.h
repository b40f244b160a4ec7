/* The loops of formant_shift.c, once per instruction set. */
#include "base/lanes.h"
#include "base/vexp.h"

/* Arrays are whole vectors; d is at least 0. */
TARGET static void NAME(logarithms)(const float *d, int count, float *nepers) {
    for (int i = 0; i < count; i += WIDTH) wide_store(nepers + i, vlog(at_least(wide_load(d + i), LEAST)));
}

TARGET static void NAME(exponentials)(float *x, int count) {
    for (int i = 0; i < count; i += WIDTH) wide_store(x + i, vexp(wide_load(x + i)));
}
