#include "expression/note_contour.h"

#include <math.h>

#include "expression/note_level.h"

#define BELOW_RANGE_DB 24.0f /* the decoder follows this far below its softest note; the rest is gain */
#define ABOVE_RANGE_DB 9.0f  /* that the peak of a note whose fluctuation is set may lie above its loudest */
#define GLIDE_SECONDS 0.035f
#define NOISE_SHARE 0.4f /* of a dip, that noise does not take part in */
#define NOISE_SECONDS 0.012f
#define BURST_AFTER 0.03f
#define BURST_WIDTH 0.02f
#define JITTER_SECONDS 0.05f
#define STEADY_WANDER 0.03f /* of the rate, at most, if a vibrato is set: so it reads as deep as it was asked for */
#define VIBRATO_HZ 5.4f
#define VIBRATO_DB 3.0f /* for a semitone */
#define VIBRATO_DELAY_SECONDS 0.25f
#define LOWEST_DB -80.0f
#define USUAL_SECONDS 0.6f /* a note's length until its end is known */
#define ATTACK_NOISE_SECONDS 0.04f

static float strength_of(int velocity) { return (float)(velocity - 1) / 126.0f; }

/* What every note begins with, of its own. */
static void begin(NoteContour *p, int64_t time, int channel, int note, float strength) {
    p->channel = channel;
    p->note = note;
    p->strength = strength;
    p->pitch = (float)note;
    p->glide_seconds = GLIDE_SECONDS;
    p->onset = time;
    p->released = -1;
    p->attributes = (Attributes){NAN, NAN, NAN, NAN, NAN, NAN};
    p->length_seconds = USUAL_SECONDS;
    p->length_known = 0;
}

void note_contour_start(NoteContour *p, int64_t time, int channel, int note, int velocity) {
    begin(p, time, channel, note, strength_of(velocity));
    p->pitch_before = p->pitch;
    p->moved = -1;
    p->breath = time;
    p->follows = 0;
    p->blend_seconds = 0;
    p->amount = 0;
    p->transition = (Transition){0};
    p->sums = (TransitionSums){.uu = 1.0f / 12.0f};
    p->vibrato = (Vibrato){.hz = VIBRATO_HZ};
    p->sways_from = p->joined_at = time;
    p->interval = p->joined = 0;
    p->deviation = (Deviation){0, 0, 0};
}

static float within(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

void note_contour_shape(NoteContour *p, const Attributes *attributes, float seconds) {
    const Attributes *a = attributes;
    p->attributes = (Attributes){within(a->volume, 0, 2), within(a->volume_fluctuation, 0, 2),
                                 within(a->volume_peak_position, 0, 1), within(a->vibrato, 0, 10),
                                 within(a->brightness, 0, 12), within(a->attack_noise, 0, 3)};
    p->length_known = seconds > 0;
    p->length_seconds = p->length_known ? seconds : USUAL_SECONDS;
}

static float pitch_at(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    if (p->moved < 0) return p->pitch;
    const float since = seconds_since(range, p->moved, time) - p->transition.late;
    float x = fminf(1.0f, fmaxf(0.0f, since) / p->glide_seconds);
    return p->pitch_before + (p->pitch - p->pitch_before) * x * x * (3.0f - 2.0f * x);
}

void note_contour_glide(NoteContour *p, int64_t time, float from, float seconds) {
    p->pitch_before = from;
    p->moved = time;
    p->glide_seconds = seconds;
    p->transition.late = 0;
}

void note_contour_release(NoteContour *p, int64_t time, int in_line) {
    p->released = time;
    p->in_line = in_line;
}

float note_contour_below_peak_db(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    const NoteShape shape = note_shape(p, range, NULL);
    return note_triangle_db(p, &shape, seconds_since(range, p->onset, time)) +
           note_attack_db(&shape, seconds_since(range, p->breath, time));
}

float note_contour_volume(const NoteContourRange *range, float pitch, float strength) {
    float amplitude_db = amplitude_for(&range->map, pitch, note_aim_db(range, strength)) + note_beside_db(range, strength);
    return amplitude_db / 60.0f + 1.5f;
}

float note_contour_aim_db(const NoteContour *p, const NoteContourRange *range) {
    if (isnan(p->attributes.volume)) return note_aim_db(range, p->strength);
    return loudness_for(&range->map, p->pitch, VOLUME_DB(p->attributes.volume));
}

void note_contour_move(NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time, int channel,
                      int note, float strength) {
    const float pitch = pitch_at(p, range, time);
    const NoteShape shape = note_shape(p, range, gesture);
    const float centroid = CENTROID(set(p->attributes.brightness, 0.0f)), share = note_own_share(p, range, time);
    const int half_way = share < 1.0f && centroid > 0 && p->left_centroid > 0;
    float attack;
    p->joined_at = p->follows ? p->joined_at : time;
    p->left_centroid = half_way ? between(p->left_centroid, centroid, share) : share < 0.5f ? p->left_centroid : centroid;
    p->left = note_aim(p, range, gesture, pitch + gesture->bend, time, &attack);
    if (!p->follows) { /* the attack goes on beside the notes of the breath */
        *(isnan(p->attributes.volume_fluctuation) ? &p->left.rising_db : &p->left.amplitude_db) +=
            note_attack_db(&shape, seconds_since(range, p->breath, time));
        p->left_attack_db = shape.depth;
        p->left_attack_seconds = shape.attack;
    }
    begin(p, time, channel, note, strength);
    p->follows = 1;
    p->pitch_before = pitch;
    p->moved = time;
    p->blend_seconds = GLIDE_SECONDS;
    p->transition = (Transition){0};
    p->sums = (TransitionSums){.uu = 1.0f / 12.0f};
}

Below note_contour_below(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time) {
    const NoteShape shape = note_shape(p, range, gesture);
    const NoteFall fall = note_fall(p, range, time);
    const float dip = transition_db(&p->transition, seconds_since(range, p->onset, time));
    const float through = note_attack_db(&shape, seconds_since(range, p->breath, time)) + fall.db + p->transition.through * dip;
    const float plain = (1.0f - p->transition.through) * dip - 20.0f * log10f(fmaxf(1e-6f, fall.gain));
    const float db = through + plain;
    return (Below){db, db > 0 ? through / db : 0.0f};
}

/* How far the note's own aim is above the level that is left of the note before, in dB of amplitude. */
static float apart_db(const NoteContour *p, const NoteContourRange *range) {
    const NoteAim *left = &p->left;
    const float before = amplitude_for(&range->map, p->pitch_before, left->loudness_db + left->rising_db);
    const int volume = !isnan(p->attributes.volume);
    const float own = volume ? VOLUME_DB(p->attributes.volume)
                             : amplitude_for(&range->map, p->pitch, note_aim_db(range, p->strength));
    return own + (volume ? 0.0f : note_beside_db(range, p->strength)) - before - left->beside_db - left->amplitude_db;
}

void note_contour_join(NoteContour *p, const NoteContourRange *range, Below below, Joint joint) {
    const Attributes *a = &p->attributes;
    const int shaped = !isnan(a->volume_fluctuation);
    const float peak = fminf(0.98f, fmaxf(0.02f, set(a->volume_peak_position, USUAL_PEAK)));
    joint.below_db = below.db;
    joint.through = below.through;
    Transition t = transition_of(&range->expression, &joint);
    if (shaped || !isnan(a->volume_peak_position)) {
        const float share = fminf(1.0f, peak * p->length_seconds / fmaxf(t.fall + t.rise, 1e-6f));
        t.fall *= share;
        t.rise *= share;
    }
    if (t.fall + t.rise > 0) p->blend_seconds = t.fall + t.rise;
    const float apart = apart_db(p, range), length = p->length_seconds;
    p->sums = transition_sums(&t, length, p->blend_seconds, peak, apart);
    if (shaped) {
        const float most = ATTACK_SHARE * FLUCTUATION_DB(a->volume_fluctuation);
        const float deviation = sqrtf(fmaxf(0.0f, p->sums.hh - p->sums.h * p->sums.h));
        if (deviation > most) t.depth_db = fmaxf(t.begin_db, t.depth_db * most / deviation);
        p->sums = transition_sums(&t, length, p->blend_seconds, peak, apart);
    }
    const float rise = shaped ? transition_rise(&p->sums, FLUCTUATION_DB(a->volume_fluctuation)) : 0.0f;
    if (shaped || !isnan(a->volume)) t.mean_db = p->sums.dip - rise * p->sums.u;
    p->transition = t;
    p->glide_seconds = t.glide;
    p->left_attack_db = 0;
    p->amount = joint.amount;
    if (t.kind == KIND_DETACHED) p->sways_from = p->onset;
}

void note_contour_sway(NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time) {
    const Expression *e = &range->expression;
    const float wander = p->amount * e->vibrato_wander;
    const float even = isnan(p->attributes.vibrato) ? wander : fminf(wander, STEADY_WANDER);
    const float hz = (p->amount > 0 ? e->vibrato_hz : VIBRATO_HZ) * exp2f(gesture->rate_octaves);
    if (hz != p->vibrato.hz || even != p->vibrato.wander)
        vibrato_change(&p->vibrato, seconds_since(range, p->breath, time), hz, even);
}

/* What the hands' vibrato does now: semitones, and dB of the decoder's loudness or of plain gain. */
typedef struct Sway {
    float semitones, loudness_db, gain_db;
} Sway;

static Sway hands_sway(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture, float wave,
                       int64_t time) {
    const Expression *e = &range->expression;
    if (!(p->amount > 0)) {
        const float faded = fminf(1.0f, seconds_since(range, p->breath, time) / VIBRATO_DELAY_SECONDS);
        const float semitones = gesture->vibrato * faded * wave;
        return (Sway){semitones, VIBRATO_DB * semitones, 0};
    }
    const float delay = fmaxf(0.0f, e->vibrato_delay + gesture->vibrato_delay);
    const float age = seconds_since(range, p->sways_from, time) - delay;
    const float semitones = gesture->vibrato * smooth(age / fmaxf(e->vibrato_fade, 1e-3f)) * wave;
    return (Sway){semitones, 0, e->vibrato_db * semitones};
}

static float jitter_semitones(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    const float cents = p->amount * range->expression.jitter_cents;
    if (!p->follows || !(cents > 0)) return 0.0f;
    const float since = seconds_since(range, p->joined_at, time);
    return 0.01f * cents * smooth(since / JITTER_SECONDS) * vibrato_jitter(&p->vibrato, since);
}

/* Colour and noise of a note's first moments in a line. */
static void bend_transition(const NoteContour *p, const Expression *e, float age, float plain_db, TimbreShape *bend) {
    const Transition *t = &p->transition;
    if (t->kind == KIND_REST || age > t->fall + t->rise + 0.2f) return;
    const float free = isnan(p->attributes.attack_noise) ? 1.0f : 1.0f - bend->noise_share;
    bend->noise_lift_db = free * NOISE_SHARE * plain_db * smooth(age / NOISE_SECONDS);
    if (t->kind != KIND_DETACHED) return;
    const float x = (age - t->fall - BURST_AFTER) / BURST_WIDTH;
    bend->hiss_db = free * e->burst_db * expf(-0.5f * x * x) * smooth(age / NOISE_SECONDS);
    const float after = age - t->fall;
    const float share = after < 0 ? smooth(age / t->fall) : 1.0f - smooth(after / (2.0f * fmaxf(e->onset_seconds, 1e-3f)));
    if (isnan(p->attributes.brightness)) bend->brighter += e->onset_octaves * share;
}

NoteContourFrame note_contour_at(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture,
                                int64_t time) {
    NoteContourFrame frame = {0};
    const float age = seconds_since(range, p->onset, time), breath = seconds_since(range, p->breath, time);
    const Attributes *wanted = &p->attributes;
    const float wave = sinf(vibrato_phase(&p->vibrato, breath));
    const Sway sway = hands_sway(p, range, gesture, wave, time);
    const float plain = pitch_at(p, range, time) + gesture->bend + sway.semitones;
    frame.pitch = plain + VIBRATO_UNIT_SEMITONES * (note_sway(p, range, time) * wave) + p->deviation.semitones;
    frame.pitch += jitter_semitones(p, range, time);
    frame.f0_hz = 440.0f * exp2f((frame.pitch - 69.0f) / 12.0f);

    float attack;
    frame.decoder_pitch = formant_pitch(&range->formants, frame.pitch, gesture->formant);
    const NoteAim aim = note_aim(p, range, gesture, frame.decoder_pitch, time, &attack);
    const int shaped = !isnan(wanted->volume_fluctuation) || aim.amplitude_db != 0;
    float loudness = note_loudness(&aim, range, gesture, shaped, frame.decoder_pitch, sway.loudness_db, attack);
    loudness += p->deviation.level_db;
    const float extra_db = aim.beside_db * (1.0f - gesture->volume);

    const NoteFall fall = note_fall(p, range, time);
    const float dip = transition_db(&p->transition, age), through = p->transition.through;
    loudness -= fall.db + through * dip;
    frame.gain = fall.gain;
    frame.finished = fall.finished;
    float floor_db = fmaxf(LOWEST_DB, range->loudness_low - BELOW_RANGE_DB);
    frame.loudness_db = fminf(range->loudness_top, fmaxf(floor_db, loudness));
    const float line_db = sway.gain_db - (1.0f - through) * dip + note_own_share(p, range, time) * p->transition.mean_db;
    float gain_db = extra_db + line_db + fminf(shaped ? ABOVE_RANGE_DB : 0.0f, loudness - frame.loudness_db);
    frame.gain *= gain_of_dbf(gain_db);

    if (p->amount > 0) {
        frame.bend.sways_hz = frame.f0_hz;
        frame.bend.sway = p->amount * (sway.semitones + VIBRATO_UNIT_SEMITONES * (note_sway(p, range, time) * wave)) / 12.0f;
    }
    formant_shape(&range->formants, frame.pitch, gesture->formant, &frame.bend);
    frame.bend.brighter = gesture->brightness;
    frame.bend.centroid = CENTROID(set(wanted->brightness, 0.0f));
    frame.bend.left_centroid = p->left_centroid;
    frame.bend.left_share = 1.0f - note_own_share(p, range, time);
    frame.bend.noise_db = NOISE_DB(wanted->attack_noise); /* NaN where it is not set */
    frame.bend.gain_db = gain_db;
    frame.bend.noise_more_db = gesture->noise_db;
    frame.bend.balance_db = gesture->balance_db;
    if (!isnan(wanted->attack_noise) || gesture->noise_db != 0) {
        /* Only a note that is asked for one has an attack in the breath of another. */
        const float since = isnan(wanted->attack_noise) && p->transition.kind != KIND_DETACHED ? breath : age;
        frame.bend.noise_share = fminf(1.0f, fmaxf(0.0f, 2.0f - since / ATTACK_NOISE_SECONDS));
    }
    bend_transition(p, &range->expression, age, (1.0f - through) * dip, &frame.bend);
    return frame;
}
