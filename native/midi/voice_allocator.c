#include "midi/voice_allocator.h"

#include <string.h>

#include "api/synth.h"

void voice_allocator_init(VoiceAllocator *v, Player player, int count, int mode) {
    memset(v, 0, sizeof *v);
    v->player = player;
    v->count = count;
    v->mode = mode;
}

/* Whether a channel's keys share one voice. In the modes mono and legato all channels do; CC126 asks for one each. */
static int is_single(const VoiceAllocator *v, int channel) { return v->mode != MODE_POLY || v->mono[channel]; }

/* Whether a key takes over the voice of one that is held, in the same breath. */
static int is_bound(const VoiceAllocator *v, int channel) { return v->mode == MODE_LEGATO || v->legato[channel]; }

int voices_in_line(const VoiceAllocator *v, int channel) { return is_single(v, channel) || is_bound(v, channel); }

static int share(const VoiceAllocator *v, int a, int b) { return a == b || v->mode != MODE_POLY; }

static void start(VoiceAllocator *v, int voice, int64_t time, Key key) {
    v->slot[voice] = (VoiceSlot){VOICE_HELD, key.channel, key.note, 0, ++v->starts};
    v->player.start(v->player.self, voice, time, key.channel, key.note, key.velocity);
}

static void release(VoiceAllocator *v, int voice, int64_t time) {
    v->slot[voice].state = VOICE_RELEASED;
    v->player.release(v->player.self, voice, time);
}

static int pedalled(const VoiceAllocator *v, int voice) {
    return v->sustain[v->slot[voice].channel] || v->slot[voice].caught;
}

/* A key was let go: a pedal may hold the note. */
static void let_go(VoiceAllocator *v, int voice, int64_t time) {
    if (pedalled(v, voice)) v->slot[voice].state = VOICE_SUSTAINED;
    else release(v, voice, time);
}

/* A pedal went up: what nothing holds any more is released. */
static void release_unheld(VoiceAllocator *v, int64_t time, int channel) {
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state == VOICE_SUSTAINED && v->slot[i].channel == channel && !pedalled(v, i))
            release(v, i, time);
}

static void take_over(VoiceAllocator *v, int voice, int64_t time, Key key, int bound) {
    v->slot[voice].state = VOICE_HELD;
    v->slot[voice].channel = key.channel;
    v->slot[voice].note = key.note;
    v->player.move(v->player.self, voice, time, key.channel, key.note, key.velocity, bound);
}

/* A free voice; else, in this order, the quietest released one, the quietest under a pedal, the oldest held one. */
static int allocate(VoiceAllocator *v, int64_t time) {
    int best = 0;
    float quietest = 0;
    for (int i = 0; i < v->count; i++) {
        const VoiceSlot *slot = &v->slot[i], *chosen = &v->slot[best];
        if (slot->state == VOICE_FREE) return i;
        float level = v->player.level(v->player.self, i, time);
        int better = slot->state != chosen->state ? slot->state < chosen->state
                     : slot->state == VOICE_HELD  ? slot->started < chosen->started
                                                  : level < quietest;
        if (i == 0 || better) {
            best = i;
            quietest = level;
        }
    }
    v->steals++;
    return best;
}

static int sounding(const VoiceAllocator *v, int channel, int note, int lowest_state) {
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state >= lowest_state && v->slot[i].channel == channel && v->slot[i].note == note) return i;
    return -1;
}

/* The voice that a channel's next key takes where it shares one: the newest. */
static int newest(const VoiceAllocator *v, int channel, int lowest_state) {
    int found = -1;
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state >= lowest_state && share(v, v->slot[i].channel, channel) &&
            (found < 0 || v->slot[i].started > v->slot[found].started))
            found = i;
    return found;
}

static void press(VoiceAllocator *v, int64_t time, Key key) {
    /* One voice goes on under its pedal; of many, only a held key's is taken over. */
    int single = is_single(v, key.channel);
    int led = is_bound(v, key.channel) ? newest(v, key.channel, single ? VOICE_SUSTAINED : VOICE_HELD) : -1;
    if (led >= 0) {
        take_over(v, led, time, key, 1);
        return;
    }
    const int bound = is_bound(v, key.channel);
    int voice = single || bound ? newest(v, key.channel, VOICE_RELEASED) : -1;
    if (voice >= 0 && v->player.leads(v->player.self, voice, time)) {
        take_over(v, voice, time, key, bound);
        return;
    }
    if (!single) voice = -1;
    start(v, voice >= 0 ? voice : allocate(v, time), time, key);
}

static void forget_key(VoiceAllocator *v, int channel, int note) {
    int kept = 0;
    for (int i = 0; i < v->held; i++)
        if (v->keys[i].channel != channel || v->keys[i].note != note) v->keys[kept++] = v->keys[i];
    v->held = kept;
}

/* The newest key that is down without a voice of its own, since another took it over; NULL: none. */
static const Key *waiting_key(const VoiceAllocator *v, int channel) {
    for (int i = v->held; i-- > 0;)
        if (share(v, v->keys[i].channel, channel) && sounding(v, v->keys[i].channel, v->keys[i].note, VOICE_HELD) < 0)
            return &v->keys[i];
    return NULL;
}

static Key remember_key(VoiceAllocator *v, int channel, int note, int velocity) {
    Key key = {(uint8_t)channel, (uint8_t)note, (uint8_t)velocity};
    forget_key(v, channel, note);
    if (v->held == MAX_KEYS) memmove(v->keys, v->keys + 1, sizeof(Key) * (size_t)--v->held);
    return v->keys[v->held++] = key;
}

int voice_allocator_lead(VoiceAllocator *v, int64_t time, int channel, int from, int note, int velocity) {
    int voice = sounding(v, channel, from, VOICE_SUSTAINED);
    if (voice < 0) return 0;
    take_over(v, voice, time, remember_key(v, channel, note, velocity), 1);
    return 1;
}

void voice_allocator_note_on(VoiceAllocator *v, int64_t time, int channel, int note, int velocity) {
    Key key = remember_key(v, channel, note, velocity);
    /* The same key again, under the pedal or from a second keyboard: the old note gives way to the new. */
    int old = is_single(v, channel) ? -1 : sounding(v, channel, note, VOICE_SUSTAINED);
    if (old >= 0) release(v, old, time);
    press(v, time, key);
}

/* A voice's key was let go: where it had taken the voice over from a key that is still down, back to that. */
static void leave(VoiceAllocator *v, int voice, int64_t time) {
    int channel = v->slot[voice].channel;
    const Key *back = is_single(v, channel) || is_bound(v, channel) ? waiting_key(v, channel) : NULL;
    if (!back) let_go(v, voice, time);
    else if (is_bound(v, channel) || v->player.leads(v->player.self, voice, time))
        take_over(v, voice, time, *back, is_bound(v, channel));
    else start(v, voice, time, *back);
}

void voice_allocator_note_off(VoiceAllocator *v, int64_t time, int channel, int note) {
    int voice = sounding(v, channel, note, VOICE_HELD);
    forget_key(v, channel, note);
    if (voice >= 0) leave(v, voice, time);
}

void voice_allocator_sustain(VoiceAllocator *v, int64_t time, int channel, int down) {
    v->sustain[channel] = (uint8_t)down;
    if (!down) release_unheld(v, time, channel);
}

void voice_allocator_sostenuto(VoiceAllocator *v, int64_t time, int channel, int down) {
    if (down && v->sostenuto[channel]) return; /* a pedal that moves while it is down catches no more */
    v->sostenuto[channel] = (uint8_t)down;
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].channel == channel) v->slot[i].caught = down && v->slot[i].state == VOICE_HELD;
    if (!down) release_unheld(v, time, channel);
}

void voice_allocator_legato(VoiceAllocator *v, int channel, int on) { v->legato[channel] = (uint8_t)on; }

static void forget_keys(VoiceAllocator *v, int channel) {
    int kept = 0;
    for (int i = 0; i < v->held; i++)
        if (v->keys[i].channel != channel) v->keys[kept++] = v->keys[i];
    v->held = kept;
}

void voice_allocator_all_notes_off(VoiceAllocator *v, int64_t time, int channel) {
    forget_keys(v, channel);
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state == VOICE_HELD && v->slot[i].channel == channel) leave(v, i, time);
}

void voice_allocator_all_sound_off(VoiceAllocator *v, int64_t time, int channel) {
    forget_keys(v, channel);
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state != VOICE_FREE && v->slot[i].channel == channel) {
            v->slot[i].state = VOICE_FREE;
            v->player.stop(v->player.self, i, time);
        }
}

static void release_all(VoiceAllocator *v, int64_t time, int channel) {
    int kept = 0;
    for (int i = 0; i < v->held; i++)
        if (!share(v, v->keys[i].channel, channel)) v->keys[kept++] = v->keys[i];
    v->held = kept;
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state > VOICE_RELEASED && share(v, v->slot[i].channel, channel)) release(v, i, time);
}

void voice_allocator_mono(VoiceAllocator *v, int64_t time, int channel, int on) {
    release_all(v, time, channel);
    v->mono[channel] = (uint8_t)on;
    if (!on) v->mode = MODE_POLY;
}

void voice_allocator_reset_modes(VoiceAllocator *v, int mode) {
    v->mode = mode;
    memset(v->mono, 0, sizeof v->mono);
    memset(v->legato, 0, sizeof v->legato);
}

void voice_allocator_finished(VoiceAllocator *v, int voice) {
    if (v->slot[voice].state == VOICE_RELEASED) v->slot[voice].state = VOICE_FREE;
}
