/* The audio device's side: the PortAudio callback, and what it tells other threads. */
#if !defined(_WIN32)
#include <pthread.h>
#include <sched.h>
#endif
#include <math.h>
#include <time.h>

#include "synth/synth_state.h"

#define OUTPUT_UNDERFLOW 4 /* paOutputUnderflow */
#define LOAD_SECONDS 0.5f  /* over which the load is smoothed */

static double thread_seconds(void) {
    struct timespec now = {0, 0};
#if defined(CLOCK_THREAD_CPUTIME_ID)
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
#endif
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void keep_highest(_Atomic float *kept, float value) {
    if (value > atomic_load_explicit(kept, memory_order_relaxed))
        atomic_store_explicit(kept, value, memory_order_relaxed);
}

static void count(_Atomic int64_t *counter) { atomic_fetch_add_explicit(counter, 1, memory_order_relaxed); }

int synth_callback(const void *in, void *out, unsigned long frames, const void *time_info, unsigned long flags,
                   void *user) NONBLOCKING {
    (void)time_info;
    Synth *s = user;
    Counters *c = &s->counters;
    if (!frames) return 0; /* nothing to divide by */
    double begin = clock_seconds(), block = (double)frames / s->config.sample_rate;
    int measure = atomic_load_explicit(&s->measure, memory_order_relaxed);
    double cpu_begin = measure ? thread_seconds() : 0.0;
#if !defined(_WIN32)
    atomic_store_explicit(&s->thread, (unsigned long long)pthread_self(), memory_order_relaxed);
#endif
    clock_block(&s->clock, s->position, (int)frames, begin, (flags & OUTPUT_UNDERFLOW) != 0);
    synth_hear(s, in);
    synth_render(s, out, (int)frames);

    float load = (float)((clock_seconds() - begin) / block);
    float smoothed = atomic_load_explicit(&c->load, memory_order_relaxed), pace = (float)block / LOAD_SECONDS;
    int bin = load < 0 ? 0 : load * 20.0f < LOAD_BINS - 1 ? (int)(load * 20.0f) : LOAD_BINS - 1;
    atomic_store_explicit(&c->load, smoothed + (load - smoothed) * (pace < 1 ? pace : 1), memory_order_relaxed);
    keep_highest(&c->peak_load, load);
    if (measure) keep_highest(&c->peak_cpu, (float)((thread_seconds() - cpu_begin) / block));
    count(&c->load_histogram[bin]);
    count(&c->callbacks);
    if (flags & OUTPUT_UNDERFLOW) count(&c->xruns);
    return 0; /* paContinue */
}

int synth_read_voices(Synth *s, VoiceReading *readings) {
    return readout_read(&s->readout, s->config.voices + 1, readings);
}

void synth_tap(Synth *s, Tap *tap) { atomic_store_explicit(&s->tap, tap, memory_order_release); }

int64_t synth_callbacks(Synth *s) { return s->counters.callbacks; }

void synth_measure(Synth *s, int on) { atomic_store(&s->measure, on); }

int synth_raise_priority(Synth *s, int priority) {
#if defined(_WIN32)
    (void)s;
    (void)priority;
    return 0; /* PortAudio's hosts raise it themselves */
#else
    pthread_t thread = (pthread_t)atomic_load_explicit(&s->thread, memory_order_relaxed);
    if (!thread) return -1;
    int policy;
    struct sched_param granted = {0};
    if (pthread_getschedparam(thread, &policy, &granted)) return 0;
    if (policy == SCHED_FIFO || policy == SCHED_RR) return granted.sched_priority; /* the host has done it */
    granted.sched_priority = priority;
    return pthread_setschedparam(thread, SCHED_FIFO, &granted) ? 0 : priority;
#endif
}

void synth_read_stats(Synth *s, SynthStats *stats) {
    Counters *c = &s->counters;
    stats->position = c->position;
    stats->callbacks = c->callbacks;
    stats->xruns = c->xruns;
    stats->late_frames = c->late_frames;
    stats->stolen_voices = c->stolen_voices;
    stats->dropped_events = c->dropped_events;
    for (int i = 0; i < LOAD_BINS; i++) stats->load_histogram[i] = c->load_histogram[i];
    stats->sounding_voices = c->sounding_voices;
    stats->swapping = c->swapping;
    stats->load = c->load;
    stats->delay_ms = c->delay_ms;
    stats->reduction_db = 20.0f * log10f(fmaxf(1e-6f, atomic_exchange(&c->reduction, 1.0f)));
    stats->peak_load = atomic_exchange(&c->peak_load, 0.0f);
    stats->peak_cpu = atomic_exchange(&c->peak_cpu, 0.0f);
    stats->peak = atomic_exchange(&c->peak, 0.0f);
}
