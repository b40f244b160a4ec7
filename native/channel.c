#include "channel.h"

#include <math.h>
#include <string.h>

#define SHUT_DB -200.0f

void channel_init(Channel *c) {
    memset(c, 0, sizeof *c);
    c->control[CC_VOLUME] = 100;
    c->control[CC_PAN] = 64;
    c->bend_range = 2;
    channel_reset_controllers(c);
}

void channel_reset_controllers(Channel *c) {
    c->control[CC_MODULATION] = 0;
    c->control[CC_BREATH] = CC_NONE;
    c->control[CC_EXPRESSION] = 127;
    c->control[CC_SUSTAIN] = 0;
    c->bend = 0;
    c->pressure = 0;
    c->control[CC_RPN] = c->control[CC_RPN_FINE] = 127; /* null */
    c->parameter = -1;
}

void channel_control(Channel *c, int number, int value) {
    c->control[number] = (uint8_t)value;
    switch (number) {
    case CC_RPN:
    case CC_RPN_FINE: {
        int selected = c->control[CC_RPN] << 7 | c->control[CC_RPN_FINE];
        c->parameter = selected == 0x3FFF ? -1 : selected;
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
        if (c->parameter == 0)
            c->bend_range = fminf(96.0f, (float)c->control[CC_DATA] + (float)c->control[CC_DATA_FINE] / 100.0f);
        break;
    default:
        break;
    }
}

/* The law of General MIDI for volume and expression: 40 log10(value / 127) dB. */
static float level_db(int value) { return value ? 40.0f * log10f((float)value / 127.0f) : SHUT_DB; }

Gesture channel_gesture(const Channel *c) {
    Gesture g;
    g.bend = c->bend_range * (float)c->bend / (c->bend < 0 ? 8192.0f : 8191.0f);
    g.vibrato = (float)c->control[CC_MODULATION] / 127.0f;
    g.pressure = (float)c->pressure / 127.0f;
    g.level_db = level_db(c->control[CC_EXPRESSION]);
    if (c->control[CC_BREATH] != CC_NONE) g.level_db += level_db(c->control[CC_BREATH]);
    float volume = (float)c->control[CC_VOLUME] / 127.0f;
    /* Equal power, 1 at the centre; 1 and 127 are both as far as 63 steps from 64. */
    float place = fmaxf(0.0f, ((float)c->control[CC_PAN] - 1.0f) / 126.0f) * 1.57079633f;
    g.gain_left = volume * volume * 1.41421356f * cosf(place);
    g.gain_right = volume * volume * 1.41421356f * sinf(place);
    return g;
}
