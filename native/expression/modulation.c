#include "expression/modulation.h"

#include <math.h>
#include <stddef.h>

#define SHUT_DB -200.0f
#define GATE_OPEN 8.0f      /* a gate is open from an eighth of the way on */
#define MOST_OCTAVES 2.0f   /* of brightness, to either side */
#define MOST_SEMITONES 192.0f
#define MOST_BALANCE_DB 48.0f
#define MOST_VIBRATO 200.0f /* cents, as much as a map may ask for */
#define STRIKE_SECONDS 0.01f /* in which a slurred key's velocity has come 63 % of its way */
#define MOST_FORMANT 12.0f  /* semitones */
#define NEAR 1e-6f          /* a smoothed gesture has arrived */

static float place_of_velocity(int velocity) { return (float)(velocity - 1) / 126.0f; }

static float place_of_value(int curve, float value) {
    /* MMA RP-036: 1 is as far left as 0, so that 64 is the middle. */
    return curve == MOD_CENTRED ? fmaxf(0.0f, value - 1.0f) / 126.0f : value / 127.0f;
}

/* Where a row's gesture is now, 0 .. 1. */
static float place(const ModRoute *row, const Modulation *h, const Channel *c) {
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
        return place_of_value(row->curve, channel_was_sent(c, row->gesture) ? (float)c->control[row->gesture] : row->rest);
    }
}

/* The same before anything is touched. */
static float place_at_rest(const ModRoute *row) {
    if (row->gesture == MOD_BEND) return 0.5f;
    return row->gesture < MOD_VELOCITY ? place_of_value(row->curve, row->rest) : 0.0f;
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
    modulation_remap(h, map, own, master);
}

/* Whether what a target is matters as a key comes, and then no more. */
static int looked_at_key(int target) {
    return target == MOD_LEGATO_TIME || target == MOD_TRANSITION_DEPTH || target == MOD_EXPRESSION;
}

void modulation_strike(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master, int velocity) {
    h->velocity = velocity;
    h->pressure = 0;
    for (int i = 0; i < map->count; i++) {
        if (!map->rows[i].onset && !looked_at_key(map->rows[i].target)) continue;
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
    switch (target) {
    case MOD_FLUCTUATION:
        return !isnan(given->volume_fluctuation);
    case MOD_PEAK:
        return !isnan(given->volume_peak_position);
    case MOD_VIBRATO:
        return !isnan(given->vibrato);
    case MOD_BRIGHTNESS:
        return !isnan(given->brightness);
    case MOD_ATTACK_NOISE:
        return !isnan(given->attack_noise);
    default:
        return 0;
    }
}

/* Of several rows for the volume or the vibrato the strongest counts; for all else they add up. */
static int strongest_counts(int target) { return target == MOD_VOLUME || target == MOD_VIBRATO; }

/* Volume and pan are the whole zone's. */
static int is_masters(int target) { return target == MOD_GAIN || target == MOD_PAN; }

static void add(float *sum, const ModRoute *row, float amount) {
    *sum = strongest_counts(row->target) ? fmaxf(*sum, amount) : *sum + amount;
}

static float clamp(float x, float low, float high) { return fminf(high, fmaxf(low, x)); }

ModValues modulation_values(const Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master,
                      const Attributes *given) {
    float sum[MOD_TARGETS] = {0};
    for (int i = 0; i < map->count; i++) {
        const ModRoute *row = &map->rows[i];
        int by_velocity = row->gesture == MOD_VELOCITY, by_key = by_velocity || row->gesture == MOD_KEY_PRESSURE;
        if (by_velocity && (row->target == MOD_VOLUME || is_given(row->target, given))) continue;
        if (!master || !is_masters(row->target)) add(&sum[row->target], row, value_on(row, h->own[i], own));
        if (!master || by_key) continue;
        float rest = strongest_counts(row->target) || is_masters(row->target) ? 0.0f : value(row, place_at_rest(row));
        if (row->target == MOD_PITCH && row->low == row->high) rest = 0;
        add(&sum[row->target], row, value_on(row, h->master[i], master) - rest);
    }
    /* Equal power, 1 at the centre. */
    float angle = (clamp(sum[MOD_PAN], -1.0f, 1.0f) + 1.0f) * 0.785398163f;
    float gain = sum[MOD_GAIN] > SHUT_DB ? 1.41421356f * exp2f(sum[MOD_GAIN] * 0.16609640f) : 0.0f;
    float tuning = own->fine + own->coarse + (master ? master->fine + master->coarse : 0.0f);
    return (ModValues){.bend = clamp(sum[MOD_PITCH] + tuning, -MOST_SEMITONES, MOST_SEMITONES),
                     .volume = clamp(sum[MOD_VOLUME], 0.0f, 1.0f),
                     .level_db = fmaxf(SHUT_DB, sum[MOD_LEVEL]),
                     .fluctuation_db = sum[MOD_FLUCTUATION],
                     .peak = sum[MOD_PEAK],
                     .vibrato = sum[MOD_VIBRATO] / 100.0f,
                     .brightness = clamp(sum[MOD_BRIGHTNESS], -MOST_OCTAVES, MOST_OCTAVES),
                     .noise_db = sum[MOD_ATTACK_NOISE],
                     .balance_db = clamp(sum[MOD_BALANCE], -MOST_BALANCE_DB, MOST_BALANCE_DB),
                     .formant = clamp(sum[MOD_FORMANT], -MOST_FORMANT, MOST_FORMANT),
                     .gain_left = gain * cosf(angle),
                     .gain_right = gain * sinf(angle),
                     .legato_octaves = clamp(sum[MOD_LEGATO_TIME], -MOST_OCTAVES, MOST_OCTAVES),
                     .depth = sum[MOD_TRANSITION_DEPTH],
                     .expression = sum[MOD_EXPRESSION],
                     .rate_octaves = clamp(sum[MOD_VIBRATO_RATE], -MOST_OCTAVES, MOST_OCTAVES),
                     .vibrato_delay = sum[MOD_VIBRATO_DELAY]};
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
