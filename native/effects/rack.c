#include "effects/rack.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/simd.h"
#include "effects/units.h"

#define SILENT 1e-8f   /* what comes out counts as silence below that */
#define GLIDE_HOPS 8   /* in which settings go over: a band that sweeps faster is heard as a click */
#define NONSENSE 1e6f  /* from here on a sample is none */

void rack_init(Rack *r, Arena *arena, double sample_rate, int inserts) {
    memset(r, 0, sizeof *r);
    r->units = inserts ? UNIT_CHORUS : UNITS;
    drive_init(&r->drive, sample_rate);
    equalizer_init(&r->equalizer, sample_rate);
    compressor_init(&r->compressor, sample_rate);
    if (inserts) return;
    chorus_init(&r->chorus, arena, sample_rate);
    echo_init(&r->echo, arena, sample_rate);
    reverb_init(&r->reverb, arena, sample_rate);
}

void rack_reset(Rack *r) {
    memset(r->unit, 0, sizeof r->unit);
    r->runs = 0;
}

static int is_on(const RackSettings *s, int unit) {
    switch (unit) {
    case UNIT_DRIVE:
        return s->drive.on && s->drive.mix > 0;
    case UNIT_EQUALIZER:
        return s->equalizer.on;
    case UNIT_COMPRESSOR:
        return s->compressor.on;
    case UNIT_CHORUS:
        return s->chorus.on && s->chorus.mix > 0;
    case UNIT_ECHO:
        return s->echo.on && s->echo.level > OFF_DB;
    default:
        return s->reverb.on && s->reverb.level > OFF_DB;
    }
}

/* Where the settings of a unit lie, which are nothing but words of four bytes. */
static const struct {
    size_t offset, words;
} place[UNITS] = {
    {offsetof(RackSettings, drive), sizeof(DriveSettings) / 4},
    {offsetof(RackSettings, equalizer), sizeof(EqualizerSettings) / 4},
    {offsetof(RackSettings, compressor), sizeof(CompressorSettings) / 4},
    {offsetof(RackSettings, chorus), sizeof(ChorusSettings) / 4},
    {offsetof(RackSettings, echo), sizeof(EchoSettings) / 4},
    {offsetof(RackSettings, reverb), sizeof(ReverbSettings) / 4},
};

static int differs(const RackSettings *before, const RackSettings *now, int unit) {
    const char *a = (const char *)before + place[unit].offset, *b = (const char *)now + place[unit].offset;
    for (size_t i = 0; i < place[unit].words; i++, a += 4, b += 4) {
        uint32_t x, y;
        memcpy(&x, a, 4);
        memcpy(&y, b, 4);
        if (x != y) return 1;
    }
    return 0;
}

static void reset(Rack *r, int unit) {
    switch (unit) {
    case UNIT_DRIVE:
        drive_reset(&r->drive);
        break;
    case UNIT_EQUALIZER:
        equalizer_reset(&r->equalizer);
        break;
    case UNIT_COMPRESSOR:
        compressor_reset(&r->compressor);
        break;
    case UNIT_CHORUS:
        chorus_reset(&r->chorus);
        break;
    case UNIT_ECHO:
        echo_reset(&r->echo);
        break;
    default:
        reverb_reset(&r->reverb);
    }
}

static void aim(Rack *r, int unit, int64_t position, int hop) {
    const int length = GLIDE_HOPS * hop;
    const RackSettings *s = &r->settings;
    RackUnit *u = &r->unit[unit];
    u->again = 0;
    switch (unit) {
    case UNIT_DRIVE:
        drive_aim(&r->drive, &s->drive, position, length);
        break;
    case UNIT_EQUALIZER:
        equalizer_aim(&r->equalizer, &s->equalizer, position, length);
        break;
    case UNIT_COMPRESSOR:
        compressor_aim(&r->compressor, &s->compressor, position, length);
        break;
    case UNIT_CHORUS:
        chorus_aim(&r->chorus, &s->chorus, position, length);
        break;
    case UNIT_ECHO:
        u->again = echo_aim(&r->echo, &s->echo, u->on, position, length);
        break;
    default:
        u->again = reverb_aim(&r->reverb, &s->reverb, u->on, position, length);
    }
}

static int64_t memory_of(const Rack *r, int unit) {
    switch (unit) {
    case UNIT_CHORUS:
        return chorus_memory(&r->chorus);
    case UNIT_ECHO:
        return echo_memory(&r->echo);
    case UNIT_REVERB:
        return reverb_memory(&r->reverb);
    default:
        return 0; /* what comes out says all */
    }
}

/* Lets a unit sleep that has been silent for longer than it remembers. From then on nothing comes out until something
   comes in, and so nobody can tell where it was left out: only the compressor's gain outlasts silence, and sleeps once
   it has come to rest. */
static void rest(Rack *r, int unit, int64_t position, int length) {
    RackUnit *u = &r->unit[unit];
    const int settled = unit == UNIT_COMPRESSOR ? compressor_rests(&r->compressor) : 1;
    u->quiet = u->sounded ? 0 : u->quiet + position - r->stepped;
    u->sounded = 0;
    if (u->asleep || !settled || u->quiet <= memory_of(r, unit)) return;
    u->asleep = 1;
    if (unit == UNIT_COMPRESSOR) return;
    reset(r, unit);
    aim(r, unit, position, length);
}

/* Returns whether the unit's settings count from now on, though they did not change. */
static int turn(Rack *r, int unit, int on, int64_t position, int length) {
    RackUnit *u = &r->unit[unit];
    if (on == u->on) return 0;
    if (!u->runs) {
        *u = (RackUnit){.runs = 1, .fade = {position, length, 0, 1}};
        reset(r, unit);
    } else {
        ramp_to(&u->fade, position, length, (float)on);
    }
    u->on = on;
    return 1;
}

void rack_step(Rack *r, const RackSettings *settings, int64_t position, int length) {
    const RackSettings before = r->settings;
    r->settings = *settings;
    r->runs = 0;
    for (int unit = 0; unit < r->units; unit++) {
        RackUnit *u = &r->unit[unit];
        if (u->runs) rest(r, unit, position, length);
        const int turned = turn(r, unit, is_on(settings, unit), position, length);
        if (!u->on && ramp_at(&u->fade, position) <= 0) u->runs = 0;
        if (!u->runs) continue;
        r->runs = 1;
        if (!turned && !u->again && !differs(&before, settings, unit)) continue;
        u->asleep = 0;
        aim(r, unit, position, length);
    }
    r->stepped = position;
}

HOT static int louder(const float *left, const float *right, int size, float than) {
    int found = 0;
    for (int i = 0; i < size; i++) found |= (fabsf(left[i]) > than) | (fabsf(right[i]) > than);
    return found;
}

/* Whether a unit has anything to do with these samples. */
static int wakes(RackUnit *u, const float *left, const float *right, int size) {
    if (!u->runs) return 0;
    const int sounds = louder(left, right, size, 0);
    u->sounded |= sounds;
    if (sounds) u->asleep = 0;
    return !u->asleep;
}

static void fade(const RackUnit *u, int64_t position, const float *dry, float *wet, int size) {
    for (int i = 0; i < size; i++) {
        const float share = ramp_at(&u->fade, position + i);
        if (share < 1) wet[i] = dry[i] + (wet[i] - dry[i]) * share;
    }
}

static void insert(Rack *r, int unit, int64_t position, float *left, float *right, int size) {
    float dry[2][RACK_MOST];
    RackUnit *u = &r->unit[unit];
    if (!wakes(u, left, right, size)) return;
    const int fades = ramp_at(&u->fade, position) < 1 || u->fade.to < 1;
    if (fades) {
        memcpy(dry[0], left, (size_t)size * sizeof *left);
        memcpy(dry[1], right, (size_t)size * sizeof *right);
    }
    if (unit == UNIT_DRIVE) drive_render(&r->drive, position, left, right, size);
    else if (unit == UNIT_EQUALIZER) equalizer_render(&r->equalizer, position, left, right, size);
    else if (unit == UNIT_COMPRESSOR) compressor_render(&r->compressor, position, left, right, size);
    else chorus_render(&r->chorus, position, left, right, size);
    if (fades) {
        fade(u, position, dry[0], left, size);
        fade(u, position, dry[1], right, size);
    }
    u->sounded |= louder(left, right, size, SILENT);
}

static void add(float *to, const float *from, int size) {
    for (int i = 0; i < size; i++) to[i] += from[i];
}

/* The reverb takes the dry sound and what the echo sends it. */
static void surround(Rack *r, int64_t position, float *left, float *right, int size) {
    float echo[2][RACK_MOST], in[2][RACK_MOST], reverb[2][RACK_MOST], send[2][RACK_MOST];
    RackUnit *echoes = &r->unit[UNIT_ECHO], *reverbs = &r->unit[UNIT_REVERB];
    memcpy(in[0], left, (size_t)size * sizeof *left);
    memcpy(in[1], right, (size_t)size * sizeof *right);
    if (wakes(echoes, left, right, size)) {
        echo_render(&r->echo, position, left, right, (float *const[2]){echo[0], echo[1]},
                    (float *const[2]){send[0], send[1]}, size);
        echoes->sounded |= louder(echo[0], echo[1], size, SILENT);
        add(left, echo[0], size), add(right, echo[1], size);
        add(in[0], send[0], size), add(in[1], send[1], size);
    }
    if (wakes(reverbs, in[0], in[1], size)) {
        reverb_render(&r->reverb, position, in[0], in[1], (float *const[2]){reverb[0], reverb[1]}, size);
        reverbs->sounded |= louder(reverb[0], reverb[1], size, SILENT);
        add(left, reverb[0], size), add(right, reverb[1], size);
    }
}

/* NaN would stay in the recursions for ever. */
static void clean(float *samples, int size) {
    for (int i = 0; i < size; i++)
        if (!(fabsf(samples[i]) < NONSENSE)) samples[i] = 0;
}

void rack_render(Rack *r, int64_t position, float *left, float *right, int size) {
    if (!r->runs) return;
    clean(left, size);
    clean(right, size);
    for (int unit = 0; unit < UNIT_ECHO && unit < r->units; unit++) insert(r, unit, position, left, right, size);
    if (r->units == UNITS) surround(r, position, left, right, size);
}

float rack_take_reduction(Rack *r) {
    const float taken = compressor_take_reduction(&r->compressor);
    return r->unit[UNIT_COMPRESSOR].runs ? taken : 1.0f;
}
