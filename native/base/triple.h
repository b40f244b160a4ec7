/* Which of three copies is whose: a writer hands over whole ones while a reader reads, and neither waits. */
#ifndef DDSP_TRIPLE_H
#define DDSP_TRIPLE_H
#include <stdatomic.h>

#define TRIPLE_NEWER 4

typedef struct Triple {
    int front, back;    /* the reader's, the writer's */
    _Atomic int middle; /* the third, and whether it is newer than the front */
} Triple;

static inline void triple_init(Triple *t) {
    t->front = 0;
    t->back = 2;
    atomic_init(&t->middle, 1);
}

/* The writer has filled its copy, and gets another to fill next; one thread at a time. */
static inline void triple_put(Triple *t) {
    t->back = atomic_exchange_explicit(&t->middle, t->back | TRIPLE_NEWER, memory_order_acq_rel) & ~TRIPLE_NEWER;
}

/* The reader: whether another copy is at the front now. */
static inline int triple_take(Triple *t) {
    if (!(atomic_load_explicit(&t->middle, memory_order_relaxed) & TRIPLE_NEWER)) return 0;
    t->front = atomic_exchange_explicit(&t->middle, t->front, memory_order_acq_rel) & ~TRIPLE_NEWER;
    return 1;
}

#endif
