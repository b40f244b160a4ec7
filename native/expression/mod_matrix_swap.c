#include "expression/mod_matrix_swap.h"

void mod_matrix_swap_init(ModMatrixSwap *m) {
    for (int i = 0; i < 3; i++) m->slot[i].count = 0;
    triple_init(&m->turn);
}

void mod_matrix_swap_write(ModMatrixSwap *m, const ModMatrix *map) {
    m->slot[m->turn.back] = *map;
    triple_put(&m->turn);
}

int mod_matrix_swap_take(ModMatrixSwap *m) { return triple_take(&m->turn); }
