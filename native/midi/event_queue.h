/* Lock-free queues of events: many threads push, the audio thread pops. A bounded queue in the manner of Vyukov: each
   cell's sequence number tells whose turn it is, so no producer waits for another; one that stalls half-way holds up
   what was pushed behind it, and nothing else. */
#ifndef DDSP_EVENT_QUEUE_H
#define DDSP_EVENT_QUEUE_H
#include <stdatomic.h>
#include "api/attributes.h"
#include "base/arena.h"

typedef struct Event {
    int64_t time; /* sample at which it is played; negative: as soon as possible */
    int64_t order; /* given by the schedule: of two events at one time, the first to arrive comes first */
    uint8_t bytes[3];
    uint8_t size;
    float cents;           /* of a note-on: above its key's pitch */
    uint8_t shaped;        /* a note-on that carries ... */
    float seconds;         /* ... its length, 0 where unknown, negative where guessed */
    Attributes attributes; /* ... and its attributes */
    uint8_t master;        /* no message, but a MASTER_... of the whole synth ... */
    float value;           /* ... with this value */
    uint8_t expression;    /* no message, but what one note adds to the target of this number less 1: `value` */
} Event;

typedef struct EventQueueCell {
    _Atomic uint32_t sequence;
    Event event;
} EventQueueCell;

typedef struct EventQueue {
    EventQueueCell *cell;
    uint32_t mask;
    _Atomic uint32_t head; /* next to push */
    uint32_t tail;         /* next to pop; the audio thread's own */
} EventQueue;

void event_queue_init(EventQueue *r, Arena *arena, uint32_t capacity); /* a power of two */
int event_queue_push(EventQueue *r, const Event *event);               /* any thread; 0 where full */
int event_queue_pop(EventQueue *r, Event *event);                      /* audio thread; 0 where empty */

#endif
