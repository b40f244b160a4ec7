#include "player.h"

#include <math.h>

static float pitch_of(const Synth *s, int channel, int note) { return tuning_pitch(&s->tuning, channel, note); }

static void start(void *self, int voice, int64_t time, int channel, int note, int velocity) {
    Synth *s = self;
    Part *part = &s->part[voice];
    int from;
    float seconds = channel_glide(&s->channel[channel], note, &from);
    performance_start(&part->performance, time, channel, note, velocity);
    part->performance.pitch = pitch_of(s, channel, note);
    if (seconds > 0 && pitch_of(s, channel, from) >= 0)
        performance_glide(&part->performance, time, pitch_of(s, channel, from), seconds);
    part->performance.soft = s->gesture[channel].soft;
    if (s->playing->shaped) performance_shape(&part->performance, &s->playing->attributes, s->playing->seconds);
    part->active = part->fresh = 1;
    part->taken_over = part->keeps = 0;
    part->tuned = tuning_changes(&s->tuning);
    part->next_frame = time;
    s->notes++;
    /* The instrument that is fading out gets no new notes. */
    if (s->previous) instrument_cut(s->previous, s->chunk_start, time, voice);
}

static void move(void *self, int voice, int64_t time, int channel, int note) {
    Synth *s = self;
    Part *part = &s->part[voice];
    int from;
    float seconds = channel_glide(&s->channel[channel], note, &from);
    performance_move(&part->performance, &s->current->range, time, channel, note);
    part->performance.pitch = pitch_of(s, channel, note);
    if (seconds > 0) part->performance.glide_seconds = seconds;
    part->keeps = 0;
}

static void release(void *self, int voice, int64_t time) {
    Synth *s = self;
    performance_release(&s->part[voice].performance, time);
}

static void stop(void *self, int voice, int64_t time) {
    Synth *s = self;
    s->part[voice].active = 0;
    instrument_cut(s->current, s->chunk_start, time, voice);
    if (s->previous) instrument_cut(s->previous, s->chunk_start, time, voice);
}

static float level(void *self, int voice, int64_t time) {
    Synth *s = self;
    const Part *part = &s->part[voice];
    Gesture gesture = player_gesture(s, part);
    PerformanceFrame frame = performance_at(&part->performance, &s->current->range, &gesture, time);
    return frame.gain > 0 ? frame.loudness_db + 20.0f * log10f(frame.gain) : -1000.0f;
}

Player player_of(Synth *s) { return (Player){s, start, move, release, stop, level}; }

Gesture player_gesture(const Synth *s, const Part *part) {
    int channel = part->performance.channel, master = mpe_master(&s->mpe, channel);
    if (!part->keeps) return s->gesture[channel];
    Gesture gesture = part->kept;
    if (master >= 0 && master != channel) gesture_add_master(&gesture, &s->gesture[master]);
    return gesture;
}

void player_keep_gestures(Synth *s) {
    if (!mpe_is_on(&s->mpe)) return;
    for (int v = 0; v < s->config.voices; v++) {
        Part *part = &s->part[v];
        int channel = part->performance.channel;
        if (!part->active || part->keeps || s->voices.slot[v].state == VOICE_HELD || !mpe_is_member(&s->mpe, channel))
            continue;
        part->keeps = 1;
        part->kept = channel_gesture(&s->channel[channel]);
    }
}

void player_retune(Synth *s, Part *part) {
    uint32_t changes = tuning_changes(&s->tuning);
    if (part->tuned == changes) return;
    part->tuned = changes;
    float pitch = pitch_of(s, part->performance.channel, part->performance.note);
    if (pitch >= 0) part->performance.pitch = pitch; /* a key that was made mute sounds to its end */
}
