#include "synth/midi_dispatch.h"

#include "synth/note_lifecycle.h"

#define DOWN 64 /* of a pedal */
#define BEND_RANGE 2.0f

/* A gesture that moves the room or the rack, which all channels share. */
static void move_shared(Synth *s, int channel, int gesture) {
    const ModMatrix *map = mod_matrix_swap_front(&s->maps);
    const Channel *from = &s->channel[channel];
    const ModRoute *row = modulation_shared(map, from, gesture, MOD_ROOM, &s->wet_target);
    if (row) s->wet_smoothing = row->smoothing_seconds;
    float value;
    for (int i = 0; i < MACROS; i++)
        if (modulation_shared(map, from, gesture, MOD_DRIVE + i, &value)) rack_swap_move(&s->racks, i, value);
}

static void silence(Synth *s, int64_t time, int channel) {
    if (s->current) voice_allocator_all_sound_off(&s->voices, time, channel);
}

static void reset_controllers(Synth *s, int64_t time, int channel) {
    channel_reset_controllers(&s->channel[channel]);
    voice_allocator_legato(&s->voices, channel, 0);
    voice_allocator_sostenuto(&s->voices, time, channel, 0);
    voice_allocator_sustain(&s->voices, time, channel, 0);
    for (int v = 0; v < s->config.voices; v++)
        if (s->part[v].performance.channel == channel) s->part[v].hands.pressure = 0;
}

static void control(Synth *s, int64_t time, int channel, int number, int value) {
    channel_control(&s->channel[channel], number, value);
    switch (number) {
    case CC_SUSTAIN:
        voice_allocator_sustain(&s->voices, time, channel, value >= DOWN);
        break;
    case CC_SOSTENUTO:
        voice_allocator_sostenuto(&s->voices, time, channel, value >= DOWN);
        break;
    case CC_LEGATO:
        voice_allocator_legato(&s->voices, channel, value >= DOWN);
        break;
    case CC_ALL_SOUND_OFF:
        silence(s, time, channel);
        break;
    case CC_RESET_CONTROLLERS:
        reset_controllers(s, time, channel);
        break;
    case CC_MONO:
    case CC_POLY:
        voice_allocator_mono(&s->voices, time, channel, number == CC_MONO);
        break;
    default: /* 124 and 125, omni, mean all notes off too */
        if (number >= CC_ALL_NOTES_OFF) voice_allocator_all_notes_off(&s->voices, time, channel);
        break;
    }
}

/* What a master's message does on its members' channels, beside what gestures do. */
static int concerns_voices(int number) {
    return number == CC_SUSTAIN || number == CC_SOSTENUTO || number == CC_LEGATO || number == CC_ALL_SOUND_OFF ||
           number == CC_RESET_CONTROLLERS || number >= CC_ALL_NOTES_OFF;
}

static float usual_bend_range(const Synth *s, int channel) {
    int master = mpe_master(&s->mpe, channel);
    return master < 0 ? BEND_RANGE : channel == master ? MPE_MASTER_BEND : MPE_MEMBER_BEND;
}

/* The MPE configuration message. Channels that come to another zone or leave theirs begin anew. */
static void configure_zones(Synth *s, int64_t time, int channel) {
    Mpe before = s->mpe;
    mpe_configure(&s->mpe, channel, s->channel[channel].control[CC_DATA]);
    for (int i = 0; i < MIDI_CHANNELS; i++) {
        int master = mpe_master(&s->mpe, i), changed = master != mpe_master(&before, i);
        if (changed) voice_allocator_all_notes_off(&s->voices, time, i);
        if (changed || master == channel)
            s->channel[i].bend_range = usual_bend_range(s, i);
    }
}

/* The ranges of bend and modulation of one member are those of all. */
static void share_ranges(Synth *s, int channel) {
    for (int i = 0; i < MIDI_CHANNELS; i++)
        if (mpe_is_member(&s->mpe, i) && mpe_master(&s->mpe, i) == mpe_master(&s->mpe, channel)) {
            s->channel[i].bend_range = s->channel[channel].bend_range;
            s->channel[i].modulation_range = s->channel[channel].modulation_range;
        }
}

static int is_data(int number) {
    return number == CC_DATA || number == CC_DATA_FINE || number == CC_INCREMENT || number == CC_DECREMENT;
}

/* On a zone's members the specification has no pedals and no key pressure: those are the master's. */
static int is_pedal(int number) { return number >= CC_SUSTAIN && number <= CC_LEGATO; }

static void controller(Synth *s, int64_t time, int channel, int number, int value) {
    if (is_pedal(number) && mpe_is_member(&s->mpe, channel)) return;
    int parameter = s->channel[channel].parameter;
    int mono_channels = value ? value : MIDI_CHANNELS; /* 0: as many as there are */
    control(s, time, channel, number, value);
    for (int i = 0; i < MIDI_CHANNELS; i++) {
        int member = concerns_voices(number) && mpe_is_member(&s->mpe, i) && mpe_master(&s->mpe, i) == channel;
        int follows = number == CC_MONO && !mpe_is_on(&s->mpe) && i > channel && i < channel + mono_channels;
        if (member || follows) control(s, time, i, number, value);
    }
    if (parameter == RPN_MPE && number == CC_DATA && mpe_may_be_master(channel)) configure_zones(s, time, channel);
    move_shared(s, channel, number);
    int shared = parameter == RPN_BEND_RANGE || parameter == RPN_MODULATION_RANGE;
    if (shared && is_data(number) && mpe_is_member(&s->mpe, channel)) share_ranges(s, channel);
}

static void note_on(Synth *s, int64_t time, int channel, int note, int velocity, float cents) {
    if (!s->current || tuning_pitch(&s->tuning, channel, note) < 0) return;
    s->detune[channel][note] = 0.01f * cents;
    int from = s->channel[channel].glide_from;
    if (from < 0 || !voice_allocator_lead(&s->voices, time, channel, from, note, velocity))
        voice_allocator_note_on(&s->voices, time, channel, note, velocity);
}

static void key_pressure(Synth *s, int channel, int note, int value) {
    for (int v = 0; v < s->config.voices; v++) {
        const NoteContour *p = &s->part[v].performance;
        if (s->part[v].active && p->channel == channel && p->note == note)
            s->part[v].hands.pressure = (float)value / 127.0f;
    }
}

static void note_expression(Synth *s, int channel, int note, int target, float value) {
    for (int v = 0; v < s->config.voices; v++) {
        const NoteContour *p = &s->part[v].performance;
        if (s->part[v].active && p->channel == channel && p->note == note) s->part[v].hands.note[target] = value;
    }
}

/* Silence, and all as it was in the beginning but what is the player's own: the room's level, zones, the keys' tuning. */
static void power_up(Synth *s, int64_t time) {
    for (int i = 0; i < MIDI_CHANNELS; i++) {
        silence(s, time, i);
        reset_controllers(s, time, i);
        channel_power_up(&s->channel[i]);
        s->channel[i].bend_range = usual_bend_range(s, i);
    }
    voice_allocator_reset_modes(&s->voices, s->config.mode);
    s->master_target = 1;
    s->master_fine = s->master_coarse = 0;
}

static void play_master(Synth *s, int64_t time, int what, float value) {
    switch (what) {
    case MASTER_RESET:
        power_up(s, time);
        break;
    case MASTER_VOLUME:
        s->master_target = value;
        break;
    case MASTER_FINE:
        s->master_fine = value;
        break;
    case MASTER_COARSE:
        s->master_coarse = value;
        break;
    default:
        break;
    }
}

void midi_play(Synth *s, int64_t time, const Event *event) {
    if (event->master) {
        play_master(s, time, event->master, event->value);
        return;
    }
    if (event->expression) {
        note_expression(s, event->bytes[0], event->bytes[1] & 127, event->expression - 1, event->value);
        return;
    }
    /* Data bytes have seven bits; whoever sends more gets those. */
    int channel = event->bytes[0] & 15, a = event->bytes[1] & 127, b = event->bytes[2] & 127;
    int kind = event->bytes[0] & 0xF0, whole = event->size >= (kind == 0xC0 || kind == 0xD0 ? 2 : kind == 0xF0 ? 1 : 3);
    if (!whole) return;
    switch (kind) {
    case 0x80:
        voice_allocator_note_off(&s->voices, time, channel, a);
        break;
    case 0x90:
        if (b) note_on(s, time, channel, a, b, event->cents);
        else voice_allocator_note_off(&s->voices, time, channel, a);
        break;
    case 0xA0:
        if (!mpe_is_member(&s->mpe, channel)) key_pressure(s, channel, a, b);
        return;
    case 0xB0:
        controller(s, time, channel, a, b);
        break;
    case 0xD0:
        s->channel[channel].pressure = (uint8_t)a;
        move_shared(s, channel, MOD_PRESSURE);
        return;
    case 0xE0:
        s->channel[channel].bend = (b << 7 | a) - 8192;
        move_shared(s, channel, MOD_BEND);
        return;
    default:
        if (event->bytes[0] == 0xFF) power_up(s, time); /* system reset */
        return;
    }
    note_lifecycle_freeze(s);
}
