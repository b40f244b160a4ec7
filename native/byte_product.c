#include "byte_product.h"
#include "simd.h"
#include <math.h>

/* Bits of the widest registers to use: tests compile each kernel. */
#ifndef WIDEST
#define WIDEST 512
#endif

#define TILE (GROUP_PANELS * PANEL)

/* x [voices][MOST_BYTES] -> sum [voices][TILE], of which the group's panels count. */
static void sums_portable(const int8_t *weight, int quads, int panels, const uint8_t *x, int32_t *sum, int voices) {
    memset(sum, 0, (size_t)voices * TILE * sizeof *sum);
    for (int quad = 0; quad < quads; quad++)
        for (int lane = 0; lane < panels * PANEL; lane++, weight += 4)
            for (int v = 0; v < voices; v++) {
                const uint8_t *in = x + v * MOST_BYTES + 4 * quad;
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
            memcpy(&four, x + v * MOST_BYTES + 4 * quad, sizeof four);
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

int byte_product_is_fast(void) { return __builtin_cpu_supports("avx512vnni"); }
#define FASTEST_SUMS (byte_product_is_fast() ? sums_vnni : sums_portable)

#else
int byte_product_is_fast(void) { return 0; }
#define FASTEST_SUMS sums_portable
#endif

static float largest(const float *x, int count) {
    float most = 0.0f;
    for (int i = 0; i < count; i++) most = fmaxf(most, fabsf(x[i]));
    return most;
}

/* A row's weights as bytes, at places `apart` quads of bytes from each other; their sum. */
static int32_t round_row(const float *row, int count, float step, int8_t *to, size_t apart) {
    int32_t sum = 0;
    for (int i = 0; i < count; i++) {
        const int8_t rounded = (int8_t)lrintf(step > 0.0f ? row[i] / step : 0.0f);
        to[(size_t)(i / 4) * apart + i % 4] = rounded;
        sum += rounded;
    }
    return sum;
}

void byte_product_init(ByteProduct *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs) {
    const int whole = inputs < MOST_BYTES ? inputs : MOST_BYTES;
    p->outputs = outputs;
    p->bytes = whole / BYTE_RUN * BYTE_RUN;
    p->rest = inputs - p->bytes;
    p->panels = (outputs + PANEL - 1) / PANEL;
    p->groups = (p->panels + GROUP_PANELS - 1) / GROUP_PANELS;
    p->width = (p->panels + p->groups - 1) / p->groups;
    p->kernel = FASTEST_SUMS;
    const size_t lanes = (size_t)p->panels * PANEL;
    p->weight = arena_take(arena, lanes * (size_t)p->bytes);
    p->step = arena_floats(arena, lanes);
    p->centre = arena_take(arena, lanes * sizeof *p->centre);
    p->rest_weight = arena_floats(arena, lanes * (size_t)p->rest);
    p->bias = arena_floats(arena, lanes);
    if (!p->weight) return;
    for (int row = 0; row < outputs; row++) {
        const float *from = weight + (size_t)row * inputs;
        const int panel = row / PANEL, lane = row % PANEL, group = panel / p->width, first = group * p->width;
        const int together = p->panels - first < p->width ? p->panels - first : p->width;
        int8_t *to = p->weight + (size_t)first * PANEL * p->bytes + ((panel - first) * PANEL + lane) * 4;
        p->step[row] = largest(from, p->bytes) / 127.0f;
        p->centre[row] = 128 * round_row(from, p->bytes, p->step[row], to, (size_t)together * PANEL * 4);
        p->bias[row] = bias[row];
        for (int i = 0; i < p->rest; i++)
            p->rest_weight[((size_t)panel * p->rest + i) * PANEL + lane] = from[p->bytes + i];
    }
}

/* Inputs as bytes around 128; what one step of them is worth. */
HOT static float round_inputs(const float *x, int count, uint8_t *to) {
    uint32_t most = 0;
    for (int i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bits &= 0x7fffffff; /* without its sign, a float is ordered as its bits are */
        most = bits > most ? bits : most;
    }
    float top;
    memcpy(&top, &most, sizeof top);
    const float per_step = top > 0.0f ? 127.0f / top : 0.0f;
    for (int i = 0; i < count; i++) {
        const float place = x[i] * per_step + 128.5f;
        to[i] = (uint8_t)(int32_t)(place > 255.0f ? 255.0f : place > 0.0f ? place : 0.0f);
    }
    return top / 127.0f;
}

/* A panel's outputs [PANEL] from its sums. */
INLINE vfloat from_sums(const ByteProduct *p, int panel, const int32_t *sum, float step, const float *rest) {
    vint whole, centre;
    memcpy(&whole, sum, sizeof whole);
    memcpy(&centre, p->centre + panel * PANEL, sizeof centre);
    vfloat y = __builtin_convertvector(whole - centre, vfloat) * (load(p->step + panel * PANEL) * step);
    y += load(p->bias + panel * PANEL);
    const float *weight = p->rest_weight + (size_t)panel * p->rest * PANEL;
    for (int i = 0; i < p->rest; i++) y += load(weight + i * PANEL) * rest[i];
    return y;
}

HOT static void write_group(const ByteProduct *p, int first, int panels, const int32_t *sum, float step,
                            const float *rest, float *y) {
    for (int panel = first; panel < first + panels; panel++, sum += PANEL) {
        const vfloat made = from_sums(p, panel, sum, step, rest);
        const int left = p->outputs - panel * PANEL;
        if (left >= PANEL) store(y + panel * PANEL, made);
        else memcpy(y + panel * PANEL, &made, (size_t)left * sizeof *y);
    }
}

void byte_product(const ByteProduct *p, const float *const *x, float *const *y, int voices) {
    _Alignas(64) uint8_t bytes[GROUP_VOICES * MOST_BYTES];
    _Alignas(64) int32_t sum[GROUP_VOICES * TILE];
    float step[GROUP_VOICES];
    const int8_t *weight = p->weight;
    for (int v = 0; v < voices; v++) step[v] = round_inputs(x[v], p->bytes, bytes + v * MOST_BYTES);
    for (int first = 0; first < p->panels; first += p->width) {
        const int panels = p->panels - first < p->width ? p->panels - first : p->width;
        p->kernel(weight, p->bytes / 4, panels, bytes, sum, voices);
        weight += (size_t)panels * PANEL * p->bytes;
        for (int v = 0; v < voices; v++)
            write_group(p, first, panels, sum + v * TILE, step[v], x[v] + p->bytes, y[v]);
    }
}
