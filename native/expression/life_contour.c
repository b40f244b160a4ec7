#include "expression/life_contour.h"

#include <math.h>
#include <string.h>

#include "base/draw.h"

#define MOST_CENTS 60.0f
#define MOST_DB 9.0f
#define VIBRATO_BANDWIDTH_HZ 0.7
#define NEAREST 4           /* gestures that a note may have */
#define COMMON_KNOT 4       /* from here on all notes of a pitch go alike: later kinks would be heard as movement */
#define FADE_SECONDS 0.24f  /* after the last knot */
#define ATTACK_SECONDS 0.04f /* in which the attack's noise is what an attribute asks for */
#define ATTACK_FADE_SECONDS 0.024f
#define YIELD_SECONDS 0.02
#define NOTE_PLACES 16 /* of draws that are made once a note, before those of its frames */
#define DRAWS (LIFE_LEVELS + LIFE_PITCHES)

static const double speed_seconds[LIFE_SPEEDS] = {0.5, 0.12, 0.03, 0.006};
static const float knot_seconds[LIFE_KNOTS] = {0.008f, 0.024f, 0.048f, 0.08f, 0.128f, 0.2f, 0.3f, 0.44f};

void life_contour_init(LifeContour *l, const LifeNumbers *numbers, double sample_rate, double frame_rate) {
    l->numbers = *numbers;
    l->sample_rate = sample_rate;
    l->yield = (float)(1.0 - exp(-1.0 / (YIELD_SECONDS * frame_rate)));
    for (int i = 0; i < LIFE_SPEEDS; i++)
        l->level[i] = l->pitch[i] = process_slow(speed_seconds[i], frame_rate);
    const double hz = numbers->vibrato_hz > 0 ? numbers->vibrato_hz : 5.0;
    l->pitch[LIFE_SPEEDS] = process_resonant(hz, VIBRATO_BANDWIDTH_HZ, frame_rate);
}

/* The numbers of the gestures nearest in pitch, at most NEAREST; returns how many. */
static int nearest(const LifeNumbers *numbers, float pitch, int *chosen) {
    uint32_t taken = 0;
    int count = 0;
    for (; count < NEAREST && count < numbers->gestures; count++) {
        int best = -1;
        for (int i = 0; i < numbers->gestures; i++) {
            if (taken >> i & 1) continue;
            if (best < 0 || fabsf(numbers->gesture_pitch[i] - pitch) < fabsf(numbers->gesture_pitch[best] - pitch)) best = i;
        }
        taken |= 1u << best;
        chosen[count] = best;
    }
    return count;
}

static float median(float *values, int count) {
    for (int i = 1; i < count; i++)
        for (int j = i; j > 0 && values[j - 1] > values[j]; j--) {
            const float swapped = values[j];
            values[j] = values[j - 1];
            values[j - 1] = swapped;
        }
    return 0.5f * (values[(count - 1) / 2] + values[count / 2]);
}

static void draw_gesture(const LifeNumbers *numbers, LifeContourVoice *v, float pitch) {
    int chosen[NEAREST];
    const int count = nearest(numbers, pitch, chosen);
    if (!count) return;
    const int own = chosen[draw_bits(v->seed, 2) % (uint32_t)count];
    for (int knot = 0; knot < LIFE_KNOTS; knot++) {
        float db[NEAREST], cents[NEAREST];
        for (int i = 0; i < count; i++) {
            db[i] = numbers->gesture_db[chosen[i]][knot];
            cents[i] = numbers->gesture_cents[chosen[i]][knot];
        }
        v->gesture_db[knot] = knot < COMMON_KNOT ? numbers->gesture_db[own][knot] : median(db, count);
        v->gesture_cents[knot] = knot < COMMON_KNOT ? numbers->gesture_cents[own][knot] : median(cents, count);
    }
}

/* How free of attributes the parts of a note's movement are: level, sway of pitch, and attack. */
static void freedom(const Attributes *a, float *level, float *sway, float *attack) {
    *level = isnan(a->volume_fluctuation) && isnan(a->volume_peak_position) ? 1.0f : 0.0f;
    *sway = isnan(a->vibrato) ? 1.0f : 0.0f;
    *attack = isnan(a->attack_noise) ? 1.0f : 0.0f;
}

void life_contour_reset(LifeContour *l, int voice, const NoteContour *note) {
    LifeContourVoice *v = &l->voice[voice];
    memset(v, 0, sizeof *v);
    v->seed = draw_bits(note->seed, 0x11fe);
    v->level_scale = expf(l->numbers.level_spread * draw_normal(v->seed, 0));
    v->pitch_scale = expf(l->numbers.pitch_spread * draw_normal(v->seed, 1));
    freedom(&note->attributes, &v->free_level, &v->free_sway, &v->free_attack);
    draw_gesture(&l->numbers, v, note->pitch);
}

static float step(const Process *p, float *x, uint32_t seed, uint32_t frame, uint32_t lane) {
    const uint32_t place = NOTE_PLACES + frame * DRAWS + lane;
    if (!frame) {
        x[1] = draw_normal(seed, place);
        x[0] = p->rho * x[1] + p->rest * draw_normal(seed, draw_bits(seed, lane));
        return x[0];
    }
    const float now = p->a1 * x[0] + p->a2 * x[1] + p->g * draw_normal(seed, place);
    x[1] = x[0];
    return x[0] = now;
}

/* A contour's value at a note's age: cubic between the knots, so that no kink is heard, and gone some time later. */
static float contour(const float *knots, float age) {
    int i = 0;
    if (age <= knot_seconds[0]) return knots[0];
    if (age >= knot_seconds[LIFE_KNOTS - 1]) {
        const float x = fminf(1.0f, (age - knot_seconds[LIFE_KNOTS - 1]) / FADE_SECONDS);
        return knots[LIFE_KNOTS - 1] * (1.0f - x * x * (3.0f - 2.0f * x));
    }
    while (age >= knot_seconds[i + 1]) i++;
    const float span = knot_seconds[i + 1] - knot_seconds[i], x = (age - knot_seconds[i]) / span;
    /* Tangents are level at both ends, where what goes on is flat. */
    const float begin = i ? (knots[i + 1] - knots[i - 1]) / (knot_seconds[i + 1] - knot_seconds[i - 1]) : 0.0f;
    const float end =
        i + 2 < LIFE_KNOTS ? (knots[i + 2] - knots[i]) / (knot_seconds[i + 2] - knot_seconds[i]) : 0.0f;
    const float x2 = x * x, x3 = x2 * x;
    return knots[i] * (2 * x3 - 3 * x2 + 1) + knots[i + 1] * (3 * x2 - 2 * x3) +
           span * (begin * (x3 - 2 * x2 + x) + end * (x3 - x2));
}

static float within(float x, float most) { return fminf(most, fmaxf(-most, x)); }

static void follow(float *x, float target, float share) { *x += share * (target - *x); }

void life_contour_step(LifeContour *l, int voice, NoteContour *note, int64_t time, float amount) {
    LifeContourVoice *v = &l->voice[voice];
    const LifeNumbers *n = &l->numbers;
    const float age = (float)((double)(time - note->breath) / l->sample_rate);
    float level_free, sway_free, attack_free, db = 0, cents = 0;
    if (amount <= 0) return;
    freedom(&note->attributes, &level_free, &sway_free, &attack_free);
    follow(&v->free_level, level_free, l->yield);
    follow(&v->free_sway, sway_free, l->yield);
    follow(&v->free_attack, attack_free, l->yield);
    for (uint32_t i = 0; i < LIFE_LEVELS; i++) db += n->level[i] * step(&l->level[i], v->level[i], v->seed, v->frames, i);
    for (uint32_t i = 0; i < LIFE_PITCHES; i++) {
        const float deviation = i < LIFE_SPEEDS ? n->pitch[i] : n->vibrato_cents;
        const int sways = i == 1 || i == 2 || i == LIFE_SPEEDS; /* at the speeds of a vibrato */
        const float x = step(&l->pitch[i], v->pitch[i], v->seed, v->frames, LIFE_LEVELS + i);
        cents += (sways ? v->free_sway : 1.0f) * deviation * x;
    }
    v->frames++;
    const float late = fminf(1.0f, fmaxf(0.0f, (age - ATTACK_SECONDS) / ATTACK_FADE_SECONDS));
    const float attack = v->free_attack + (1.0f - v->free_attack) * late;
    const float gesture_db = contour(v->gesture_db, age), gesture_cents = contour(v->gesture_cents, age);
    note->deviation.gain_db += amount * v->free_level * within(v->level_scale * db + attack * gesture_db, MOST_DB);
    note->deviation.semitones += amount * 0.01f * within(v->pitch_scale * cents + gesture_cents, MOST_CENTS);
}
