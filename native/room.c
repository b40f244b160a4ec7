#include "room.h"
#include "simd.h"

#define PARTITION 256              /* P, samples */
#define SLOT 64                    /* samples; the partitions' work is done slot by slot, in equal shares */
#define SLOTS (PARTITION / SLOT)
#define HEAD (2 * PARTITION)       /* taps that run in the time domain: a partition's result is due P samples late */
#define FFT_SIZE (2 * PARTITION)
#define GROUP LANES                /* bins that are multiplied together */
#define GROUPS (PARTITION / GROUP)
#define RUN 32                     /* samples of the head that are computed together */

struct Room {
    int head;         /* taps, in whole groups of 4 */
    int partitions;   /* behind the head */
    int place;        /* of the next sample in its partition */
    int newest;       /* row of `inputs` with the last full partition's spectrum */
    Fft fft;
    float *taps;      /* [head] */
    float *history;   /* [HEAD + P], and room for whole runs: the input; this partition begins at HEAD */
    float *responses; /* [GROUPS, partitions, 2, GROUP]: the impulse response's spectra, real and imaginary */
    float *inputs;    /* the same for the input's last partitions, a ring */
    float *re, *im;   /* [P + 1] the next partition's output in the making */
    float *ready, *next; /* [FFT_SIZE] what the partitions add now (the second half), and to the next partition */
};

/* A spectrum of P + 1 bins in P complex numbers: the last bin is real, as is the first, and takes its imaginary part. */
static void scatter(float *spectra, int partitions, int row, const float *re, const float *im) {
    for (int group = 0; group < GROUPS; group++) {
        float *to = spectra + ((size_t)group * partitions + row) * 2 * GROUP;
        memcpy(to, re + group * GROUP, GROUP * sizeof(float));
        memcpy(to + GROUP, im + group * GROUP, GROUP * sizeof(float));
    }
    spectra[(size_t)row * 2 * GROUP + GROUP] = re[PARTITION];
}

Room *room_init(Arena *arena, const float *impulse, int length) {
    int head = length < HEAD ? (length + 3) / 4 * 4 : HEAD;
    int partitions = length > HEAD ? (length - HEAD + PARTITION - 1) / PARTITION : 0;
    size_t spectra = (size_t)partitions * FFT_SIZE;
    Room *r = arena_take(arena, sizeof *r);
    float *taps = arena_floats(arena, head);
    float *history = arena_floats(arena, HEAD + PARTITION + RUN);
    float *responses = arena_floats(arena, spectra), *inputs = arena_floats(arena, spectra);
    float *re = arena_floats(arena, PARTITION + 1), *im = arena_floats(arena, PARTITION + 1);
    float *ready = arena_floats(arena, FFT_SIZE), *next = arena_floats(arena, FFT_SIZE);
    Fft counted;
    fft_init(arena->base ? &r->fft : &counted, arena, FFT_SIZE);
    if (!arena->base) return NULL;
    r->head = head;
    r->partitions = partitions;
    r->taps = taps, r->history = history, r->responses = responses, r->inputs = inputs;
    r->re = re, r->im = im, r->ready = ready, r->next = next;
    memcpy(taps, impulse, (length < head ? length : head) * sizeof(float));
    for (int p = 0; p < partitions; p++) {
        int start = HEAD + p * PARTITION, left = length - start;
        memset(next, 0, FFT_SIZE * sizeof(float));
        memcpy(next, impulse + start, (left < PARTITION ? left : PARTITION) * sizeof(float));
        fft_forward(&r->fft, next, re, im);
        scatter(responses, partitions, p, re, im);
    }
    room_reset(r);
    return r;
}

void room_reset(Room *r) {
    r->place = r->newest = 0;
    memset(r->history, 0, (HEAD + PARTITION + RUN) * sizeof(float));
    memset(r->inputs, 0, (size_t)r->partitions * FFT_SIZE * sizeof(float));
    memset(r->ready, 0, FFT_SIZE * sizeof(float));
    memset(r->next, 0, FFT_SIZE * sizeof(float));
}

#define WIDTH 4
#include "room_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "room_kernel.h"
#undef WIDTH
#endif

/* At a partition's first sample: what was made becomes ready, and the partition that just ended is transformed. */
static void turn(Room *r) {
    float *used = r->ready;
    r->ready = r->next;
    r->next = used;
    if (r->partitions) {
        fft_forward(&r->fft, r->history + HEAD - FFT_SIZE, r->re, r->im);
        r->newest = (r->newest + r->partitions - 1) % r->partitions;
        scatter(r->inputs, r->partitions, r->newest, r->re, r->im);
    }
}

static void work(Room *r, int slot) {
    for (int group = slot * GROUPS / SLOTS; group < (slot + 1) * GROUPS / SLOTS; group++) FASTEST(multiply)(r, group);
    if (slot == SLOTS - 1) fft_inverse(&r->fft, r->re, r->im, r->next);
}

void room_render(Room *r, const float *in, float *out, int size) {
    while (size > 0) {
        int left = SLOT - r->place % SLOT, count = size < left ? size : left;
        float head[SLOT + RUN];
        if (r->place == 0) turn(r);
        if (r->place % SLOT == 0 && r->partitions) work(r, r->place / SLOT);
        float *input = r->history + HEAD + r->place;
        memcpy(input, in, count * sizeof(float));
        FASTEST(convolve_head)(r, input, head, count);
        for (int i = 0; i < count; i++) out[i] = head[i] + r->ready[PARTITION + r->place + i];
        r->place += count;
        if (r->place == PARTITION) {
            memmove(r->history, r->history + PARTITION, HEAD * sizeof(float));
            r->place = 0;
        }
        in += count, out += count, size -= count;
    }
}
