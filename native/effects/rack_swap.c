#include "effects/rack_swap.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define LEVEL_DB 40.0f /* times log10 of a macro: half of it is 12 dB less */
#define LEAST_DB -60.0f

enum { LINE, LEVEL, SHELF };

/* The amount that each macro moves, from where to where, and the switch of its unit. */
static const struct {
    size_t on, amount;
    int law;
    float low, high;
} macros[MACROS] = {
    {offsetof(RackSettings, drive.on), offsetof(RackSettings, drive.amount), LINE, 0, 36},
    {offsetof(RackSettings, compressor.on), offsetof(RackSettings, compressor.threshold), LINE, 0, -40},
    {offsetof(RackSettings, equalizer.on), offsetof(RackSettings, equalizer.low_shelf_gain), SHELF, -12, 12},
    {offsetof(RackSettings, equalizer.on), offsetof(RackSettings, equalizer.high_shelf_gain), SHELF, -12, 12},
    {offsetof(RackSettings, chorus.on), offsetof(RackSettings, chorus.mix), LINE, 0, 0.5f},
    {offsetof(RackSettings, echo.on), offsetof(RackSettings, echo.level), LEVEL, 0, 0},
    {offsetof(RackSettings, reverb.on), offsetof(RackSettings, reverb.level), LEVEL, 0, 0},
};

static int *switch_of(RackSettings *s, int macro) { return (int *)((char *)s + macros[macro].on); }
static float *amount_of(RackSettings *s, int macro) { return (float *)((char *)s + macros[macro].amount); }

void rack_swap_init(RackSwap *r) {
    memset(r, 0, sizeof *r);
    triple_init(&r->turn);
    for (int i = 0; i < MACROS; i++) r->macro[i] = -1;
}

void rack_swap_write(RackSwap *r, const RackSettings *settings) {
    r->slot[r->turn.back] = *settings;
    triple_put(&r->turn);
}

void rack_swap_take(RackSwap *r) {
    if (!triple_take(&r->turn)) return;
    RackSettings now = r->slot[r->turn.front];
    for (int i = 0; i < MACROS; i++) {
        const int set = *amount_of(&now, i) != *amount_of(&r->taken, i) || *switch_of(&now, i) != *switch_of(&r->taken, i);
        if (set || now.serial != r->taken.serial) r->macro[i] = -1;
    }
    r->taken = now;
    r->known = 1;
}

void rack_swap_move(RackSwap *r, int macro, float value) { r->macro[macro] = value; }

static float amount(int macro, float value) {
    if (macros[macro].law == LEVEL) return value > 0 ? fmaxf(LEAST_DB, LEVEL_DB * log10f(value)) : LEAST_DB;
    return macros[macro].low + (macros[macro].high - macros[macro].low) * value;
}

RackSettings rack_swap_settings(const RackSwap *r) {
    RackSettings s = r->taken;
    for (int i = 0; i < MACROS; i++) {
        if (!r->known || r->macro[i] < 0) continue;
        *amount_of(&s, i) = amount(i, r->macro[i]);
        if (macros[i].law == SHELF) *switch_of(&s, i) |= *amount_of(&s, i) != 0;
        else *switch_of(&s, i) = r->macro[i] > 0;
    }
    /* A lower threshold is to be heard as denser, not as softer. */
    if (r->known && r->macro[MACRO_SQUEEZE] > 0) s.compressor.automatic = 1;
    return s;
}
