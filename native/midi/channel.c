#include "midi/channel.h"

#include <math.h>
#include <string.h>

#define CENTRE 64
#define MOST_BEND 96.0f
#define LONGEST_GLIDE 4.0f   /* seconds */
#define SHORTEST_GLIDE 0.02f /* of a glide that CC84 asks for while portamento time is 0 */
#define USUAL_GLIDE 0.1f     /* until a portamento time is sent, so that the switch alone does something */
#define FIRST_EFFECT 91
#define LAST_EFFECT 95

void channel_init(Channel *c) {
    memset(c, 0, sizeof *c);
    c->bend_range = 2;
    c->modulation_range = USUAL_MODULATION;
    c->last_note = c->glide_from = -1;
    channel_reset_controllers(c);
}

/* MMA RP-015: bank, volume, pan, sound controllers and effects stay as they are; what is not named there goes back to
   rest. */
static int survives_reset(int number) {
    static const uint8_t single[] = {0, 7, 10, 32, 39, 42};
    for (int i = 0; i < (int)sizeof single; i++)
        if (number == single[i]) return 1;
    return (number >= 70 && number <= 79) || (number >= FIRST_EFFECT && number <= LAST_EFFECT);
}

void channel_reset_controllers(Channel *c) {
    for (int number = 0; number < CC_ALL_SOUND_OFF; number++)
        if (!survives_reset(number)) c->sent[number >> 5] &= ~(1u << (number & 31));
    c->control[CC_SUSTAIN] = c->control[CC_SOSTENUTO] = 0;
    c->control[CC_PORTAMENTO] = c->control[CC_LEGATO] = 0;
    c->bend = 0;
    c->pressure = 0;
    c->control[CC_RPN] = c->control[CC_RPN_FINE] = 127; /* null */
    c->parameter = c->glide_from = -1;
}

void channel_power_up(Channel *c) {
    Channel before = *c;
    channel_init(c);
    for (int number = FIRST_EFFECT; number <= LAST_EFFECT; number++) {
        c->control[number] = before.control[number];
        c->sent[number >> 5] |= before.sent[number >> 5] & 1u << (number & 31);
    }
}

/* The 14 bits of data entry, as the selected parameter means them. */
static void set_parameter(Channel *c) {
    int coarse = c->control[CC_DATA], fine = c->control[CC_DATA_FINE];
    switch (c->parameter) {
    case RPN_BEND_RANGE:
        c->bend_range = fminf(MOST_BEND, (float)coarse + (float)fine / 100.0f);
        break;
    case RPN_FINE_TUNING:
        c->fine = (float)((coarse << 7 | fine) - 8192) / 8192.0f;
        break;
    case RPN_COARSE_TUNING:
        c->coarse = (float)(coarse - CENTRE);
        break;
    case RPN_MODULATION_RANGE:
        c->modulation_range = (float)(coarse << 7 | fine) / 128.0f;
        break;
    default:
        break;
    }
}

/* Present value of a parameter as data entry has it: coarse * (steps of fine) + fine; -1: there is no such parameter. */
static int parameter_value(const Channel *c) {
    switch (c->parameter) {
    case RPN_BEND_RANGE:
        return (int)lrintf(c->bend_range * 100.0f);
    case RPN_FINE_TUNING:
        return (int)lrintf(c->fine * 8192.0f) + 8192;
    case RPN_COARSE_TUNING:
        return ((int)c->coarse + CENTRE) << 7;
    case RPN_MODULATION_RANGE:
        return (int)lrintf(c->modulation_range * 128.0f);
    default:
        return -1;
    }
}

/* Puts a value where data entry leaves it. */
static void enter(Channel *c, int value) {
    int steps = c->parameter == RPN_BEND_RANGE ? 100 : 128; /* of fine in one of coarse */
    c->control[CC_DATA] = (uint8_t)(value / steps);
    c->control[CC_DATA_FINE] = (uint8_t)(value % steps);
}

/* Data increment and decrement: the least step of the parameter, of coarse tuning a semitone. */
static void step_parameter(Channel *c, int direction) {
    int before = parameter_value(c), step = c->parameter == RPN_COARSE_TUNING ? 128 : 1;
    if (before < 0) return;
    int last = c->parameter == RPN_BEND_RANGE ? (int)(MOST_BEND * 100) : 128 * 128 - 1, value = before + direction * step;
    enter(c, value < 0 ? 0 : value > last ? last : value);
    set_parameter(c);
}

/* What data entry shows when a parameter is selected: its present value, for increments to start from. */
static void show_parameter(Channel *c) {
    int value = parameter_value(c);
    if (value >= 0) enter(c, value);
}

int channel_was_sent(const Channel *c, int number) { return (int)(c->sent[number >> 5] >> (number & 31)) & 1; }

void channel_control(Channel *c, int number, int value) {
    c->control[number] = (uint8_t)value;
    c->sent[number >> 5] |= 1u << (number & 31);
    switch (number) {
    case CC_RPN:
    case CC_RPN_FINE: {
        int selected = c->control[CC_RPN] << 7 | c->control[CC_RPN_FINE];
        c->parameter = selected == 0x3FFF ? -1 : selected;
        show_parameter(c);
        break;
    }
    case CC_NRPN:
    case CC_NRPN_FINE:
        c->parameter = -1;
        break;
    case CC_DATA:
        c->control[CC_DATA_FINE] = 0; /* a new coarse value stands alone until its fine part comes */
        /* fall through */
    case CC_DATA_FINE:
        set_parameter(c);
        break;
    case CC_INCREMENT:
        step_parameter(c, 1);
        break;
    case CC_DECREMENT:
        step_parameter(c, -1);
        break;
    case CC_PORTAMENTO_FROM:
        c->glide_from = value;
        break;
    default:
        break;
    }
}

float channel_glide(Channel *c, int note, int *from) {
    int named = c->glide_from;
    *from = named >= 0 ? named : c->last_note;
    c->glide_from = -1;
    c->last_note = note;
    if (*from < 0 || *from == note || (named < 0 && c->control[CC_PORTAMENTO] < 64)) return 0;
    float time = (float)(c->control[CC_PORTAMENTO_TIME] << 7 | c->control[CC_PORTAMENTO_TIME_FINE]) / 16383.0f;
    int timed = channel_was_sent(c, CC_PORTAMENTO_TIME) || channel_was_sent(c, CC_PORTAMENTO_TIME_FINE);
    float seconds = LONGEST_GLIDE * time * time * time; /* half a second in the middle */
    if (named >= 0) return fmaxf(SHORTEST_GLIDE, seconds);
    return timed ? seconds : USUAL_GLIDE;
}
