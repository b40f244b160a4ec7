#include "input/input_gestures.h"

#include <math.h>

#define HYSTERESIS_DB 4.0f
#define LEAST_RANGE_DB 12.0f
#define STEADY_SECONDS 0.04f /* that a steady level is smoothed by; */
#define STEP_DB 5.0f         /* what moves as far is followed at once */
#define STRAYS_DB 1.5f       /* beyond what it sways by without a step, of a level */
#define STRAYS_SECONDS 0.3f  /* in which that is forgotten */
#define MIDDLE_SECONDS 0.02f /* until the slower window has come to where a step went */
#define MOST_ABOVE_DB 6.0f   /* of one pulse in 12 ms */
#define MOST_BELOW_DB 30.0f
#define DENSE_HZ 160.0f      /* pulses are closer than the quick window is long */
#define DIP_RISES_DB 150.0f  /* a second */
#define ONSET_DB 8.0f        /* that the level rises above its dip */
#define ONSET_SECONDS 0.005f
#define ONSET_REST_SECONDS 0.06f
#define CLEAR 0.1f           /* aperiodicity of a clear tone ... */
#define BREATH 0.5f          /* ... and of breath */
#define NOISE_SECONDS 0.015f
#define BRIGHT_SECONDS 0.012f
#define BRIGHT_MEAN_SECONDS 3.0f
#define BRIGHT_OCTAVES 1.5f  /* to either side of the middle */
#define PITCH_MEAN_SECONDS 0.5f
#define PITCH_SEMITONES 1.0f /* to either side of the middle */
#define LEAP_SEMITONES 1.6f  /* from the mean: another note, and no vibrato */
#define AT(source) ((source) - MOD_INPUT_LEVEL)
#define BACK_SECONDS 0.05f   /* in which brightness and pitch return to the middle */

void input_gestures_init(InputGestures *g) {
    *g = (InputGestures){.level_db = METER_FLOOR_DB, .dip_db = METER_FLOOR_DB, .place = {0, 0.5f, 0, 0.5f, 0}};
}

static float share(float seconds, float constant) { return 1.0f - expf(-seconds / constant); }
static float within(float x) { return fminf(1.0f, fmaxf(0.0f, x)); }

/* Whether the quick window shows a step of the level: 1 up, -1 down, 0 none. A low voice's pulses are farther apart than
   that window is long, so its level sways by as much as was seen lately: only more than that is a step. */
static int step_of(InputGestures *g, float quick_db, float middle_db, float seconds) {
    const float above = quick_db - middle_db, below = -above, kept = 1.0f - share(seconds, STRAYS_SECONDS);
    const int up = above > g->above_db + STRAYS_DB, down = below > g->below_db + STRAYS_DB;
    if (up || down) return up - down;
    g->above_db = fminf(MOST_ABOVE_DB, fmaxf(above, kept * g->above_db));
    g->below_db = fminf(MOST_BELOW_DB, fmaxf(below, kept * g->below_db));
    return 0;
}

/* Moves the smoothed level on, and returns it unsmoothed. */
static float follow_level(InputGestures *g, const InputFrame *heard, float seconds) {
    /* A fall takes two frames if one of them may lie between two pulses. */
    const int dense = heard->voiced && heard->pitch.f0_hz > DENSE_HZ;
    const float middle_db = heard->middle_db, quick_db = dense ? heard->quick_db : fmaxf(heard->quick_db, g->quick_db);
    g->quick_db = heard->quick_db;
    g->step_seconds -= seconds;
    if (g->step_seconds <= 0) {
        g->step = step_of(g, quick_db, middle_db, seconds);
        if (g->step) g->step_seconds = MIDDLE_SECONDS;
    }
    if (g->step > 0) return g->level_db = fmaxf(fmaxf(g->level_db, quick_db), middle_db);
    if (g->step < 0) return g->level_db = fminf(fminf(g->level_db, quick_db), middle_db);
    const float change = middle_db - g->level_db, away = change / STEP_DB;
    g->level_db += change * fminf(1.0f, share(seconds, STEADY_SECONDS) + away * away);
    return middle_db;
}

static float level(InputGestures *g, const InputFrame *heard, float low_db, float high_db, float seconds) {
    const float db = follow_level(g, heard, seconds), shut_db = low_db - HYSTERESIS_DB;
    if (!g->sounds) {
        g->above_db = MOST_ABOVE_DB;
        g->below_db = MOST_BELOW_DB;
    }
    g->sounds = db > (g->sounds ? shut_db : low_db);
    return g->sounds ? within((g->level_db - shut_db) / fmaxf(LEAST_RANGE_DB, high_db - shut_db)) : 0.0f;
}

static float onset(InputGestures *g, float db, float seconds) {
    g->onset_seconds -= seconds;
    g->rest_seconds -= seconds;
    g->dip_db = fminf(db, g->dip_db + DIP_RISES_DB * seconds);
    if (g->sounds && g->rest_seconds <= 0 && db - g->dip_db > ONSET_DB) {
        g->onset_seconds = ONSET_SECONDS;
        g->rest_seconds = ONSET_REST_SECONDS;
        g->dip_db = db;
    }
    return g->onset_seconds > 0 ? 1.0f : 0.0f;
}

static float noise(InputGestures *g, float aperiodicity, float seconds) {
    const float aim = g->sounds ? within((aperiodicity - CLEAR) / (BREATH - CLEAR)) : 0.0f;
    g->noise += (aim - g->noise) * share(seconds, NOISE_SECONDS);
    return g->noise;
}

/* A slow mean that is a plain mean while it is young; *age: seconds that it has been learned for. */
static void learn(float *mean, float *age, float value, float seconds, float constant) {
    *age += seconds;
    *mean += (value - *mean) * fmaxf(share(seconds, constant), fminf(1.0f, seconds / *age));
}

static float brightness(InputGestures *g, float hz, float seconds) {
    if (g->sounds && hz > 0) {
        const float octaves = log2f(hz);
        learn(&g->mean_octaves, &g->bright_seconds, octaves, seconds, BRIGHT_MEAN_SECONDS);
        g->octaves += (octaves - g->mean_octaves - g->octaves) * share(seconds, BRIGHT_SECONDS);
    } else {
        g->octaves -= g->octaves * share(seconds, BACK_SECONDS);
    }
    return within(0.5f + 0.5f * g->octaves / BRIGHT_OCTAVES);
}

static float pitch(InputGestures *g, const InputFrame *heard, float seconds) {
    if (!heard->voiced || !g->sounds) {
        g->pitch_seconds = 0;
        g->pitch -= g->pitch * share(seconds, BACK_SECONDS);
        return 0.5f + 0.5f * g->pitch / PITCH_SEMITONES;
    }
    const float semitones = 12.0f * log2f(fmaxf(1.0f, heard->pitch.f0_hz) / 440.0f);
    if (fabsf(semitones - g->mean_pitch) > LEAP_SEMITONES) g->pitch_seconds = 0;
    learn(&g->mean_pitch, &g->pitch_seconds, semitones, seconds, PITCH_MEAN_SECONDS);
    g->pitch = fminf(PITCH_SEMITONES, fmaxf(-PITCH_SEMITONES, semitones - g->mean_pitch));
    return 0.5f + 0.5f * g->pitch / PITCH_SEMITONES;
}

void input_gestures_step(InputGestures *g, const InputFrame *heard, float low_db, float high_db, float seconds) {
    g->place[AT(MOD_INPUT_LEVEL)] = level(g, heard, low_db, high_db, seconds);
    g->place[AT(MOD_INPUT_ONSET)] = onset(g, g->level_db, seconds);
    g->place[AT(MOD_INPUT_NOISE)] = noise(g, heard->pitch.aperiodicity, seconds);
    g->place[AT(MOD_INPUT_BRIGHTNESS)] = brightness(g, heard->bright_hz, seconds);
    g->place[AT(MOD_INPUT_PITCH)] = pitch(g, heard, seconds);
}
