/* The map that is played and the one to come: a writer hands over whole maps while the audio thread plays. Three
   copies, so that neither waits for the other. */
#ifndef DDSP_MOD_MATRIX_SWAP_H
#define DDSP_MOD_MATRIX_SWAP_H
#include <stdatomic.h>

#include "api/mod_matrix.h"

typedef struct ModMatrixSwap {
    ModMatrix slot[3];
    int front, back;   /* the audio thread's, the writer's */
    _Atomic int middle; /* the third, and whether it is newer than the front */
} ModMatrixSwap;

void mod_matrix_swap_init(ModMatrixSwap *m);
void mod_matrix_swap_write(ModMatrixSwap *m, const ModMatrix *map); /* one thread at a time, never the audio thread */
int mod_matrix_swap_take(ModMatrixSwap *m); /* audio thread: whether another map is at the front now */

static inline const ModMatrix *mod_matrix_swap_front(const ModMatrixSwap *m) { return &m->slot[m->front]; }

#endif
