#include "voices.h"

#include <string.h>

#include "synth.h"

void voices_init(Voices *v, Player player, int count, int mode) {
    memset(v, 0, sizeof *v);
    v->player = player;
    v->count = count;
    v->mode = mode;
}

static void start(Voices *v, int voice, int64_t time, Key key) {
    v->slot[voice] = (VoiceSlot){VOICE_HELD, key.channel, key.note, 0, ++v->starts};
    v->player.start(v->player.self, voice, time, key.channel, key.note, key.velocity);
}

static void release(Voices *v, int voice, int64_t time) {
    v->slot[voice].state = VOICE_RELEASED;
    v->player.release(v->player.self, voice, time);
}

static int pedalled(const Voices *v, int voice) {
    return v->sustain[v->slot[voice].channel] || v->slot[voice].caught;
}

/* A key was let go: a pedal may hold the note. */
static void let_go(Voices *v, int voice, int64_t time) {
    if (pedalled(v, voice)) v->slot[voice].state = VOICE_SUSTAINED;
    else release(v, voice, time);
}

/* A pedal went up: what nothing holds any more is released. */
static void release_unheld(Voices *v, int64_t time, int channel) {
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state == VOICE_SUSTAINED && v->slot[i].channel == channel && !pedalled(v, i))
            release(v, i, time);
}

static void take_over(Voices *v, int voice, int64_t time, Key key) {
    v->slot[voice].state = VOICE_HELD;
    v->slot[voice].channel = key.channel;
    v->slot[voice].note = key.note;
    v->player.move(v->player.self, voice, time, key.channel, key.note);
}

/* A free voice; else, in this order, the quietest released one, the quietest under a pedal, the oldest held one. */
static int allocate(Voices *v, int64_t time) {
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

static int sounding(const Voices *v, int channel, int note, int lowest_state) {
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state >= lowest_state && v->slot[i].channel == channel && v->slot[i].note == note) return i;
    return -1;
}

static int newest_held(const Voices *v, int channel) {
    int newest = -1;
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state == VOICE_HELD && v->slot[i].channel == channel &&
            (newest < 0 || v->slot[i].started > v->slot[newest].started))
            newest = i;
    return newest;
}

/* Mono and legato play on voice 0. */
static void solo(Voices *v, int64_t time, Key key) {
    int8_t before = v->slot[0].state;
    if (v->mode == MODE_LEGATO && before >= VOICE_SUSTAINED) {
        take_over(v, 0, time, key);
    } else {
        start(v, 0, time, key);
    }
}

static void forget_key(Voices *v, int channel, int note) {
    int kept = 0;
    for (int i = 0; i < v->held; i++)
        if (v->keys[i].channel != channel || v->keys[i].note != note) v->keys[kept++] = v->keys[i];
    v->held = kept;
}

void voices_note_on(Voices *v, int64_t time, int channel, int note, int velocity) {
    Key key = {(uint8_t)channel, (uint8_t)note, (uint8_t)velocity};
    if (v->mode == MODE_POLY) {
        /* The same key again, under the pedal or from a second keyboard: the old note gives way to the new. */
        int old = sounding(v, channel, note, VOICE_SUSTAINED);
        if (old >= 0) release(v, old, time);
        int led = v->legato[channel] ? newest_held(v, channel) : -1;
        if (led >= 0) {
            take_over(v, led, time, key);
            return;
        }
        start(v, allocate(v, time), time, key);
        return;
    }
    forget_key(v, channel, note);
    if (v->held == MAX_KEYS) memmove(v->keys, v->keys + 1, sizeof(Key) * (size_t)--v->held);
    v->keys[v->held++] = key;
    solo(v, time, key);
}

void voices_note_off(Voices *v, int64_t time, int channel, int note) {
    int voice = sounding(v, channel, note, VOICE_HELD);
    if (v->mode != MODE_POLY) {
        forget_key(v, channel, note);
        if (voice >= 0 && v->held) {
            solo(v, time, v->keys[v->held - 1]); /* back to the key that is still down */
            return;
        }
    }
    if (voice >= 0) let_go(v, voice, time);
}

void voices_sustain(Voices *v, int64_t time, int channel, int down) {
    v->sustain[channel] = (uint8_t)down;
    if (!down) release_unheld(v, time, channel);
}

void voices_sostenuto(Voices *v, int64_t time, int channel, int down) {
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].channel == channel) v->slot[i].caught = down && (v->slot[i].caught || v->slot[i].state == VOICE_HELD);
    if (!down) release_unheld(v, time, channel);
}

void voices_legato(Voices *v, int channel, int on) { v->legato[channel] = (uint8_t)on; }

static void forget_keys(Voices *v, int channel) {
    int kept = 0;
    for (int i = 0; i < v->held; i++)
        if (v->keys[i].channel != channel) v->keys[kept++] = v->keys[i];
    v->held = kept;
}

void voices_all_notes_off(Voices *v, int64_t time, int channel) {
    forget_keys(v, channel);
    for (int i = 0; i < v->count; i++) {
        if (v->slot[i].state != VOICE_HELD || v->slot[i].channel != channel) continue;
        if (v->mode != MODE_POLY && v->held) solo(v, time, v->keys[v->held - 1]); /* a key of another channel */
        else let_go(v, i, time);
    }
}

void voices_all_sound_off(Voices *v, int64_t time, int channel) {
    forget_keys(v, channel);
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state != VOICE_FREE && v->slot[i].channel == channel) {
            v->slot[i].state = VOICE_FREE;
            v->player.stop(v->player.self, i, time);
        }
}

void voices_set_mode(Voices *v, int64_t time, int mode) {
    v->held = 0;
    for (int i = 0; i < v->count; i++)
        if (v->slot[i].state > VOICE_RELEASED) release(v, i, time);
    v->mode = mode;
}

void voices_finished(Voices *v, int voice) {
    if (v->slot[voice].state == VOICE_RELEASED) v->slot[voice].state = VOICE_FREE;
}
