/* Vectors as wide as a register; sixteen samples are LANE_VECTORS of them. gcc keeps wider vectors in memory between
   operations, twenty times slower. So the hot loops are in `*_kernel.h`, which a unit includes once per WIDTH (in
   floats); they include this first, define NAME(x), and the unit calls FASTEST(x). The second half has no guard. */
#ifndef DDSP_LANES_H
#define DDSP_LANES_H
#include "base/simd.h"

/* Bits of the widest registers to use: tests compile each kernel. */
#ifndef WIDEST
#define WIDEST 256 /* AVX-512 measured no faster in these loops */
#endif

#if defined(__x86_64__) && WIDEST >= 256
#define WIDE_KERNELS 1
#define FASTEST(x) (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? x##_8 : x##_4)
#else
#define WIDE_KERNELS 0
#define FASTEST(x) x##_4
#endif

#define JOINED(x, width) x##_##width
#define JOIN(x, width) JOINED(x, width)
#define NAME(x) JOIN(x, WIDTH)
#define LANE_VECTORS (LANES / WIDTH)
#define wide NAME(wide)
#define wide_load NAME(wide_load)
#define wide_store NAME(wide_store)
#define wide_splat NAME(wide_splat)
#endif

#undef TARGET
#if WIDTH == 8
#define TARGET __attribute__((target("avx2,fma")))
#else
#define TARGET
#endif
typedef float wide __attribute__((vector_size(WIDTH * 4)));
TARGET INLINE wide wide_load(const float *from) { wide v; memcpy(&v, from, sizeof v); return v; }
TARGET INLINE void wide_store(float *to, wide v) { memcpy(to, &v, sizeof v); }
TARGET INLINE wide wide_splat(float x) { return x - (wide){0}; }
