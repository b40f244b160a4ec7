/* The map that is played and the one to come: a writer hands over whole maps while the audio thread plays. Three
   copies, so that neither waits for the other. */
#ifndef DDSP_HAND_MAPS_H
#define DDSP_HAND_MAPS_H
#include <stdatomic.h>

#include "hand_map.h"

typedef struct HandMaps {
    HandMap slot[3];
    int front, back;   /* the audio thread's, the writer's */
    _Atomic int middle; /* the third, and whether it is newer than the front */
} HandMaps;

void hand_maps_init(HandMaps *m);
void hand_maps_write(HandMaps *m, const HandMap *map); /* one thread at a time, never the audio thread */
int hand_maps_take(HandMaps *m); /* audio thread: whether another map is at the front now */

static inline const HandMap *hand_maps_front(const HandMaps *m) { return &m->slot[m->front]; }

#endif
