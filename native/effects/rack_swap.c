#include "effects/rack_swap.h"

#include <math.h>
#include <string.h>

#include "effects/units.h"

#define MOST_DRIVE 36.0f     /* dB */
#define LEAST_THRESHOLD -40.0f
#define MOST_SHELF 12.0f     /* dB, to either side */
#define MOST_CHORUS 0.5f     /* as much of it as of the dry sound */
#define HALF_MAKEUP 0.5f     /* of what full scale is lowered by */

void rack_swap_init(RackSwap *r) {
    memset(r, 0, sizeof *r);
    triple_init(&r->turn);
    r->macro[MACRO_LOW] = r->macro[MACRO_HIGH] = 0.5f;
}

void rack_swap_write(RackSwap *r, const RackSettings *settings) {
    r->slot[r->turn.back] = *settings;
    triple_put(&r->turn);
}

void rack_swap_take(RackSwap *r) { r->known |= triple_take(&r->turn); }

void rack_swap_move(RackSwap *r, int macro, float value) { r->macro[macro] = value; }

/* From what is set, or from nothing where the unit is off, to the most. */
static float toward(int on, float set, float nothing, float most, float share) {
    const float from = on ? set : nothing;
    return from + (most - from) * share;
}

/* The same for a level: at half it is 12 dB below the most. */
static float level_toward(int on, float set, float share) {
    const float from = on && set > OFF_DB ? (float)gain_of_db(set) : 0.0f, gain = from + (1.0f - from) * share * share;
    return gain > 0 ? fmaxf(OFF_DB, 20.0f * log10f(gain)) : OFF_DB;
}

static void shelf(EqualizerSettings *s, float *gain, float macro) {
    if (macro == 0.5f) return;
    *gain += MOST_SHELF * (2.0f * macro - 1.0f);
    s->on = 1;
}

static void squeeze(CompressorSettings *s, float share) {
    const float before = s->on ? s->threshold : 0.0f, threshold = toward(s->on, before, 0.0f, fminf(before, LEAST_THRESHOLD), share);
    /* A lower threshold is to be heard as denser, not as softer. */
    s->makeup += HALF_MAKEUP * (1.0f - 1.0f / fmaxf(1.0f, s->ratio)) * (before - threshold);
    s->threshold = threshold;
    s->on = 1;
}

RackSettings rack_swap_settings(const RackSwap *r) {
    RackSettings s = r->slot[r->turn.front];
    const float *m = r->macro;
    if (!r->known) return s;
    /* At rest the other settings of a unit that is off do not matter, and its switch stays as it is. */
    if (m[MACRO_DRIVE] > 0) {
        s.drive.amount = toward(s.drive.on, s.drive.amount, 0, MOST_DRIVE, m[MACRO_DRIVE]);
        s.drive.on = 1;
    }
    if (m[MACRO_SQUEEZE] > 0) squeeze(&s.compressor, m[MACRO_SQUEEZE]);
    shelf(&s.equalizer, &s.equalizer.low_shelf_gain, m[MACRO_LOW]);
    shelf(&s.equalizer, &s.equalizer.high_shelf_gain, m[MACRO_HIGH]);
    if (m[MACRO_CHORUS] > 0) {
        s.chorus.mix = toward(s.chorus.on, s.chorus.mix, 0, fmaxf(MOST_CHORUS, s.chorus.on ? s.chorus.mix : 0), m[MACRO_CHORUS]);
        s.chorus.on = 1;
    }
    if (m[MACRO_ECHO] > 0) {
        s.echo.level = level_toward(s.echo.on, s.echo.level, m[MACRO_ECHO]);
        s.echo.on = 1;
    }
    if (m[MACRO_REVERB] > 0) {
        s.reverb.level = level_toward(s.reverb.on, s.reverb.level, m[MACRO_REVERB]);
        s.reverb.on = 1;
    }
    return s;
}
