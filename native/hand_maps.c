#include "hand_maps.h"

#define NEWER 4

void hand_maps_init(HandMaps *m) {
    for (int i = 0; i < 3; i++) m->slot[i].count = 0;
    m->front = 0;
    m->back = 2;
    atomic_init(&m->middle, 1);
}

void hand_maps_write(HandMaps *m, const HandMap *map) {
    m->slot[m->back] = *map;
    m->back = atomic_exchange_explicit(&m->middle, m->back | NEWER, memory_order_acq_rel) & ~NEWER;
}

int hand_maps_take(HandMaps *m) {
    if (!(atomic_load_explicit(&m->middle, memory_order_relaxed) & NEWER)) return 0;
    m->front = atomic_exchange_explicit(&m->middle, m->front, memory_order_acq_rel) & ~NEWER;
    return 1;
}
