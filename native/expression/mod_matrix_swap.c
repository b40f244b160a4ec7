#include "expression/mod_matrix_swap.h"

#define NEWER 4

void mod_matrix_swap_init(ModMatrixSwap *m) {
    for (int i = 0; i < 3; i++) m->slot[i].count = 0;
    m->front = 0;
    m->back = 2;
    atomic_init(&m->middle, 1);
}

void mod_matrix_swap_write(ModMatrixSwap *m, const ModMatrix *map) {
    m->slot[m->back] = *map;
    m->back = atomic_exchange_explicit(&m->middle, m->back | NEWER, memory_order_acq_rel) & ~NEWER;
}

int mod_matrix_swap_take(ModMatrixSwap *m) {
    if (!(atomic_load_explicit(&m->middle, memory_order_relaxed) & NEWER)) return 0;
    m->front = atomic_exchange_explicit(&m->middle, m->front, memory_order_acq_rel) & ~NEWER;
    return 1;
}
