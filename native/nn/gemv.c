#include "base/simd.h"
#include "nn/gemv.h"

/* Bits of the widest registers to use: tests compile each kernel. */
#ifndef WIDEST
#define WIDEST 512
#endif

/* Multiply-adds are spelled as intrinsics: whether a compiler fuses them of its own accord may differ from one tile's
   shape to the next, and then a voice's result would depend on its company. */
#if defined(__x86_64__)
#include <immintrin.h>

/* gcc would load an input anew for every panel, as an operand of the multiply-add; loads are what is scarce. */
#define IN_REGISTER(v) __asm__("" : "+v"(v))

#define NAME(x) x##_avx512
#define TARGET __attribute__((target("avx512f")))
#define VECTOR __m512
#define WIDTH 16
#define SUMS 16
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define SPLAT _mm512_set1_ps
#define MULTIPLY_ADD _mm512_fmadd_ps
#include "nn/gemv_kernel.h"

#define NAME(x) x##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define VECTOR __m256
#define WIDTH 8
#define SUMS 8
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define SPLAT _mm256_set1_ps
#define MULTIPLY_ADD _mm256_fmadd_ps
#include "nn/gemv_kernel.h"

#define NAME(x) x##_sse
#define TARGET
#define VECTOR __m128
#define WIDTH 4
#define SUMS 8
#define LOAD _mm_loadu_ps
#define STORE _mm_storeu_ps
#define SPLAT _mm_set1_ps
#define MULTIPLY_ADD(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
#include "nn/gemv_kernel.h"

static GemvKernel *fastest_kernel(void) {
    if (WIDEST >= 512 && __builtin_cpu_supports("avx512f")) return gemv_avx512;
    if (WIDEST >= 256 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return gemv_avx2;
    return gemv_sse;
}

#else
#define IN_REGISTER(v) (void)(v)
#if defined(__aarch64__)
#include <arm_neon.h>
#define MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b)
typedef float32x4_t Quad;
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
typedef float Quad __attribute__((vector_size(16)));
#endif

INLINE Quad load_quad(const float *from) { Quad v; memcpy(&v, from, sizeof v); return v; }
INLINE void store_quad(float *to, Quad v) { memcpy(to, &v, sizeof v); }
INLINE Quad splat_quad(float x) { return (Quad){x, x, x, x}; }

#define NAME(x) x##_quad
#define TARGET
#define VECTOR Quad
#define WIDTH 4
#define SUMS 16
#define LOAD load_quad
#define STORE store_quad
#define SPLAT splat_quad
#include "nn/gemv_kernel.h"

static GemvKernel *fastest_kernel(void) { return gemv_quad; }
#endif

static int group_panels(const Gemv *p, int group) {
    const int left = p->panels - group * p->width;
    return left < p->width ? left : p->width;
}

/* The matrix row behind a packed lane, or -1 for padding. */
static int source_row(int gates, int outputs, int panel, int lane) {
    const int output = (gates ? panel / 3 : panel) * PANEL + lane;
    return output >= outputs ? -1 : gates ? panel % 3 * outputs + output : output;
}

static void init(Gemv *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs, int gates) {
    const int blocks = (outputs + PANEL - 1) / PANEL;
    p->inputs = inputs;
    /* Groups of equal width, as far as they go: a single panel's sums would wait for each other. */
    p->groups = gates ? blocks : (blocks + GROUP_PANELS - 1) / GROUP_PANELS;
    p->panels = gates ? 3 * blocks : blocks;
    p->width = (p->panels + p->groups - 1) / p->groups;
    p->kernel = fastest_kernel();
    p->bias = arena_floats(arena, (size_t)p->panels * PANEL);
    p->weight = arena_floats(arena, (size_t)p->panels * PANEL * (size_t)inputs);
    if (!p->weight) return;
    float *to = p->weight;
    for (int group = 0; group < p->groups; group++)
        for (int input = 0; input < inputs; input++)
            for (int panel = 0; panel < group_panels(p, group); panel++)
                for (int lane = 0; lane < PANEL; lane++) {
                    const int row = source_row(gates, outputs, group * p->width + panel, lane);
                    *to++ = row < 0 ? 0.0f : weight[(size_t)row * inputs + input];
                }
    for (int i = 0; i < p->panels * PANEL; i++) {
        const int row = source_row(gates, outputs, i / PANEL, i % PANEL);
        p->bias[i] = row < 0 ? 0.0f : bias[row];
    }
}

void gemv_init(Gemv *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs) {
    init(p, arena, weight, bias, outputs, inputs, 0);
}

void gemv_init_gates(Gemv *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs) {
    init(p, arena, weight, bias, outputs, inputs, 1);
}

void gemv_group(const Gemv *p, int group, const float *const *x, float *y, int voices) {
    const size_t first = (size_t)group * p->width * PANEL;
    p->kernel(p->weight + first * p->inputs, p->bias + first, p->inputs, group_panels(p, group), x, y, voices);
}
