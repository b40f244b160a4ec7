#include "midi/event_schedule.h"

void event_schedule_init(EventSchedule *s, Arena *arena, int capacity) {
    s->heap = arena_take(arena, (size_t)capacity * sizeof *s->heap);
    s->count = 0;
    s->capacity = capacity;
    s->arrived = 0;
}

int event_schedule_full(const EventSchedule *s) { return s->count == s->capacity; }

int64_t event_schedule_next(const EventSchedule *s) { return s->count ? s->heap[0].time : INT64_MAX; }

static int before(const Event *a, const Event *b) {
    return a->time != b->time ? a->time < b->time : a->order < b->order;
}

void event_schedule_add(EventSchedule *s, Event event) {
    event.order = s->arrived++;
    int hole = s->count++;
    while (hole > 0 && before(&event, &s->heap[(hole - 1) / 2])) {
        s->heap[hole] = s->heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    s->heap[hole] = event;
}

Event event_schedule_take(EventSchedule *s) {
    Event first = s->heap[0], last = s->heap[--s->count];
    int hole = 0;
    for (int child = 1; child < s->count; child = 2 * hole + 1) {
        if (child + 1 < s->count && before(&s->heap[child + 1], &s->heap[child])) child++;
        if (!before(&s->heap[child], &last)) break;
        s->heap[hole] = s->heap[child];
        hole = child;
    }
    s->heap[hole] = last;
    return first;
}
