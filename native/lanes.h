/* Vectors of the size of a register, for the hot loops: gcc keeps a wider vector in memory between operations, so
   that `vfloat` costs ten times as much below AVX-512. Sixteen samples are LANE_VECTORS of these. */
#ifndef DDSP_LANES_H
#define DDSP_LANES_H
#include "simd.h"

#if defined(__aarch64__) && !defined(__clang__)
#define WIDTH 4
#else
#define WIDTH 8 /* AVX; on AVX-512 too, where the 32 registers count for more than their size */
#endif
#define LANE_VECTORS (LANES / WIDTH)
typedef float wide __attribute__((vector_size(WIDTH * 4)));

INLINE wide wide_load(const float *from) { wide v; memcpy(&v, from, sizeof v); return v; }
INLINE void wide_store(float *to, wide v) { memcpy(to, &v, sizeof v); }
INLINE wide wide_splat(float x) { return x - (wide){0}; }

#endif
