#include "midi.h"

#define DOWN 64 /* of a pedal */

static void silence(Synth *s, int64_t time, int channel) {
    if (s->current) voices_all_sound_off(&s->voices, time, channel);
}

static void reset_controllers(Synth *s, int64_t time, int channel) {
    channel_reset_controllers(&s->channel[channel]);
    voices_legato(&s->voices, channel, 0);
    voices_sostenuto(&s->voices, time, channel, 0);
    voices_sustain(&s->voices, time, channel, 0);
    for (int v = 0; v < s->config.voices; v++)
        if (s->part[v].performance.channel == channel) s->part[v].performance.pressure = 0;
}

/* One channel's part of a controller; with MPE, a master's concern its whole zone. */
static void control(Synth *s, int64_t time, int channel, int number, int value) {
    channel_control(&s->channel[channel], number, value);
    switch (number) {
    case CC_SUSTAIN:
        voices_sustain(&s->voices, time, channel, value >= DOWN);
        break;
    case CC_SOSTENUTO:
        voices_sostenuto(&s->voices, time, channel, value >= DOWN);
        break;
    case CC_LEGATO:
        voices_legato(&s->voices, channel, value >= DOWN);
        break;
    case CC_ROOM:
        s->wet_target = (float)value / 127.0f;
        break;
    case CC_ALL_SOUND_OFF:
        silence(s, time, channel);
        break;
    case CC_RESET_CONTROLLERS:
        reset_controllers(s, time, channel);
        break;
    case CC_MONO:
    case CC_POLY:
        voices_all_notes_off(&s->voices, time, channel);
        voices_set_mode(&s->voices, time, number == CC_POLY ? MODE_POLY : MODE_MONO);
        break;
    default: /* 124 and 125, omni, mean all notes off too */
        if (number >= CC_ALL_NOTES_OFF) voices_all_notes_off(&s->voices, time, channel);
        break;
    }
}

static int concerns_zone(int number) {
    return number == CC_SUSTAIN || number == CC_SOSTENUTO || number == CC_LEGATO || number == CC_ALL_SOUND_OFF ||
           number == CC_RESET_CONTROLLERS || (number >= CC_ALL_NOTES_OFF && number < CC_MONO);
}

/* The registered parameter that was just given a value, where more than its channel is concerned. */
static void parameter(Synth *s, int channel) {
    const Channel *c = &s->channel[channel];
    if (c->parameter == RPN_MPE && (channel == MPE_LOWER_MASTER || channel == MPE_UPPER_MASTER)) {
        mpe_configure(&s->mpe, channel, c->control[CC_DATA]);
        for (int i = 0; i < 16; i++) {
            if (mpe_master(&s->mpe, i) != channel) continue;
            s->channel[i].bend_range = i == channel ? MPE_MASTER_BEND : MPE_MEMBER_BEND;
        }
    }
    if (c->parameter == RPN_BEND_RANGE && mpe_is_member(&s->mpe, channel))
        for (int i = 0; i < 16; i++) /* of all members, whichever was told */
            if (mpe_is_member(&s->mpe, i) && mpe_master(&s->mpe, i) == mpe_master(&s->mpe, channel))
                s->channel[i].bend_range = c->bend_range;
}

static void key_pressure(Synth *s, int channel, int note, int value) {
    for (int v = 0; v < s->config.voices; v++) {
        Performance *p = &s->part[v].performance;
        if (s->part[v].active && p->channel == channel && p->note == note) p->pressure = (float)value / 127.0f;
    }
}

static void update_gestures(Synth *s) {
    for (int i = 0; i < 16; i++) s->gesture[i] = channel_gesture(&s->channel[i]);
    for (int i = 0; i < 16; i++)
        if (mpe_is_member(&s->mpe, i)) gesture_add_master(&s->gesture[i], &s->gesture[mpe_master(&s->mpe, i)]);
}

static void controller(Synth *s, int64_t time, int channel, int number, int value) {
    control(s, time, channel, number, value);
    if (mpe_is_master(&s->mpe, channel) && concerns_zone(number))
        for (int i = 0; i < 16; i++)
            if (mpe_is_member(&s->mpe, i) && mpe_master(&s->mpe, i) == channel) control(s, time, i, number, value);
    if (number == CC_DATA || number == CC_DATA_FINE || number == CC_INCREMENT || number == CC_DECREMENT)
        parameter(s, channel);
}

void midi_play(Synth *s, int64_t time, const Event *event) {
    /* Data bytes have seven bits; whoever sends more gets those. */
    int channel = event->bytes[0] & 15, a = event->bytes[1] & 127, b = event->bytes[2] & 127;
    int size = event->size;
    switch (event->bytes[0] & 0xF0) {
    case 0x80:
        if (size == 3) voices_note_off(&s->voices, time, channel, a);
        return;
    case 0x90:
        if (size != 3) return;
        if (b == 0) voices_note_off(&s->voices, time, channel, a);
        else if (s->current && tuning_pitch(&s->tuning, channel, a) >= 0) voices_note_on(&s->voices, time, channel, a, b);
        return;
    case 0xA0:
        if (size == 3) key_pressure(s, channel, a, b);
        return;
    case 0xB0:
        if (size == 3) controller(s, time, channel, a, b);
        break;
    case 0xD0:
        if (size >= 2) s->channel[channel].pressure = (uint8_t)a;
        break;
    case 0xE0:
        if (size == 3) s->channel[channel].bend = (b << 7 | a) - 8192;
        break;
    default:
        if (event->bytes[0] != 0xFF) return; /* system reset */
        for (int i = 0; i < 16; i++) {
            silence(s, time, i);
            reset_controllers(s, time, i);
        }
        break;
    }
    update_gestures(s);
}
