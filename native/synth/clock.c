#include "synth/clock.h"

#include <math.h>
#include <time.h>

double clock_seconds(void) {
    struct timespec now;
#if defined(__APPLE__)
    clock_gettime(CLOCK_UPTIME_RAW, &now);
#else
    clock_gettime(CLOCK_MONOTONIC, &now);
#endif
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void clock_init(Clock *c, double sample_rate) {
    c->sample_rate = sample_rate;
    c->expected = -1;
    c->correction = 1.0;
    atomic_init(&c->version, 0);
    atomic_init(&c->line_position, -1);
    atomic_init(&c->line_delay, 0);
    atomic_init(&c->line_start, 0.0);
    atomic_init(&c->line_rate, sample_rate);
    atomic_init(&c->last_seconds, -1.0);
    atomic_init(&c->last_sample, -1);
}

#define LOOP_HZ 0.5   /* slower than any jitter */
#define EARLIER 0.25f /* share of the error that is taken over when a block comes before its time */
#define MOST_DRIFT 3e-4 /* between two quartzes; the rest is jitter */
#define LOST_BLOCKS 4.0
#define LOST_SECONDS 0.005 /* and so much beside: the device stood still */

void clock_block(Clock *c, int64_t position, int frames, double now, int xrun) {
    double nominal = frames / c->sample_rate;
    double error = now - (c->start + c->period);
    if (position != c->expected || xrun || fabs(error) > LOST_BLOCKS * nominal + LOST_SECONDS) {
        c->start = now; /* the first block, or the device stood still: begin anew */
        c->correction = 1.0;
    } else {
        /* Threads wake up late, never early: an early block tells more of the device's time than many late ones. */
        double omega = 6.283185307179586 * LOOP_HZ * nominal;
        c->start += c->period + (error < 0 ? EARLIER : 1.4142135623730951 * omega) * error;
        c->correction += omega * omega * error / nominal;
        c->correction = fmin(fmax(c->correction, 1.0 - MOST_DRIFT), 1.0 + MOST_DRIFT);
    }
    c->period = nominal * c->correction;
    c->expected = position + frames;

    /* A sequence lock with one writer: readers that see the version change try again. */
    uint32_t version = atomic_load_explicit(&c->version, memory_order_relaxed);
    atomic_store_explicit(&c->version, version + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&c->line_start, c->start, memory_order_relaxed);
    atomic_store_explicit(&c->line_rate, c->sample_rate / c->correction, memory_order_relaxed);
    atomic_store_explicit(&c->line_position, position, memory_order_relaxed);
    atomic_store_explicit(&c->line_delay, frames, memory_order_relaxed);
    atomic_store_explicit(&c->version, version + 2, memory_order_release);
}

/* The line may have begun anew since the event before was placed: a key must not be let go before it goes down. */
static int64_t in_order(Clock *c, double seconds, int64_t sample) {
    int64_t last = atomic_load_explicit(&c->last_sample, memory_order_relaxed);
    if (seconds < atomic_load_explicit(&c->last_seconds, memory_order_relaxed)) return sample;
    if (sample < last) sample = last;
    atomic_store_explicit(&c->last_seconds, seconds, memory_order_relaxed);
    atomic_store_explicit(&c->last_sample, sample, memory_order_relaxed);
    return sample;
}

int64_t clock_event_time(Clock *c, double seconds) {
    for (int tries = 0; tries < 1000; tries++) {
        uint32_t version = atomic_load_explicit(&c->version, memory_order_acquire);
        double start = atomic_load_explicit(&c->line_start, memory_order_relaxed);
        double rate = atomic_load_explicit(&c->line_rate, memory_order_relaxed);
        int64_t position = atomic_load_explicit(&c->line_position, memory_order_relaxed);
        int64_t delay = atomic_load_explicit(&c->line_delay, memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire);
        if (version % 2 || version != atomic_load_explicit(&c->version, memory_order_relaxed)) continue;
        if (position < 0) return -1;
        double offset = (seconds - start) * rate;
        if (!(offset > -1e9 && offset < 1e9)) return -1;
        offset = fmin(offset, LOST_BLOCKS * (double)delay + LOST_SECONDS * rate);
        return in_order(c, seconds, position + delay + (int64_t)llrint(offset));
    }
    return -1;
}
