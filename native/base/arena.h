/* All memory of the kernel is carved from one block that Python owns. An arena over NULL only counts, so the
   same init function first tells how much it needs and then fills what it was given. */
#ifndef DDSP_ARENA_H
#define DDSP_ARENA_H
#include <stddef.h>
#include <stdint.h>

#define ARENA_ALIGNMENT 64

typedef struct Arena {
    char *base;  /* zeroed memory, aligned to 64 bytes; NULL to count only */
    size_t used; /* bytes */
} Arena;

/* Zeroed memory aligned to 64 bytes, or NULL while counting. */
static inline void *arena_take(Arena *arena, size_t bytes) {
    void *taken = arena->base ? arena->base + arena->used : NULL;
    arena->used += (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
    return taken;
}

static inline float *arena_floats(Arena *arena, size_t count) {
    return (float *)arena_take(arena, count * sizeof(float));
}

#endif
