#include "input/pitch_follower.h"

#include <math.h>

#include "base/db.h"

#define LOWEST_DB -80.0f
#define VOICED_SECONDS 0.006f  /* in which harmonics come ... */
#define UNVOICED_SECONDS 0.035f /* ... and give way to breath */
#define BREATH_SECONDS 0.05f   /* in which what is left dies away */
#define BREATH_DB 6.0f         /* that breath is softer than the note, told by the same loudness */
#define FALL_DB 90.0f          /* a second, of the loudness while nothing is heard */
#define TOLD_FALL_DB 12.0f
#define FORGOTTEN 0.05f       /* voicing of a note that is over: the next one is none of its breath */
#define SNAP_SECONDS 0.012f
#define STICKY 0.12f           /* of the way between two notes of the scale, beyond the middle, to leave one */
#define GONE 1e-3f

#define READ(x) atomic_load_explicit(&(x), memory_order_relaxed)

void pitch_follower_settings_init(FollowSettings *settings) {
    atomic_store(&settings->gate_db, -55.0f);
    atomic_store(&settings->loudest_db, -16.0f);
    for (int i = 0; i < MAP_SIZE; i++) {
        atomic_store(&settings->decoder_db[i], LOWEST_DB + (float)(MAP_STEP_DB * i));
        atomic_store(&settings->target_db[i], LOWEST_DB + (float)(MAP_STEP_DB * i));
    }
}

float pitch_follower_map(const _Atomic float *table, float loudness_db) {
    float at = fminf(MAP_SIZE - 1.001f, fmaxf(0.0f, (loudness_db - LOWEST_DB) / MAP_STEP_DB));
    int below = (int)at;
    float low = READ(table[below]), high = READ(table[below + 1]);
    return low + (high - low) * (at - (float)below);
}

/* The nearest note of the scale, but the one before as long as the pitch is not well beyond the middle. */
static float nearest(const FollowSettings *s, float pitch, float before) {
    int size = READ(s->scale_size);
    float best = before;
    float distance = before < 0 ? 1e9f : fabsf(pitch - before) * (1.0f - 2.0f * STICKY);
    for (int i = 0; i < size; i++) {
        float note = READ(s->scale[i]), away = fabsf(pitch - note);
        if (away < distance) {
            best = note;
            distance = away;
        }
    }
    return best;
}

static float approach(float from, float to, float frame, float seconds) {
    return from + (to - from) * fminf(1.0f, frame / seconds);
}

static void hear_pitch(PitchFollower *f, const FollowSettings *s, float f0_hz, float seconds) {
    f->pitch = 69.0f + 12.0f * log2f(f0_hz / 440.0f) + READ(s->shift);
    float snap = READ(s->snap);
    if (snap <= 0 || !READ(s->scale_size)) {
        f->near = -1.0f;
        f->correction = approach(f->correction, 0.0f, seconds, SNAP_SECONDS);
        return;
    }
    int begins = f->near < 0;
    float before = f->near;
    f->near = nearest(s, f->pitch, f->near);
    /* What was pulled down is now pulled up: that is a step of the scale, taken within SNAP_SECONDS. */
    float correction = snap * (f->near - f->pitch);
    f->correction = begins && before < 0 && !f->voicing ? correction
                                                        : approach(f->correction, correction, seconds, SNAP_SECONDS);
}

FollowFrame pitch_follower_step(PitchFollower *f, const FollowSettings *s, const InputFrame *heard, float seconds) {
    f->begins = heard->voiced && (!f->active || f->voicing < FORGOTTEN);
    if (f->begins) *f = (PitchFollower){.active = 1, .begins = 1, .near = -1.0f, .breath = 1.0f};
    if (heard->voiced) {
        hear_pitch(f, s, heard->pitch.f0_hz, seconds);
        f->voiced_db = f->loudness_db = pitch_follower_map(s->decoder_db, heard->loudness_db);
        f->gain_db = pitch_follower_map(s->target_db, heard->loudness_db) - f->loudness_db;
    } else {
        float breath_db = pitch_follower_map(s->decoder_db, heard->loudness_db) - BREATH_DB;
        float falling_db = f->loudness_db - FALL_DB * seconds;
        f->loudness_db = fmaxf(LOWEST_DB, heard->level ? fminf(f->loudness_db, fmaxf(falling_db, breath_db)) : falling_db);
    }
    f->voicing = approach(f->voicing, heard->voiced, seconds, heard->voiced ? VOICED_SECONDS : UNVOICED_SECONDS);
    f->breath = approach(f->breath, heard->level || heard->voiced, seconds, BREATH_SECONDS);
    /* Decoders overshoot where loudness leaps up: they are told no less than a soft note, and the rest is gain. */
    float input_db = fmaxf(f->loudness_db, f->voiced_db - TOLD_FALL_DB), rest_db = f->loudness_db - input_db;
    FollowFrame frame = {.pitch = fminf(127.0f, fmaxf(0.0f, f->pitch + f->correction)),
                         .loudness_db = input_db,
                         .gain = f->breath * gain_of_dbf(f->gain_db + rest_db),
                         .voicing = f->voicing,
                         .finished = !heard->voiced && f->breath < GONE};
    frame.f0_hz = 440.0f * exp2f((frame.pitch - 69.0f) / 12.0f);
    if (frame.finished) f->active = 0;
    return frame;
}
