/* Takes the place of native/base/arena.h (included before it) under AddressSanitizer: whatever lies between two pieces of
   an arena is poisoned, so that a unit that leaves its own memory is caught although all share one allocation. */
#ifndef DDSP_ARENA_H
#define DDSP_ARENA_H
#include <sanitizer/asan_interface.h>
#include <stddef.h>
#include <stdint.h>

#define ARENA_ALIGNMENT 64
#define GAP 64 /* bytes */

typedef struct Arena {
    char *base;
    size_t used;
} Arena;

static inline void *arena_take(Arena *arena, size_t bytes) {
    size_t whole = (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT + GAP;
    char *taken = arena->base ? arena->base + arena->used : NULL;
    if (taken) __asan_poison_memory_region(taken + bytes, whole - bytes);
    arena->used += whole;
    return taken;
}

static inline float *arena_floats(Arena *arena, size_t count) {
    return (float *)arena_take(arena, count * sizeof(float));
}

#endif
