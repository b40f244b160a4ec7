#include "base/simd.h"
#include "dsp/convolver_partition.h"

#define GROUP LANES     /* bins that are multiplied together */
#define ROW (2 * GROUP) /* floats of their spectrum: real parts, then imaginary ones */

#define WIDTH 4
#include "dsp/convolver_partition_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "dsp/convolver_partition_kernel.h"
#undef WIDTH
#endif

static void transform_response(ConvolverPartition *s, const Impulse *impulse, int partition) {
    const float scale = 1.0f / (float)(4 * s->fft.size); /* the inverse's 1 / N, and `split` doubles twice */
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < s->size; i++)
            s->next[c][i] = scale * impulse_tap(impulse, c, convolver_partition_first_tap(s->size) + partition * s->size + i);
    for (int step = 0; step < s->fft.steps; step++) fft_step(&s->fft, step, s->next[0], s->next[1], s->re, s->im);
    for (int group = 0; group < s->size / GROUP; group++) {
        size_t at = ((size_t)group * (size_t)s->partitions + (size_t)partition) * ROW;
        FASTEST(split)(s, group, s->responses[0] + at, s->responses[1] + at);
    }
}

void convolver_partition_init(ConvolverPartition *s, Arena *arena, int size, const Impulse *impulse, int partitions) {
    const size_t twice = 2 * (size_t)size, spectra = twice * (size_t)partitions;
    ConvolverPartition made = {.size = size, .partitions = partitions};
    fft_init(&made.fft, arena, 2 * size);
    for (int c = 0; c < 2; c++) {
        made.responses[c] = c < impulse->channels ? arena_floats(arena, spectra) : made.responses[0];
        made.inputs[c] = arena_floats(arena, spectra);
        made.next[c] = arena_floats(arena, twice);
        made.ready[c] = arena_floats(arena, twice);
    }
    made.re = arena_floats(arena, twice + GROUP);
    made.im = arena_floats(arena, twice + GROUP);
    if (!arena->base) return;
    for (int p = 0; p < partitions; p++) transform_response(&made, impulse, p);
    *s = made;
    convolver_partition_reset(s);
}

void convolver_partition_reset(ConvolverPartition *s) {
    s->newest = s->heard = s->ringing = s->sounds = 0;
    for (int c = 0; c < 2; c++) memset(s->inputs[c], 0, 2 * sizeof(float) * (size_t)s->size * (size_t)s->partitions);
}

static int64_t group_flops(const ConvolverPartition *s) { return 16 * GROUP * ((int64_t)s->partitions + 1); }

/* The transform's steps, then the groups of bins, then the steps back. Returns flops. */
static int64_t next_task(ConvolverPartition *s) {
    const int task = s->task++, steps = s->fft.steps, back = steps + s->size / GROUP;
    if (task >= steps && task < back) {
        FASTEST(multiply)(s, task - steps);
        return group_flops(s);
    }
    if (task < steps) fft_step(&s->fft, task, s->window[0], s->window[1], s->re, s->im);
    else fft_step(&s->fft, task - back, s->im, s->re, s->next[1], s->next[0]);
    return s->fft.flops;
}

static void begin_partition(ConvolverPartition *s, const float *const past_end[2]) {
    for (int c = 0; c < 2; c++) s->window[c] = past_end[c] - 2 * s->size;
    s->ringing = s->heard ? s->partitions + 1 : s->ringing > 0 ? s->ringing - 1 : 0;
    if (s->ringing) s->newest = (s->newest + s->partitions - 1) % s->partitions;
    s->heard = s->task = 0;
    s->flops = 0;
}

static void end_partition(ConvolverPartition *s) {
    for (int c = 0; c < 2; c++) {
        float *used = s->ready[c];
        s->ready[c] = s->next[c];
        s->next[c] = used;
    }
    s->sounds = s->ringing > 0;
}

int64_t convolver_partition_work(ConvolverPartition *s, int place, const float *const past_end[2], int heard) {
    const int slots = s->size / SLOT, slot = place / SLOT % slots;
    const int64_t all = 2 * s->fft.steps * (int64_t)s->fft.flops + s->size / GROUP * group_flops(s);
    s->heard |= heard;
    if (slot == 0) begin_partition(s, past_end);
    const int64_t before = s->flops;
    while (s->ringing && s->flops < all * (slot + 1) / slots) s->flops += next_task(s);
    if (slot == slots - 1) end_partition(s);
    return s->flops - before;
}

void convolver_partition_add(const ConvolverPartition *s, int place, float (*sum)[SLOT]) {
    for (int c = 0; c < 2 && s->sounds; c++) {
        const float *ready = s->ready[c] + s->size + (place + SLOT) % s->size; /* it begins in the last slot */
        for (int i = 0; i < SLOT; i++) sum[c][i] += ready[i];
    }
}
