/* Events that wait for their sample: a binary heap by time, then by order of arrival. The audio thread's own. */
#ifndef DDSP_SCHEDULE_H
#define DDSP_SCHEDULE_H
#include "ring.h"

typedef struct Schedule {
    Event *heap;
    int count, capacity;
    int64_t arrived;
} Schedule;

void schedule_init(Schedule *s, Arena *arena, int capacity);
int schedule_full(const Schedule *s);
void schedule_add(Schedule *s, Event event); /* not where full */
/* The time of the next event, or INT64_MAX. */
int64_t schedule_next(const Schedule *s);
Event schedule_take(Schedule *s); /* not where empty */

#endif
