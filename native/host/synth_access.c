/* What any other thread than the audio's may ask of a synth: events go into the queue that the callback empties, and
   settings are taken over by it. */
#include <math.h>
#include <string.h>

#include "synth/synth_state.h"

static int push(Synth *s, const Event *event) {
    if (event_queue_push(&s->ring, event)) return 1;
    atomic_fetch_add_explicit(&s->counters.dropped_events, 1, memory_order_relaxed);
    return 0;
}

int64_t synth_position(Synth *s) { return s->counters.position; }

void synth_map(Synth *s, const ModMatrix *map) { mod_matrix_swap_write(&s->maps, map); }

void synth_rack(Synth *s, const RackSettings *settings) { rack_swap_write(&s->racks, settings); }

void synth_tune(Synth *s, const float *pitches, int sounding) { tuning_set(&s->tuning, pitches, sounding); }

int synth_send(Synth *s, int64_t time, const uint8_t *bytes, int size) {
    Event event = {.time = time, .size = (uint8_t)size};
    if (size < 1 || size > 3) return 1; /* longer messages are none of the kernel's */
    memcpy(event.bytes, bytes, (size_t)size);
    return push(s, &event);
}

void synth_perform(Synth *s, float amount) { atomic_store_explicit(&s->perform, amount, memory_order_relaxed); }

void synth_express(Synth *s, float amount) { atomic_store_explicit(&s->express, amount, memory_order_relaxed); }
void synth_life(Synth *s, float amount) { atomic_store_explicit(&s->life, amount, memory_order_relaxed); }

int64_t synth_event_time(Synth *s, double seconds) { return clock_event_time(&s->clock, seconds); }

int synth_send_live(Synth *s, double seconds, const uint8_t *bytes, int size) {
    return synth_send(s, synth_event_time(s, seconds), bytes, size);
}

int synth_send_note(Synth *s, int64_t time, int channel, int note, int velocity, float cents, float seconds,
                    const Attributes *attributes) {
    Event event = {.time = time, .bytes = {(uint8_t)(0x90 | (channel & 15)), (uint8_t)note, (uint8_t)velocity}, .size = 3,
                   .cents = cents, .shaped = attributes != NULL, .seconds = seconds};
    if (attributes) event.attributes = *attributes;
    return push(s, &event);
}

int synth_send_expression(Synth *s, int64_t time, int channel, int note, int target, float value) {
    Event event = {.time = time, .bytes = {(uint8_t)(channel & 15), (uint8_t)note}, .expression = (uint8_t)(target + 1),
                   .value = value};
    return target < 0 || target >= MOD_TARGETS || !isfinite(value) || push(s, &event);
}

int synth_send_master(Synth *s, int64_t time, int what, float value) {
    Event event = {.time = time, .master = (uint8_t)what, .value = value};
    return push(s, &event);
}
