#include "synth/tap.h"

static Tap *build(Arena *arena, int frames) {
    int64_t size = 1;
    while (size < frames) size *= 2;
    Tap *t = arena_take(arena, sizeof *t);
    _Atomic float *sample = arena_take(arena, (size_t)size * 2 * sizeof *sample);
    if (t) {
        t->sample = sample;
        t->size = size;
    }
    return t;
}

size_t tap_bytes(int frames) {
    Arena arena = {NULL, 0};
    build(&arena, frames);
    return arena.used;
}

Tap *tap_init(void *memory, int frames) {
    Arena arena = {memory, 0};
    return build(&arena, frames);
}

void tap_write(Tap *t, const float *frames, int count) {
    int64_t at = atomic_load_explicit(&t->written, memory_order_relaxed);
    atomic_store_explicit(&t->begun, at + count, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (int i = 0; i < count; i++)
        for (int c = 0; c < 2; c++)
            atomic_store_explicit(&t->sample[2 * ((at + i) & (t->size - 1)) + c], frames[2 * i + c],
                                  memory_order_relaxed);
    atomic_store_explicit(&t->written, at + count, memory_order_release);
}

int64_t tap_written(Tap *t) { return atomic_load_explicit(&t->written, memory_order_acquire); }

int tap_read(Tap *t, int64_t from, float *out, int frames) {
    int64_t there = tap_written(t) - from;
    int count = there < frames ? (int)there : frames;
    if (from < 0 || there < 0) return -1;
    for (int i = 0; i < count; i++)
        for (int c = 0; c < 2; c++)
            out[2 * i + c] =
                atomic_load_explicit(&t->sample[2 * ((from + i) & (t->size - 1)) + c], memory_order_relaxed);
    atomic_thread_fence(memory_order_acquire);
    return from < atomic_load_explicit(&t->begun, memory_order_relaxed) - t->size ? -1 : count;
}
