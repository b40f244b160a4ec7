#include "base/simd.h"
#include "nn/gemv_int8.h"
#include <math.h>

/* Bits of the widest registers to use: tests compile each kernel. */
#ifndef WIDEST
#define WIDEST 512
#endif

#define TILE (GROUP_PANELS * PANEL)

/* x [voices][MOST_QUANTIZED] -> sum [voices][TILE], of which the group's panels count. */
static void sums_portable(const int8_t *weight, int quads, int panels, const uint8_t *x, int32_t *sum, int voices) {
    memset(sum, 0, (size_t)voices * TILE * sizeof *sum);
    for (int quad = 0; quad < quads; quad++)
        for (int lane = 0; lane < panels * PANEL; lane++, weight += 4)
            for (int v = 0; v < voices; v++) {
                const uint8_t *in = x + v * MOST_QUANTIZED + 4 * quad;
                sum[v * TILE + lane] +=
                    in[0] * weight[0] + in[1] * weight[1] + in[2] * weight[2] + in[3] * weight[3];
            }
}

typedef void Sums(const int8_t *weight, int quads, int panels, const uint8_t *x, int32_t *sum, int voices);

/* taken: what is taken off each input before it is multiplied, by processors whose products are of signed numbers. */
struct Int8Kernel {
    Sums *sums;
    int taken;
};
static const struct Int8Kernel PORTABLE = {sums_portable, 0};

#if defined(__x86_64__) && WIDEST >= 256
#include <immintrin.h>
#define WIDTH 8
#define VECTOR __m256i
#define ZERO() _mm256_setzero_si256()
#define LOAD(from) _mm256_loadu_si256((const __m256i *)(from))
#define STORE(to, v) _mm256_storeu_si256((__m256i *)(to), v)
#define SPLAT(four) _mm256_set1_epi32(four)

#define MOST_PANELS(voices) ((voices) > 2 ? 1 : 4 / (voices)) /* sixteen registers */

#if defined(__clang__) ? __clang_major__ >= 15 : __GNUC__ >= 12
#define NAME(x) x##_avxvnni
#define TARGET __attribute__((target("avx2,avxvnni")))
#define DOT(sum, input, row) _mm256_dpbusd_avx_epi32(sum, input, row)
#include "nn/gemv_int8_kernel.h"
static const struct Int8Kernel AVX_VNNI = {sums_avxvnni, 0};
#define WITHOUT_512 (__builtin_cpu_supports("avxvnni") ? &AVX_VNNI : &PORTABLE)
#else
#define WITHOUT_512 (&PORTABLE)
#endif

#define NAME(x) x##_vnni256 /* the same instruction as in AVX-512, where tests can run it */
#define TARGET __attribute__((target("avx2,avx512vl,avx512vnni")))
#define DOT(sum, input, row) _mm256_dpbusd_epi32(sum, input, row)
#include "nn/gemv_int8_kernel.h"
#undef WIDTH
#undef VECTOR
#undef ZERO
#undef LOAD
#undef STORE
#undef SPLAT
#undef MOST_PANELS

#define WIDTH 16
#define MOST_PANELS(voices) GROUP_PANELS
#define VECTOR __m512i
#define ZERO() _mm512_setzero_si512()
#define LOAD(from) _mm512_loadu_si512(from)
#define STORE(to, v) _mm512_storeu_si512(to, v)
#define SPLAT(four) _mm512_set1_epi32(four)
#define NAME(x) x##_vnni512
#define TARGET __attribute__((target("avx512f,avx512vnni")))
#define DOT(sum, input, row) _mm512_dpbusd_epi32(sum, input, row)
#include "nn/gemv_int8_kernel.h"
static const struct Int8Kernel VNNI_512 = {sums_vnni512, 0}, VNNI_256 = {sums_vnni256, 0};

static const struct Int8Kernel *fastest(void) {
    if (__builtin_cpu_supports("avx512vnni"))
        return WIDEST >= 512 || !__builtin_cpu_supports("avx512vl") ? &VNNI_512 : &VNNI_256;
    return WITHOUT_512;
}

#elif defined(__aarch64__) && WIDEST > 128 && (defined(__linux__) || defined(__APPLE__))
#include <arm_neon.h>
#ifdef __linux__
#include <sys/auxv.h>
#define HAS_DOT_PRODUCTS ((getauxval(AT_HWCAP) >> 20 & 1) != 0) /* HWCAP_ASIMDDP */
#else
#define HAS_DOT_PRODUCTS 1 /* all of Apple's that run macOS have them */
#endif
#define WIDTH 4
#define MOST_PANELS(voices) ((voices) > 2 ? 1 : 4 / (voices))
#define VECTOR int32x4_t
#define ZERO() vdupq_n_s32(0)
#define LOAD(from) vreinterpretq_s32_s8(vld1q_s8(from))
#define STORE(to, v) vst1q_s32(to, v)
#define SPLAT(four) vdupq_n_s32((int32_t)((uint32_t)(four) ^ 0x80808080u)) /* less 128 */
#define NAME(x) x##_neon
#ifdef __clang__
#define TARGET __attribute__((target("dotprod")))
#else
#define TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#endif
#define DOT(sum, input, row) vdotq_s32(sum, vreinterpretq_s8_s32(row), vreinterpretq_s8_s32(input))
#include "nn/gemv_int8_kernel.h"
static const struct Int8Kernel NEON = {sums_neon, 128};

static const struct Int8Kernel *fastest(void) { return HAS_DOT_PRODUCTS ? &NEON : &PORTABLE; }

#else
static const struct Int8Kernel *fastest(void) { return &PORTABLE; }
#endif

int gemv_int8_is_fast(void) { return fastest() != &PORTABLE; }

static float largest(const float *x, int count) {
    float most = 0.0f;
    for (int i = 0; i < count; i++) most = fmaxf(most, fabsf(x[i]));
    return most;
}

/* A row's weights, in quads whose beginnings are `apart` bytes from each other; their sum. */
static int32_t quantize_row(const float *row, int count, float scale, int8_t *to, size_t apart) {
    int32_t sum = 0;
    for (int i = 0; i < count; i++) {
        const int8_t rounded = (int8_t)lrintf(scale > 0.0f ? row[i] / scale : 0.0f);
        to[(size_t)(i / 4) * apart + i % 4] = rounded;
        sum += rounded;
    }
    return sum;
}

void gemv_int8_init(GemvInt8 *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs) {
    const int whole = inputs < MOST_QUANTIZED ? inputs : MOST_QUANTIZED;
    p->outputs = outputs;
    p->quantized = whole / INT8_RUN * INT8_RUN;
    p->rest = inputs - p->quantized;
    p->panels = (outputs + PANEL - 1) / PANEL;
    p->groups = (p->panels + GROUP_PANELS - 1) / GROUP_PANELS;
    p->width = (p->panels + p->groups - 1) / p->groups;
    p->kernel = fastest();
    const size_t lanes = (size_t)p->panels * PANEL;
    p->weight = arena_take(arena, lanes * (size_t)p->quantized);
    p->scale = arena_floats(arena, lanes);
    p->row_sum = arena_take(arena, lanes * sizeof *p->row_sum);
    p->rest_weight = arena_floats(arena, lanes * (size_t)p->rest);
    p->bias = arena_floats(arena, lanes);
    if (!p->weight) return;
    for (int row = 0; row < outputs; row++) {
        const float *from = weight + (size_t)row * inputs;
        const int panel = row / PANEL, lane = row % PANEL, group = panel / p->width, first = group * p->width;
        const int together = p->panels - first < p->width ? p->panels - first : p->width;
        int8_t *to = p->weight + (size_t)first * PANEL * p->quantized + ((panel - first) * PANEL + lane) * 4;
        p->scale[row] = largest(from, p->quantized) / 127.0f;
        p->row_sum[row] = quantize_row(from, p->quantized, p->scale[row], to, (size_t)together * PANEL * 4);
        p->bias[row] = bias[row];
        for (int i = 0; i < p->rest; i++)
            p->rest_weight[((size_t)panel * p->rest + i) * PANEL + lane] = from[p->quantized + i];
    }
}

typedef struct Steps {
    float size;   /* of an input's step */
    int32_t zero; /* the step that is 0 */
} Steps;

/* Inputs to 0 to 255 by the steps that reach from the least, or 0, to the largest, or 0. After a rectifier hardly any is
   below 0, and all steps are of use. */
HOT static Steps quantize_inputs(const float *x, int count, uint8_t *to) {
    vfloat least = {0}, most = {0};
    for (int i = 0; i < count; i += LANES) {
        const vfloat here = load(x + i);
        const vint below = here < least, above = here > most;
        least = (vfloat)((below & (vint)here) | (~below & (vint)least));
        most = (vfloat)((above & (vint)here) | (~above & (vint)most));
    }
    float low = 0.0f, high = 0.0f;
    for (int lane = 0; lane < LANES; lane++) {
        low = least[lane] < low ? least[lane] : low;
        high = most[lane] > high ? most[lane] : high;
    }
    const float range = high - low, per_unit = range > 0.0f ? 255.0f / range : 0.0f;
    const int32_t zero = (int32_t)(0.5f - low * per_unit);
    const float half = (float)zero + 0.5f;
    for (int i = 0; i < count; i++) {
        const float place = x[i] * per_unit + half;
        to[i] = (uint8_t)(int32_t)(place > 255.0f ? 255.0f : place > 0.0f ? place : 0.0f);
    }
    return (Steps){range / 255.0f, zero};
}

/* A panel's outputs [PANEL] from its sums. */
INLINE vfloat from_sums(const GemvInt8 *p, int panel, const int32_t *sum, Steps steps, const float *rest) {
    vint whole, row_sum;
    memcpy(&whole, sum, sizeof whole);
    memcpy(&row_sum, p->row_sum + panel * PANEL, sizeof row_sum);
    whole -= row_sum * (steps.zero - p->kernel->taken);
    vfloat y = __builtin_convertvector(whole, vfloat) * (load(p->scale + panel * PANEL) * steps.size);
    y += load(p->bias + panel * PANEL);
    const float *weight = p->rest_weight + (size_t)panel * p->rest * PANEL;
    for (int i = 0; i < p->rest; i++) y += load(weight + i * PANEL) * rest[i];
    return y;
}

HOT static void write_group(const GemvInt8 *p, int first, int panels, const int32_t *sum, Steps steps,
                            const float *rest, float *y) {
    for (int panel = first; panel < first + panels; panel++, sum += PANEL) {
        const vfloat made = from_sums(p, panel, sum, steps, rest);
        const int left = p->outputs - panel * PANEL;
        if (left >= PANEL) store(y + panel * PANEL, made);
        else memcpy(y + panel * PANEL, &made, (size_t)left * sizeof *y);
    }
}

void int8_product(const GemvInt8 *p, const float *const *x, float *const *y, int voices) {
    _Alignas(64) uint8_t bytes[GROUP_VOICES * MOST_QUANTIZED];
    _Alignas(64) int32_t sum[GROUP_VOICES * TILE];
    Steps steps[GROUP_VOICES];
    const int8_t *weight = p->weight;
    for (int v = 0; v < voices; v++) steps[v] = quantize_inputs(x[v], p->quantized, bytes + v * MOST_QUANTIZED);
    for (int first = 0; first < p->panels; first += p->width) {
        const int panels = p->panels - first < p->width ? p->panels - first : p->width;
        p->kernel->sums(weight, p->quantized / 4, panels, bytes, sum, voices);
        weight += (size_t)panels * PANEL * p->quantized;
        for (int v = 0; v < voices; v++)
            write_group(p, first, panels, sum + v * TILE, steps[v], x[v] + p->quantized, y[v]);
    }
}
