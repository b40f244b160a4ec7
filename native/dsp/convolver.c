#include "base/simd.h"
#include "dsp/convolver.h"
#include "dsp/convolver_partition.h"

static const int sizes[] = {SLOT, 512, 4096}; /* the stages' partitions, measured as the cheapest from 0.1 s to 3 s */
#define STAGES ((int)(sizeof sizes / sizeof *sizes))
#define WORTH 2   /* partitions that pay for a stage's transforms, beside what the stage before could do */
#define HEAD SLOT /* taps that run in the time domain, before the first stage's */
#define RUN 32    /* samples of the head that are computed together */

struct Convolver {
    int stage_count;
    ConvolverPartition stages[STAGES];
    float *taps[2];      /* [HEAD] */
    float *past[2];      /* [2, ring] the input, written twice, so that whatever is read lies in one piece */
    int ring, place;     /* samples: three of the largest partitions; where in them the next sample goes */
    int heard;           /* the current slot is not silent so far */
    float late[2][SLOT]; /* what the stages add to the current slot */
    int64_t flops;
};

#define WIDTH 4
#include "dsp/convolver_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "dsp/convolver_kernel.h"
#undef WIDTH
#endif

static int smaller(int a, int b) { return a < b ? a : b; }

/* The tap behind a stage's last. */
static int stage_end(int stage, int length) {
    if (stage + 1 == STAGES) return length;
    const int next = sizes[stage + 1], first = convolver_partition_first_tap(next);
    return length > first + WORTH * next ? first : length;
}

Convolver *convolver_init(Arena *arena, const float *samples, int channels, int length) {
    const Impulse impulse = {samples, channels, length};
    Convolver *r = arena_take(arena, sizeof *r);
    int stages = 0, ring = 3 * SLOT;
    for (int end = HEAD; end < length; stages++) {
        const int size = sizes[stages], first = end;
        end = stage_end(stages, length);
        convolver_partition_init(arena->base ? &r->stages[stages] : NULL, arena, size, &impulse, (end - first + size - 1) / size);
        ring = 3 * size;
    }
    for (int c = 0; c < 2; c++) {
        float *taps = arena_floats(arena, HEAD), *past = arena_floats(arena, 2 * (size_t)ring + RUN);
        if (!arena->base) continue;
        for (int i = 0; i < HEAD; i++) taps[i] = impulse_tap(&impulse, c, i);
        r->taps[c] = taps;
        r->past[c] = past;
    }
    if (!arena->base) return NULL;
    r->stage_count = stages;
    r->ring = ring;
    convolver_reset(r);
    return r;
}

void convolver_reset(Convolver *r) {
    r->place = r->heard = 0;
    r->flops = 0;
    for (int c = 0; c < 2; c++) memset(r->past[c], 0, (2 * (size_t)r->ring + RUN) * sizeof(float));
    for (int i = 0; i < r->stage_count; i++) convolver_partition_reset(&r->stages[i]);
}

static void begin_slot(Convolver *r) {
    const float *const past_end[2] = {r->past[0] + r->ring + r->place, r->past[1] + r->ring + r->place};
    memset(r->late, 0, sizeof r->late);
    for (int i = 0; i < r->stage_count; i++) {
        r->flops += convolver_partition_work(&r->stages[i], r->place, past_end, r->heard);
        convolver_partition_add(&r->stages[i], r->place, r->late);
    }
    r->heard = 0;
}

void convolver_render(Convolver *r, const float *const in[2], float *const out[2], int size) {
    for (int done = 0; done < size;) {
        const int at = r->place % SLOT, count = smaller(size - done, SLOT - at);
        if (at == 0) begin_slot(r);
        for (int c = 0; c < 2; c++) {
            float *input = r->past[c] + r->ring + r->place, *made = out[c] + done, head[SLOT + RUN];
            const float *late = r->late[c] + at;
            memcpy(input, in[c] + done, (size_t)count * sizeof(float));
            memcpy(input - r->ring, input, (size_t)count * sizeof(float));
            FASTEST(convolve_head)(r->taps[c], input, head, count);
            for (int i = 0; i < count; i++) made[i] = head[i] + late[i];
            for (int i = 0; i < count; i++) r->heard |= input[i] != 0.0f;
        }
        r->place = (r->place + count) % r->ring;
        done += count;
    }
}

int64_t convolver_flops(const Convolver *r) { return r->flops; }
