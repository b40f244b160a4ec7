/* The input as other threads see it: what it is to do, and what it heard. */
#include "synth/synth_state.h"

#define READ(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define WRITE(x, value) atomic_store_explicit(&(x), (value), memory_order_relaxed)

void synth_hear(Synth *s, const float *samples) NONBLOCKING { s->input.samples = samples; }

void synth_listen(Synth *s, int channels, int channel) {
    WRITE(s->input.channels, 0); /* in between, silence */
    WRITE(s->input.channel, channel);
    atomic_store(&s->input.channels, channels);
}

void synth_follow(Synth *s, int mode, int channel, float shift, float snap, float gate_db) {
    FollowSettings *settings = &s->input.settings;
    WRITE(settings->channel, channel);
    WRITE(settings->shift, shift);
    WRITE(settings->snap, snap);
    WRITE(settings->gate_db, gate_db);
    WRITE(settings->mode, mode);
}

void synth_follow_loudness(Synth *s, const float *decoder_db, const float *target_db) {
    for (int i = 0; i < MAP_SIZE; i++) {
        WRITE(s->input.settings.decoder_db[i], decoder_db[i]);
        WRITE(s->input.settings.target_db[i], target_db[i]);
    }
}

void synth_follow_loudest(Synth *s, float loudest_db) { WRITE(s->input.settings.loudest_db, loudest_db); }

void synth_follow_scale(Synth *s, const float *notes, int count) {
    FollowSettings *settings = &s->input.settings;
    int size = count < SCALE_SIZE ? count : SCALE_SIZE;
    for (int i = 0; i < size; i++) WRITE(settings->scale[i], notes[i]);
    WRITE(settings->scale_size, size);
}

void synth_read_input(Synth *s, InputStats *stats, int anew) {
    InputCounters *c = &s->input.counters;
    *stats = (InputStats){.f0_hz = READ(c->f0_hz),
                          .aperiodicity = READ(c->aperiodicity),
                          .loudness_db = READ(c->loudness_db),
                          .pitch = READ(c->pitch),
                          .peak = anew ? atomic_exchange(&c->peak, 0.0f) : READ(c->peak),
                          .duck_db = READ(c->duck_db),
                          .delay_ms = READ(c->delay_ms),
                          .voiced = READ(c->voiced),
                          .howls = READ(c->howls),
                          .clipped = READ(c->clipped),
                          .missed_notes = READ(c->missed_notes)};
    for (int i = 0; i < MOD_INPUTS; i++) stats->gestures[i] = READ(c->gestures[i]);
    for (int i = 0; i < MAP_SIZE; i++) stats->loudness[i] = READ(c->loudness[i]);
    for (int i = 0; i < HEARD_PITCHES; i++) stats->pitches[i] = READ(c->pitches[i]);
}

int synth_take_note(Synth *s, DetectedNote *note) {
    Input *in = &s->input;
    uint32_t tail = READ(in->taken);
    if (tail == atomic_load_explicit(&in->queued, memory_order_acquire)) return 0;
    *note = in->queue[tail & (NOTE_QUEUE - 1)];
    atomic_store_explicit(&in->taken, tail + 1, memory_order_release);
    return 1;
}
