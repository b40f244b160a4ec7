#include "expression/note_contour.h"

#include <math.h>

#define ATTACK_DB 24.0f   /* how far below its aim a note begins */
#define RELEASE_DB 40.0f  /* how far it falls in a release, before the last of it is faded out */
#define RINGS_DB 60.0f    /* that what rings falls in its time, and below a held note, where it ends */
#define DYNAMICS_DB 24.0f /* between the softest and the hardest key, at least: recordings are often levelled */
#define BELOW_RANGE_DB 24.0f /* the decoder follows this far below its softest note; the rest is gain */
#define ABOVE_RANGE_DB 9.0f  /* that the peak of a note whose fluctuation is set may lie above its loudest */
#define GLIDE_SECONDS 0.035f
#define GAP_SECONDS 0.032f /* after which a line's note has fallen about as far as a detached one dips */
#define GAP_DB 1.0f
#define LINE_DB 3.0f    /* that a release in a line goes on as plain gain, beyond a detached note's dip */
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
#define OCTAVES_PER_DB 0.16609640f /* of amplitude */
#define USUAL_SECONDS 0.6f /* a note's length until its end is known */
/* The attributes' units. */
#define VOLUME_DB(volume) (60.0f * ((volume) - 1.5f))
#define FLUCTUATION_DB(fluctuation) (24.0f * (fluctuation))
#define VIBRATO_UNIT_SEMITONES 0.267f
#define CENTROID(brightness) (12.0f * (brightness))
#define NOISE_DB(attack_noise) (40.0f * ((attack_noise) - 2.625f))
#define ATTACK_NOISE_SECONDS 0.04f
#define SHAPED_VIBRATO_DELAY_SECONDS 0.08f
#define USUAL_PEAK 0.35f
#define TRIANGLE_DEVIATION 0.28867513f /* of a triangle between 0 and 1 */
#define ATTACK_SHARE 0.6f /* of the deviation that is asked for */

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

static float seconds_since(const NoteContourRange *range, int64_t start, int64_t time) {
    return (float)((double)(time - start) / range->sample_rate);
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

static float set(float value, float otherwise) { return isnan(value) ? otherwise : value; }

/* A note's level about its aim, in dB: a rise to the peak and a fall from it, and the attack's parabola below. */
typedef struct Shape {
    float rise, peak;          /* of the triangle, whose mean is taken off; peak: share of the length */
    float depth, attack, mean; /* of the parabola, in s, and its mean over the note */
} Shape;

/* The triangle's rise that gives what is left of the variance to come from it, beside what begins low like it: what they
   vary together is the rise times `together`. */
static float rise_for(float variance, float together) {
    return 12.0f * (sqrtf(together * together + fmaxf(0.0f, variance) / 12.0f) - together);
}

/* Where a fluctuation is asked for, triangle and parabola have that standard deviation over the note together, and the
   mean 0. The attack makes no more than its share of it, and is over when the peak is due. A note in the breath of
   another has no attack, but what is to come of the first one's; a dip leads into it instead. */
static Shape shape_of(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture) {
    const float peak = set(p->attributes.volume_peak_position, USUAL_PEAK) + (gesture ? gesture->peak : 0.0f);
    const float more_db = gesture ? gesture->fluctuation_db : 0.0f;
    Shape shape = {more_db / TRIANGLE_DEVIATION, fminf(0.98f, fmaxf(0.02f, peak)), ATTACK_DB, range->attack_seconds, 0};
    const int asked = !isnan(p->attributes.volume_fluctuation);
    const float wanted = asked ? fmaxf(0.0f, FLUCTUATION_DB(p->attributes.volume_fluctuation) + more_db) : 0.0f;
    if (!asked) shape.rise = fmaxf(0.0f, shape.rise);
    if (p->follows) {
        if (asked) shape.rise = transition_rise(&p->sums, wanted);
        shape.depth = p->left_attack_db;
        shape.attack = p->left_attack_seconds;
    }
    if (!asked || p->follows) return shape;
    shape.attack = fminf(shape.attack, shape.peak * p->length_seconds);
    const float share = shape.attack / p->length_seconds;
    const float variance = share / 5.0f - share * share / 9.0f; /* of (1 - x / share)^2 below share, in 0 .. 1 */
    shape.depth = fminf(ATTACK_DB, ATTACK_SHARE * wanted / fmaxf(sqrtf(variance), 1e-6f));
    shape.mean = shape.depth * share / 3.0f;
    const float together = shape.depth * (share / 6.0f - share * share / (12.0f * shape.peak));
    shape.rise = rise_for(wanted * wanted - shape.depth * shape.depth * variance, together);
    return shape;
}

/* How far below its peak a note is by its rise and fall. */
static float triangle_db(const NoteContour *p, const Shape *shape, float age) {
    const float x = fminf(1.0f, age / p->length_seconds);
    const float triangle = x < shape->peak ? x / shape->peak : (1.0f - x) / (1.0f - shape->peak);
    return shape->rise * (1.0f - triangle);
}

/* How far below its aim the attack still is. age: of the breath. */
static float attack_db(const Shape *shape, float age) {
    const float rest = fmaxf(0.0f, 1.0f - age / shape->attack);
    return shape->depth * rest * rest;
}

float note_contour_below_peak_db(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    const Shape shape = shape_of(p, range, NULL);
    return triangle_db(p, &shape, seconds_since(range, p->onset, time)) +
           attack_db(&shape, seconds_since(range, p->breath, time));
}

typedef struct Fall {
    float db, gain; /* gain: what fades out the rest */
    int finished;
} Fall;

static float power(float db) { return exp2f(db * 0.33219281f); }

/* What is left of a note so many seconds after it was let go: the bow or the breath stops soon, a string rings on. */
static Fall fall_after(const NoteContourRange *range, float release_seconds, float seconds) {
    const float x = fmaxf(0.0f, seconds / release_seconds), fade = fmaxf(0.0f, 1.0f - x * x);
    if (range->ring_seconds <= 0) return (Fall){RELEASE_DB * x, fade, x >= 1.0f};
    const float end = fmaxf(release_seconds, range->ring_seconds * (1.0f + range->ring_db / RINGS_DB));
    const float share = power(range->ring_db), y = seconds / end;
    const float stops = (1.0f - share) * power(-RELEASE_DB * x) * fade * fade;
    const float rings = share * power(-RINGS_DB * seconds / range->ring_seconds);
    return (Fall){-10.0f * log10f(stops + rings), fmaxf(0.0f, 1.0f - y * y * y * y), y >= 1.0f};
}

/* In a line a note falls no quicker than real ones do before another, and as far as those dip by plain gain: so that one
   may follow at any moment without a jump of the decoder. */
static Fall fall_at(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    if (p->released < 0) return (Fall){0, 1, 0};
    const float seconds = fmaxf(0.0f, seconds_since(range, p->released, time)), release = range->release_seconds;
    const float dip = range->expression.detached.depth_db;
    if (!p->in_line || !(dip > 0)) return fall_after(range, release, seconds);
    Fall fall = fall_after(range, fmaxf(release, RELEASE_DB * GAP_SECONDS / (dip + GAP_DB)), seconds);
    const float plain = fminf(fall.db, dip + LINE_DB);
    fall.db -= plain;
    fall.gain *= exp2f(-plain * OCTAVES_PER_DB);
    return fall;
}

static float aim_db(const NoteContourRange *range, float strength) {
    return range->loudness_low + (range->loudness_high - range->loudness_low) * strength;
}

/* The keys cover the timbres that were trained; what dynamics lack beside those is plain gain. */
static float beside_aim_db(const NoteContourRange *range, float strength) {
    return fminf(0.0f, range->loudness_high - range->loudness_low - DYNAMICS_DB) * (1.0f - strength);
}

float note_contour_volume(const NoteContourRange *range, float pitch, float strength) {
    float amplitude_db = amplitude_for(&range->map, pitch, aim_db(range, strength)) + beside_aim_db(range, strength);
    return amplitude_db / 60.0f + 1.5f;
}

float note_contour_aim_db(const NoteContour *p, const NoteContourRange *range) {
    if (isnan(p->attributes.volume)) return aim_db(range, p->strength);
    return loudness_for(&range->map, p->pitch, VOLUME_DB(p->attributes.volume));
}

static float between(float from, float to, float share) { return from + (to - from) * share; }

/* How far a note in the breath of another has become its own. */
static float own_share(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    if (!(p->blend_seconds > 0)) return 1.0f;
    return smooth(seconds_since(range, p->onset, time) / p->blend_seconds);
}

static float sway_at(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    const float faded = fminf(1.0f, seconds_since(range, p->onset, time) / SHAPED_VIBRATO_DELAY_SECONDS);
    const float sway = set(p->attributes.vibrato, 0.0f) * faded, share = own_share(p, range, time);
    return share < 1.0f ? between(p->left.sway, sway, share) : sway;
}

/* The note's own aim and, while it still becomes that, the way from the note before. A first note's attack is in the
   shape; what is left of it in later notes of its breath goes on beside them, and is in `attack`. */
static NoteAim aim_at(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture, float pitch,
                      int64_t time, float *attack) {
    const Attributes *wanted = &p->attributes;
    const float age = seconds_since(range, p->onset, time);
    NoteAim aim = {aim_db(range, p->strength), beside_aim_db(range, p->strength), 0, 0, 0};
    if (!isnan(wanted->volume)) {
        aim.loudness_db = loudness_for(&range->map, pitch, VOLUME_DB(wanted->volume));
        aim.beside_db = 0;
    }
    const Shape shape = shape_of(p, range, gesture);
    const float begins = attack_db(&shape, seconds_since(range, p->breath, time));
    const float rises = 0.5f * shape.rise + shape.mean - (triangle_db(p, &shape, age) + (p->follows ? 0.0f : begins));
    *attack = p->follows ? begins : 0.0f;
    *(isnan(wanted->volume_fluctuation) ? &aim.rising_db : &aim.amplitude_db) = rises;
    aim.sway = sway_at(p, range, time);
    const float share = own_share(p, range, time);
    if (share >= 1.0f) return aim;
    const NoteAim *left = &p->left;
    return (NoteAim){between(left->loudness_db, aim.loudness_db, share), between(left->beside_db, aim.beside_db, share),
                     between(left->rising_db, aim.rising_db, share), between(left->amplitude_db, aim.amplitude_db, share),
                     aim.sway};
}

void note_contour_move(NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time, int channel,
                      int note, float strength) {
    const float pitch = pitch_at(p, range, time);
    const Shape shape = shape_of(p, range, gesture);
    const float centroid = CENTROID(set(p->attributes.brightness, 0.0f)), share = own_share(p, range, time);
    const int half_way = share < 1.0f && centroid > 0 && p->left_centroid > 0;
    float attack;
    p->joined_at = p->follows ? p->joined_at : time;
    p->left_centroid = half_way ? between(p->left_centroid, centroid, share) : share < 0.5f ? p->left_centroid : centroid;
    p->left = aim_at(p, range, gesture, pitch + gesture->bend, time, &attack);
    if (!p->follows) { /* the attack goes on beside the notes of the breath */
        *(isnan(p->attributes.volume_fluctuation) ? &p->left.rising_db : &p->left.amplitude_db) +=
            attack_db(&shape, seconds_since(range, p->breath, time));
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

Below performance_below(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time) {
    const Shape shape = shape_of(p, range, gesture);
    const Fall fall = fall_at(p, range, time);
    const float dip = transition_db(&p->transition, seconds_since(range, p->onset, time));
    const float through = attack_db(&shape, seconds_since(range, p->breath, time)) + fall.db + p->transition.through * dip;
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
                             : amplitude_for(&range->map, p->pitch, aim_db(range, p->strength));
    return own + (volume ? 0.0f : beside_aim_db(range, p->strength)) - before - left->beside_db - left->amplitude_db;
}

void performance_join(NoteContour *p, const NoteContourRange *range, Below below, Joint joint) {
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

void performance_sway(NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time) {
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

/* The decoder's loudness by the aim, gestures and the rest of an attack. */
static float loudness_at(const NoteAim *aim, const NoteContourRange *range, const ModValues *gesture, int shaped,
                         float pitch, float more_db, float attack) {
    float loudness = aim->loudness_db;
    loudness += gesture->volume * fmaxf(0.0f, range->loudness_high - loudness);
    loudness += gesture->level_db + more_db;
    /* What is asked for in dB of amplitude is not as many dB of the decoder's loudness. */
    if (shaped) loudness = loudness_for(&range->map, pitch, amplitude_for(&range->map, pitch, loudness) + aim->amplitude_db);
    return loudness + (aim->rising_db - attack);
}

NoteContourFrame note_contour_at(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture,
                                int64_t time) {
    NoteContourFrame frame = {0};
    const float age = seconds_since(range, p->onset, time), breath = seconds_since(range, p->breath, time);
    const Attributes *wanted = &p->attributes;
    const float wave = sinf(vibrato_phase(&p->vibrato, breath));
    const Sway sway = hands_sway(p, range, gesture, wave, time);
    const float plain = pitch_at(p, range, time) + gesture->bend + sway.semitones;
    frame.pitch = plain + VIBRATO_UNIT_SEMITONES * (sway_at(p, range, time) * wave) + p->deviation.semitones;
    frame.pitch += jitter_semitones(p, range, time);
    frame.f0_hz = 440.0f * exp2f((frame.pitch - 69.0f) / 12.0f);

    float attack;
    frame.decoder_pitch = formant_pitch(&range->formants, frame.pitch, gesture->formant);
    const NoteAim aim = aim_at(p, range, gesture, frame.decoder_pitch, time, &attack);
    const int shaped = !isnan(wanted->volume_fluctuation) || aim.amplitude_db != 0;
    float loudness = loudness_at(&aim, range, gesture, shaped, frame.decoder_pitch, sway.loudness_db, attack);
    loudness += p->deviation.level_db;
    const float extra_db = aim.beside_db * (1.0f - gesture->volume);

    const Fall fall = fall_at(p, range, time);
    const float dip = transition_db(&p->transition, age), through = p->transition.through;
    loudness -= fall.db + through * dip;
    frame.gain = fall.gain;
    frame.finished = fall.finished;
    float floor_db = fmaxf(LOWEST_DB, range->loudness_low - BELOW_RANGE_DB);
    frame.loudness_db = fminf(range->loudness_top, fmaxf(floor_db, loudness));
    const float line_db = sway.gain_db - (1.0f - through) * dip + own_share(p, range, time) * p->transition.mean_db;
    float gain_db = extra_db + line_db + fminf(shaped ? ABOVE_RANGE_DB : 0.0f, loudness - frame.loudness_db);
    frame.gain *= exp2f(gain_db * OCTAVES_PER_DB);

    if (p->amount > 0) {
        frame.bend.sways_hz = frame.f0_hz;
        frame.bend.sway = p->amount * (sway.semitones + VIBRATO_UNIT_SEMITONES * (sway_at(p, range, time) * wave)) / 12.0f;
    }
    formant_shape(&range->formants, frame.pitch, gesture->formant, &frame.bend);
    frame.bend.brighter = gesture->brightness;
    frame.bend.centroid = CENTROID(set(wanted->brightness, 0.0f));
    frame.bend.left_centroid = p->left_centroid;
    frame.bend.left_share = 1.0f - own_share(p, range, time);
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
