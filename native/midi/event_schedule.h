/* Events that wait for their sample: a binary heap by time, then by order of arrival. The audio thread's own. */
#ifndef DDSP_EVENT_SCHEDULE_H
#define DDSP_EVENT_SCHEDULE_H
#include "midi/event_queue.h"

typedef struct EventSchedule {
    Event *heap;
    int count, capacity;
    int64_t arrived;
} EventSchedule;

void event_schedule_init(EventSchedule *s, Arena *arena, int capacity);
int event_schedule_full(const EventSchedule *s);
void event_schedule_add(EventSchedule *s, Event event); /* not where full */
/* The time of the next event, or INT64_MAX. */
int64_t event_schedule_next(const EventSchedule *s);
Event event_schedule_take(EventSchedule *s); /* not where empty */

#endif
