#include "synth/note_lifecycle.h"

#include <math.h>

#define JOINED_SECONDS 0.2f /* in which a note's end is forgotten by the next */
#define LINE_SECONDS 0.3 /* after its end, in which a note leads into the next of its line ... */
#define LINE_DB 40.0f    /* ... while it has fallen less than that */
#define PHRASE_SECONDS 2.0f /* after which a note follows none */

/* Of a key, with the cents that it was struck with last. */
static float pitch_of(const Synth *s, int channel, int note) {
    float pitch = tuning_pitch(&s->tuning, channel, note);
    return pitch < 0 ? pitch : pitch + s->detune[channel][note];
}

/* The channel of the whole zone, or NULL. */
static const Channel *master_of(const Synth *s, int channel) {
    int master = mpe_master(&s->mpe, channel);
    return master >= 0 && master != channel ? &s->channel[master] : NULL;
}

static const Channel *own_channel(const Synth *s, const VoiceControl *part) {
    return part->frozen ? &part->frozen_channel : &s->channel[part->performance.channel];
}

/* What came before a note on its channel. */
static void connect(const Synth *s, NoteContour *p, int64_t time) {
    const LastNote *before = &s->before[p->channel];
    if (!before->any) return;
    float gap = before->released < 0 ? 0.0f : (float)((double)(time - before->released) / s->config.sample_rate);
    p->joined = expf(-gap / JOINED_SECONDS);
    p->interval = gap < PHRASE_SECONDS ? p->pitch - before->pitch : 0.0f;
}

/* What every note gets that begins on a voice, whether the voice sounds or not. */
static void describe(Synth *s, int voice, uint32_t seed) {
    VoiceControl *part = &s->part[voice];
    NoteContour *p = &part->performance;
    if (s->playing->shaped) {
        note_contour_shape(p, &s->playing->attributes, fabsf(s->playing->seconds));
        /* A guess lays the note out, but the performer must not take it for an end that is known. */
        if (s->playing->seconds < 0) p->length_known = 0;
    }
    p->seed = seed;
    part->frozen = 0;
    part->tuned = tuning_changes(&s->tuning);
    s->before[p->channel] = (LastNote){p->pitch, -1, voice, 1};
}

/* What the hands ask of a note's transition, as its key comes. */
static Joint joint_of(const Synth *s, const VoiceControl *part, float since, int kind) {
    const ModValues asked = note_lifecycle_modulation(s, part);
    const float amount = atomic_load_explicit(&s->express, memory_order_relaxed);
    return (Joint){.kind = kind,
                   .amount = amount * fmaxf(0.0f, fminf(1.0f, 1.0f + asked.expression)),
                   .times = exp2f(asked.legato_octaves),
                   .depth = fmaxf(0.0f, 1.0f + asked.depth),
                   .since = since,
                   .draw = part->performance.seed};
}

static void start(void *self, int voice, int64_t time, int channel, int note, int velocity) {
    Synth *s = self;
    VoiceControl *part = &s->part[voice];
    int from;
    float seconds = channel_glide(&s->channel[channel], note, &from);
    note_contour_start(&part->performance, time, channel, note, velocity);
    part->performance.strength = mod_matrix_strength(mod_matrix_swap_front(&s->maps), velocity);
    modulation_begin(&part->hands, mod_matrix_swap_front(&s->maps), &s->channel[channel], master_of(s, channel), velocity);
    part->performance.pitch = pitch_of(s, channel, note);
    if (seconds > 0 && pitch_of(s, channel, from) >= 0)
        note_contour_glide(&part->performance, time, pitch_of(s, channel, from), seconds);
    connect(s, &part->performance, time);
    describe(s, voice, s->config.seed * 0x9E3779B9u + s->notes);
    part->performance.amount = joint_of(s, part, 0, KIND_REST).amount;
    part->performance.vibrato.seed = part->performance.seed;
    part->active = part->starts = 1;
    part->continues = 0;
    part->next_frame = time;
    s->notes++;
    /* The instrument that is fading out gets no new notes. */
    if (s->previous) instrument_cut(s->previous, s->chunk_start, time, voice);
}

static void move(void *self, int voice, int64_t time, int channel, int note, int velocity, int bound) {
    Synth *s = self;
    VoiceControl *part = &s->part[voice];
    NoteContour *p = &part->performance;
    const ModMatrix *map = mod_matrix_swap_front(&s->maps);
    const ModValues gesture = note_lifecycle_modulation(s, part);
    const Below below = note_contour_below(p, &s->current->range, &gesture, time);
    const double rate = s->config.sample_rate;
    const float since = (float)((double)(time - p->onset) / rate), pitch = p->pitch;
    const int held = p->released < 0 || (double)(time - p->released) <= s->config.join_seconds * rate;
    const int kind = bound && held && note != p->note ? KIND_SLUR : KIND_DETACHED;
    int from;
    float seconds = channel_glide(&s->channel[channel], note, &from);
    note_contour_move(p, &s->current->range, &gesture, time, channel, note, mod_matrix_strength(map, velocity));
    modulation_strike(&part->hands, map, &s->channel[channel], master_of(s, channel), velocity);
    p->pitch = pitch_of(s, channel, note);
    describe(s, voice, (s->config.seed ^ ++s->moves * 0x85EBCA6Bu) * 0x9E3779B9u + s->notes);
    Joint joint = joint_of(s, part, since, kind);
    joint.interval = p->pitch - pitch;
    if (joint.amount > 0) note_contour_join(p, &s->current->range, below, joint);
    if (seconds > (joint.amount > 0 ? p->glide_seconds : 0.0f)) {
        p->glide_seconds = seconds;
        p->transition.late = 0;
    }
}

static int leads(void *self, int voice, int64_t time) {
    const Synth *s = self;
    const VoiceControl *part = &s->part[voice];
    const NoteContour *p = &part->performance;
    if (!part->active || !(atomic_load_explicit(&s->express, memory_order_relaxed) > 0)) return 0;
    if (p->released >= 0 && (double)(time - p->released) > LINE_SECONDS * s->config.sample_rate) return 0;
    const ModValues gesture = note_lifecycle_modulation(s, part);
    return note_contour_below(p, &s->current->range, &gesture, time).db < LINE_DB;
}

static void release(void *self, int voice, int64_t time) {
    Synth *s = self;
    NoteContour *p = &s->part[voice].performance;
    const int expressive = atomic_load_explicit(&s->express, memory_order_relaxed) > 0;
    note_contour_release(p, time, expressive && voices_in_line(&s->voices, p->channel));
    LastNote *before = &s->before[p->channel];
    if (before->voice == voice && before->released < 0) before->released = time;
}

static void stop(void *self, int voice, int64_t time) {
    Synth *s = self;
    s->part[voice].active = 0;
    readout_silent(&s->readout, voice);
    instrument_cut(s->current, s->chunk_start, time, voice);
    if (s->previous) instrument_cut(s->previous, s->chunk_start, time, voice);
}

static float level(void *self, int voice, int64_t time) {
    Synth *s = self;
    const VoiceControl *part = &s->part[voice];
    ModValues gesture = note_lifecycle_modulation(s, part);
    NoteContourFrame frame = note_contour_at(&part->performance, &s->current->range, &gesture, time);
    return frame.gain > 0 ? frame.loudness_db + 20.0f * log10f(frame.gain) : -1000.0f;
}

Player player_of(Synth *s) { return (Player){s, start, move, leads, release, stop, level}; }

ModValues note_lifecycle_modulation(const Synth *s, const VoiceControl *part) {
    ModValues values = modulation_values(&part->hands, mod_matrix_swap_front(&s->maps), own_channel(s, part),
                         master_of(s, part->performance.channel), &part->performance.attributes);
    values.bend += s->master_fine + s->master_coarse;
    return values;
}

void player_ask(const Synth *s, VoiceControl *part, int64_t position) {
    part->asked = note_lifecycle_modulation(s, part);
    note_contour_sway(&part->performance, &s->current->range, &part->asked, position);
}

void note_lifecycle_follow(const Synth *s, VoiceControl *part, int64_t samples) {
    /* What came together with a note is there from its beginning. */
    int begins = part->starts && !part->continues;
    float seconds = begins ? INFINITY : (float)((double)samples / s->config.sample_rate);
    modulation_follow(&part->hands, mod_matrix_swap_front(&s->maps), own_channel(s, part),
                 master_of(s, part->performance.channel), seconds);
}

void note_lifecycle_remap(Synth *s) {
    for (int v = 0; v < s->config.voices; v++) {
        VoiceControl *part = &s->part[v];
        if (part->active)
            modulation_remap(&part->hands, mod_matrix_swap_front(&s->maps), own_channel(s, part),
                        master_of(s, part->performance.channel));
    }
}

void note_lifecycle_freeze(Synth *s) {
    if (!mpe_is_on(&s->mpe)) return;
    for (int v = 0; v < s->config.voices; v++) {
        VoiceControl *part = &s->part[v];
        int channel = part->performance.channel;
        if (!part->active || part->frozen || s->voices.slot[v].state == VOICE_HELD || !mpe_is_member(&s->mpe, channel))
            continue;
        part->frozen = 1;
        part->frozen_channel = s->channel[channel];
    }
}

void note_lifecycle_retune(Synth *s, VoiceControl *part) {
    uint32_t changes = tuning_changes(&s->tuning);
    if (part->tuned == changes) return;
    part->tuned = changes;
    float pitch = pitch_of(s, part->performance.channel, part->performance.note);
    if (pitch >= 0) part->performance.pitch = pitch; /* a key that was made mute sounds to its end */
}
