#include "midi/event_queue.h"

void event_queue_init(EventQueue *r, Arena *arena, uint32_t capacity) {
    r->cell = arena_take(arena, capacity * sizeof *r->cell);
    r->mask = capacity - 1;
    r->tail = 0;
    atomic_init(&r->head, 0);
    for (uint32_t i = 0; r->cell && i < capacity; i++) atomic_init(&r->cell[i].sequence, i);
}

int event_queue_push(EventQueue *r, const Event *event) {
    uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    for (;;) {
        EventQueueCell *cell = &r->cell[head & r->mask];
        int32_t turn = (int32_t)(atomic_load_explicit(&cell->sequence, memory_order_acquire) - head);
        if (turn < 0) return 0;
        if (turn > 0) {
            head = atomic_load_explicit(&r->head, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(&r->head, &head, head + 1, memory_order_relaxed,
                                                         memory_order_relaxed)) {
            cell->event = *event;
            atomic_store_explicit(&cell->sequence, head + 1, memory_order_release);
            return 1;
        }
    }
}

int event_queue_pop(EventQueue *r, Event *event) {
    EventQueueCell *cell = &r->cell[r->tail & r->mask];
    if (atomic_load_explicit(&cell->sequence, memory_order_acquire) != r->tail + 1) return 0;
    *event = cell->event;
    atomic_store_explicit(&cell->sequence, r->tail + r->mask + 1, memory_order_release);
    r->tail++;
    return 1;
}
