#include "expression/modulation.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/db.h"

#define SHUT_DB -200.0f
#define GATE_OPEN 8.0f      /* a gate is open from an eighth of the way on */
#define MOST_SEMITONES 192.0f
#define MOST_VIBRATO 200.0f /* cents, as much as a map may ask for */
#define STRIKE_SECONDS 0.01f /* in which a slurred key's velocity has come 63 % of its way */
#define NEAR 1e-6f          /* a smoothed gesture has arrived */

/* How several routes to a target combine, and the bounds of the result; all zero: they add up without bounds. */
typedef struct Combination {
    int strongest; /* counts of several */
    int zone;      /* a whole zone's: its members have none of their own */
    int at_key;    /* looked at as a key comes, and then no more */
    int bounded;
    float least, most;
    size_t given; /* an attribute, which the velocity has no say in if the note came with it: its offset, from 1 */
} Combination;

#define STRONGEST .strongest = 1
#define ZONE .zone = 1
#define AT_KEY .at_key = 1
#define WITHIN(low, high) .bounded = 1, .least = (low), .most = (high)
#define ATTRIBUTE(name) .given = 1 + offsetof(Attributes, name)
static const Combination TARGETS[MOD_TARGETS] = {
#define TARGET(name, field, ...) [MOD_##name] = {__VA_ARGS__},
#include "api/mod_targets.h"
#undef TARGET
};

static float place_of_velocity(int velocity) { return (float)(velocity - 1) / 126.0f; }

static float place_of_value(int curve, float value) {
    /* MMA RP-036: 1 is as far left as 0, so that 64 is the middle. */
    return curve == MOD_CENTRED ? fmaxf(0.0f, value - 1.0f) / 126.0f : value / 127.0f;
}

static int is_input(int gesture) { return gesture >= MOD_INPUT_LEVEL; }

/* Where a row's gesture is now, 0 .. 1. */
static float place(const ModRoute *row, const Modulation *h, const Channel *c) {
    if (is_input(row->gesture) && c->input_plays) return c->input[row->gesture - MOD_INPUT_LEVEL];
    switch (row->gesture) {
    case MOD_VELOCITY:
        return place_of_velocity(h->velocity);
    case MOD_KEY_PRESSURE:
        return h->pressure;
    case MOD_PRESSURE:
        return (float)c->pressure / 127.0f;
    case MOD_BEND:
        return 0.5f + 0.5f * (float)c->bend / (c->bend < 0 ? 8192.0f : 8191.0f);
    default:
        if (is_input(row->gesture) || !channel_was_sent(c, row->gesture)) return place_of_value(row->curve, row->rest);
        return place_of_value(row->curve, (float)c->control[row->gesture]);
    }
}

/* The same before anything is touched. */
static float place_at_rest(const ModRoute *row) {
    if (row->gesture == MOD_BEND) return 0.5f;
    const int rests = row->gesture < MOD_VELOCITY || is_input(row->gesture);
    return rests ? place_of_value(row->curve, row->rest) : 0.0f;
}

static float decibels(const ModRoute *row, float x) {
    return x > 0 ? fmaxf(row->low, row->high + 40.0f * log10f(x)) : row->low;
}

/* What a row makes of a gesture's place, in its target's unit. */
static float value(const ModRoute *row, float x) {
    switch (row->curve) {
    case MOD_SOFT:
        x *= x;
        break;
    case MOD_HARD:
        x = 1.0f - (1.0f - x) * (1.0f - x);
        break;
    case MOD_SWITCH:
        x = x < 0.5f ? 0.0f : 1.0f;
        break;
    case MOD_DECIBEL:
        return decibels(row, x);
    case MOD_GATE:
        return decibels(row, fminf(1.0f, GATE_OPEN * x));
    default:
        break;
    }
    return row->low + (row->high - row->low) * x;
}

static float value_on(const ModRoute *row, float x, const Channel *c) {
    int by_range = row->target == MOD_PITCH && row->low == row->high;
    if (by_range) return c->bend_range * (2.0f * x - 1.0f);
    int by_depth = row->target == MOD_VIBRATO && row->gesture == CC_MODULATION;
    if (!by_depth) return value(row, x);
    return fminf(MOST_VIBRATO, value(row, x) * (c->modulation_range / USUAL_MODULATION));
}

float mod_matrix_strength(const ModMatrix *map, int velocity) {
    float strength = 0;
    for (int i = 0; i < map->count; i++) {
        const ModRoute *row = &map->rows[i];
        if (row->gesture == MOD_VELOCITY && row->target == MOD_VOLUME)
            strength = fmaxf(strength, value(row, place_of_velocity(velocity)));
    }
    return strength;
}

float mod_matrix_velocity(const ModMatrix *map, int target, int velocity) {
    float sum = 0;
    for (int i = 0; i < map->count; i++) {
        const ModRoute *row = &map->rows[i];
        if (row->gesture == MOD_VELOCITY && row->target == target) sum += value(row, place_of_velocity(velocity));
    }
    return sum;
}

void modulation_remap(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master) {
    for (int i = 0; i < map->count; i++) {
        h->own[i] = place(&map->rows[i], h, own);
        h->master[i] = master ? place(&map->rows[i], h, master) : place_at_rest(&map->rows[i]);
    }
}

void modulation_begin(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master, int velocity) {
    h->velocity = velocity;
    h->pressure = 0;
    memset(h->note, 0, sizeof h->note);
    modulation_remap(h, map, own, master);
}

void modulation_strike(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master, int velocity) {
    h->velocity = velocity;
    h->pressure = 0;
    for (int i = 0; i < map->count; i++) {
        if (!map->rows[i].onset && !TARGETS[map->rows[i].target].at_key) continue;
        h->own[i] = place(&map->rows[i], h, own);
        h->master[i] = master ? place(&map->rows[i], h, master) : place_at_rest(&map->rows[i]);
    }
}

static void approach(float *at, float aim, float seconds, float smoothing) {
    if (*at == aim) return;
    *at += (aim - *at) * (smoothing > 0 ? 1.0f - expf(-seconds / smoothing) : 1.0f);
    if (fabsf(aim - *at) < NEAR) *at = aim;
}

void modulation_follow(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master, float seconds) {
    for (int i = 0; i < map->count; i++) {
        const ModRoute *row = &map->rows[i];
        if (row->onset) continue;
        const float smoothing = row->gesture == MOD_VELOCITY ? STRIKE_SECONDS : row->smoothing_seconds;
        approach(&h->own[i], place(row, h, own), seconds, smoothing);
        if (master) approach(&h->master[i], place(row, h, master), seconds, smoothing);
    }
}

/* Whether a note came with what this row would set by its velocity. */
static int is_given(int target, const Attributes *given) {
    const size_t at = TARGETS[target].given;
    return at && !isnan(*(const float *)((const char *)given + at - 1));
}

static void add(float *sum, const ModRoute *row, float amount) {
    *sum = TARGETS[row->target].strongest ? fmaxf(*sum, amount) : *sum + amount;
}

static float clamp(float x, float low, float high) { return fminf(high, fmaxf(low, x)); }

/* What a target comes to. */
static float settled(int target, const float *sum) {
    const Combination *how = &TARGETS[target];
    return how->bounded ? clamp(sum[target], how->least, how->most) : sum[target];
}

ModValues modulation_values(const Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master,
                      const Attributes *given) {
    float sum[MOD_TARGETS];
    memcpy(sum, h->note, sizeof sum);
    for (int i = 0; i < map->count; i++) {
        const ModRoute *row = &map->rows[i];
        const Combination *how = &TARGETS[row->target];
        int by_velocity = row->gesture == MOD_VELOCITY, by_key = by_velocity || row->gesture == MOD_KEY_PRESSURE;
        if (by_velocity && (row->target == MOD_VOLUME || is_given(row->target, given))) continue;
        if (!master || !how->zone) add(&sum[row->target], row, value_on(row, h->own[i], own));
        if (!master || by_key || is_input(row->gesture)) continue;
        float rest = how->strongest || how->zone ? 0.0f : value(row, place_at_rest(row));
        if (row->target == MOD_PITCH && row->low == row->high) rest = 0;
        add(&sum[row->target], row, value_on(row, h->master[i], master) - rest);
    }
    ModValues values = {
#define TARGET(name, field, ...) .field = settled(MOD_##name, sum),
#include "api/mod_targets.h"
#undef TARGET
    };
    /* Equal power, 1 at the centre. */
    const float angle = (values.pan + 1.0f) * 0.785398163f;
    const float gain = values.gain_db > SHUT_DB ? 1.41421356f * gain_of_dbf(values.gain_db) : 0.0f;
    const float tuning = own->fine + own->coarse + (master ? master->fine + master->coarse : 0.0f);
    values.bend = clamp(values.pitch + tuning, -MOST_SEMITONES, MOST_SEMITONES);
    values.vibrato = values.vibrato_cents / 100.0f;
    values.gain_left = gain * cosf(angle);
    values.gain_right = gain * sinf(angle);
    return values;
}

const ModRoute *modulation_shared(const ModMatrix *map, const Channel *channel, int gesture, int target, float *to) {
    static const Modulation none = {.velocity = 1};
    for (int i = 0; i < map->count; i++) {
        const ModRoute *row = &map->rows[i];
        if (row->target != target || row->gesture != gesture) continue;
        *to = clamp(value(row, place(row, &none, channel)), 0.0f, 1.0f);
        return row;
    }
    return NULL;
}
