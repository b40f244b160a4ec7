/* The map that is played and the one to come: a writer hands over whole maps while the audio thread plays. */
#ifndef DDSP_MOD_MATRIX_SWAP_H
#define DDSP_MOD_MATRIX_SWAP_H
#include "api/mod_matrix.h"
#include "base/triple.h"

typedef struct ModMatrixSwap {
    ModMatrix slot[3];
    Triple turn;
} ModMatrixSwap;

void mod_matrix_swap_init(ModMatrixSwap *m);
void mod_matrix_swap_write(ModMatrixSwap *m, const ModMatrix *map); /* one thread at a time, never the audio thread */
int mod_matrix_swap_take(ModMatrixSwap *m); /* audio thread: whether another map is at the front now */

static inline const ModMatrix *mod_matrix_swap_front(const ModMatrixSwap *m) { return &m->slot[m->turn.front]; }

#endif
