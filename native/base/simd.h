/* Sixteen samples at once, in GCC and clang's portable vectors: one AVX-512 register, two of AVX, four of SSE or
   NEON. Every loop over samples runs on whole vectors, padded, so a sample's value never depends on where in a
   block it falls. */
#ifndef DDSP_SIMD_H
#define DDSP_SIMD_H
#include <stdint.h>
#include <string.h>

#define LANES 16
typedef float vfloat __attribute__((vector_size(LANES * 4)));
typedef int32_t vint __attribute__((vector_size(LANES * 4)));
typedef uint32_t vuint __attribute__((vector_size(LANES * 4)));
typedef double vdouble __attribute__((vector_size(LANES * 8)));

/* gcc compiles a hot function once per x86-64 level and picks at load time. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__) && !defined(NO_CLONES)
#define HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "arch=x86-64-v2", "default")))
#else
#define HOT
#endif
#define INLINE static inline __attribute__((always_inline))

INLINE int whole_lanes(int count) { return (count + LANES - 1) / LANES * LANES; }
INLINE vfloat load(const float *from) { vfloat v; memcpy(&v, from, sizeof v); return v; }
INLINE void store(float *to, vfloat v) { memcpy(to, &v, sizeof v); }
INLINE vfloat splat(float x) { return x - (vfloat){0}; }

#endif
