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

#if defined(__x86_64__) && WIDEST >= 512
#include <immintrin.h>
#define TARGET __attribute__((target("avx512f,avx512vnni")))

/* `panels` and `voices` are constants at every call, so that the sums stay in registers. */
TARGET INLINE void tile(const int8_t *weight, int quads, const uint8_t *x, int32_t *sum, const int panels,
                        const int voices) {
    __m512i sums[GROUP_VOICES][GROUP_PANELS];
    for (int v = 0; v < voices; v++)
        for (int p = 0; p < panels; p++) sums[v][p] = _mm512_setzero_si512();
    for (int quad = 0; quad < quads; quad++, weight += panels * PANEL * 4) {
        __m512i row[GROUP_PANELS];
        for (int p = 0; p < panels; p++) row[p] = _mm512_loadu_si512(weight + p * PANEL * 4);
        for (int v = 0; v < voices; v++) {
            int32_t four;
            memcpy(&four, x + v * MOST_QUANTIZED + 4 * quad, sizeof four);
            const __m512i input = _mm512_set1_epi32(four);
            for (int p = 0; p < panels; p++) sums[v][p] = _mm512_dpbusd_epi32(sums[v][p], input, row[p]);
        }
    }
    for (int v = 0; v < voices; v++)
        for (int p = 0; p < panels; p++) _mm512_storeu_si512(sum + v * TILE + p * PANEL, sums[v][p]);
}

TARGET INLINE void tiles(const int8_t *weight, int quads, int panels, const uint8_t *x, int32_t *sum,
                         const int voices) {
    switch (panels) {
    case 1: tile(weight, quads, x, sum, 1, voices); break;
    case 2: tile(weight, quads, x, sum, 2, voices); break;
    case 3: tile(weight, quads, x, sum, 3, voices); break;
    case 4: tile(weight, quads, x, sum, 4, voices); break;
    }
}

TARGET static void sums_vnni(const int8_t *weight, int quads, int panels, const uint8_t *x, int32_t *sum, int voices) {
    switch (voices) {
    case 1: tiles(weight, quads, panels, x, sum, 1); break;
    case 2: tiles(weight, quads, panels, x, sum, 2); break;
    case 3: tiles(weight, quads, panels, x, sum, 3); break;
    case 4: tiles(weight, quads, panels, x, sum, 4); break;
    }
}

int gemv_int8_is_fast(void) { return __builtin_cpu_supports("avx512vnni"); }
#define FASTEST_SUMS (gemv_int8_is_fast() ? sums_vnni : sums_portable)

#else
int gemv_int8_is_fast(void) { return 0; }
#define FASTEST_SUMS sums_portable
#endif

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
    p->kernel = FASTEST_SUMS;
    const size_t lanes = (size_t)p->panels * PANEL;
    p->weight = arena_take(arena, lanes * (size_t)p->quantized);
    p->scale = arena_floats(arena, lanes);
    p->offset = arena_take(arena, lanes * sizeof *p->offset);
    p->rest_weight = arena_floats(arena, lanes * (size_t)p->rest);
    p->bias = arena_floats(arena, lanes);
    if (!p->weight) return;
    for (int row = 0; row < outputs; row++) {
        const float *from = weight + (size_t)row * inputs;
        const int panel = row / PANEL, lane = row % PANEL, group = panel / p->width, first = group * p->width;
        const int together = p->panels - first < p->width ? p->panels - first : p->width;
        int8_t *to = p->weight + (size_t)first * PANEL * p->quantized + ((panel - first) * PANEL + lane) * 4;
        p->scale[row] = largest(from, p->quantized) / 127.0f;
        p->offset[row] = 128 * quantize_row(from, p->quantized, p->scale[row], to, (size_t)together * PANEL * 4);
        p->bias[row] = bias[row];
        for (int i = 0; i < p->rest; i++)
            p->rest_weight[((size_t)panel * p->rest + i) * PANEL + lane] = from[p->quantized + i];
    }
}

/* Inputs around a zero point of 128; their scale. */
HOT static float quantize_inputs(const float *x, int count, uint8_t *to) {
    uint32_t most = 0;
    for (int i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bits &= 0x7fffffff; /* without its sign, a float is ordered as its bits are */
        most = bits > most ? bits : most;
    }
    float top;
    memcpy(&top, &most, sizeof top);
    const float per_unit = top > 0.0f ? 127.0f / top : 0.0f;
    for (int i = 0; i < count; i++) {
        const float place = x[i] * per_unit + 128.5f;
        to[i] = (uint8_t)(int32_t)(place > 255.0f ? 255.0f : place > 0.0f ? place : 0.0f);
    }
    return top / 127.0f;
}

/* A panel's outputs [PANEL] from its sums. */
INLINE vfloat from_sums(const GemvInt8 *p, int panel, const int32_t *sum, float scale, const float *rest) {
    vint whole, offset;
    memcpy(&whole, sum, sizeof whole);
    memcpy(&offset, p->offset + panel * PANEL, sizeof offset);
    vfloat y = __builtin_convertvector(whole - offset, vfloat) * (load(p->scale + panel * PANEL) * scale);
    y += load(p->bias + panel * PANEL);
    const float *weight = p->rest_weight + (size_t)panel * p->rest * PANEL;
    for (int i = 0; i < p->rest; i++) y += load(weight + i * PANEL) * rest[i];
    return y;
}

HOT static void write_group(const GemvInt8 *p, int first, int panels, const int32_t *sum, float scale,
                            const float *rest, float *y) {
    for (int panel = first; panel < first + panels; panel++, sum += PANEL) {
        const vfloat made = from_sums(p, panel, sum, scale, rest);
        const int left = p->outputs - panel * PANEL;
        if (left >= PANEL) store(y + panel * PANEL, made);
        else memcpy(y + panel * PANEL, &made, (size_t)left * sizeof *y);
    }
}

void int8_product(const GemvInt8 *p, const float *const *x, float *const *y, int voices) {
    _Alignas(64) uint8_t bytes[GROUP_VOICES * MOST_QUANTIZED];
    _Alignas(64) int32_t sum[GROUP_VOICES * TILE];
    float scale[GROUP_VOICES];
    const int8_t *weight = p->weight;
    for (int v = 0; v < voices; v++) scale[v] = quantize_inputs(x[v], p->quantized, bytes + v * MOST_QUANTIZED);
    for (int first = 0; first < p->panels; first += p->width) {
        const int panels = p->panels - first < p->width ? p->panels - first : p->width;
        p->kernel(weight, p->quantized / 4, panels, bytes, sum, voices);
        weight += (size_t)panels * PANEL * p->quantized;
        for (int v = 0; v < voices; v++)
            write_group(p, first, panels, sum + v * TILE, scale[v], x[v] + p->quantized, y[v]);
    }
}
