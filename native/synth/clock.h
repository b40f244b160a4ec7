/* From wall time to sample time. Callbacks wake up with jitter; a delay-locked loop (Adriaensen, "Using a DLL to
   filter time", LAC 2005) follows the earliest of them, and other threads read its last line without waiting. */
#ifndef DDSP_CLOCK_H
#define DDSP_CLOCK_H
#include <stdatomic.h>
#include <stdint.h>

typedef struct Clock {
    double sample_rate;
    double start, period; /* of the current block, in seconds, filtered; audio thread's own */
    double correction;    /* the loop's estimate of a sample's length over the nominal one */
    int64_t expected;     /* position of the next block; negative before the first */
    _Atomic uint32_t version; /* odd while the line below is being written */
    _Atomic double line_start, line_rate;
    _Atomic int64_t line_position, line_delay;
    _Atomic double last_seconds; /* the newest arrival that was asked for, and its sample */
    _Atomic int64_t last_sample;
} Clock;

double clock_seconds(void); /* monotonic; the one that Python's time.monotonic() reads */
void clock_init(Clock *c, double sample_rate);
/* Audio thread, once a block: `position` is played from `now`, and `frames` are asked for. After an xrun the line
   begins anew. */
void clock_block(Clock *c, int64_t position, int frames, double now, int xrun);
/* Any thread: the sample at which an event that arrived at `seconds` is to be played: one block later, and never before
   what arrived earlier; while the device stands still, soon after it goes on. -1 before the first block. */
int64_t clock_event_time(Clock *c, double seconds);

#endif
