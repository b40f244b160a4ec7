#include "performance.h"

#include <math.h>

#define ATTACK_DB 24.0f   /* how far below its aim a note begins */
#define RELEASE_DB 40.0f  /* how far it falls in a release, before the last of it is faded out */
#define DYNAMICS_DB 24.0f /* between the softest and the hardest key, at least: recordings are often levelled */
#define BELOW_RANGE_DB 24.0f /* the decoder follows this far below its softest note; the rest is gain */
#define GLIDE_SECONDS 0.035f
#define VIBRATO_HZ 5.4f
#define VIBRATO_DB 3.0f /* for a semitone */
#define VIBRATO_DELAY_SECONDS 0.25f
#define LOWEST_DB -80.0f
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
#define TRIANGLE_START 1.7320508f /* deviations that it starts below its mean */
#define ATTACK_SHARE 0.6f /* of the deviation that is asked for */

static float strength_of(int velocity) { return (float)(velocity - 1) / 126.0f; }

void performance_start(Performance *p, int64_t time, int channel, int note, int velocity) {
    p->channel = channel;
    p->note = note;
    p->strength = strength_of(velocity);
    p->pitch = p->pitch_before = (float)note;
    p->moved = -1;
    p->glide_seconds = GLIDE_SECONDS;
    p->onset = time;
    p->released = -1;
    p->attributes = (Attributes){NAN, NAN, NAN, NAN, NAN, NAN};
    p->length_seconds = USUAL_SECONDS;
    p->length_known = 0;
    p->interval = p->joined = 0;
    p->deviation = (Deviation){0, 0};
}

void performance_shape(Performance *p, const Attributes *attributes, float seconds) {
    p->attributes = *attributes;
    p->length_known = seconds > 0;
    p->length_seconds = p->length_known ? seconds : USUAL_SECONDS;
}

static float seconds_since(const PerformanceRange *range, int64_t start, int64_t time) {
    return (float)((double)(time - start) / range->sample_rate);
}

static float pitch_at(const Performance *p, const PerformanceRange *range, int64_t time) {
    if (p->moved < 0) return p->pitch;
    float x = fminf(1.0f, seconds_since(range, p->moved, time) / p->glide_seconds);
    return p->pitch_before + (p->pitch - p->pitch_before) * x * x * (3.0f - 2.0f * x);
}

void performance_glide(Performance *p, int64_t time, float from, float seconds) {
    p->pitch_before = from;
    p->moved = time;
    p->glide_seconds = seconds;
}

void performance_move(Performance *p, const PerformanceRange *range, int64_t time, int channel, int note) {
    p->pitch_before = pitch_at(p, range, time);
    p->pitch = (float)note;
    p->glide_seconds = GLIDE_SECONDS;
    p->moved = time;
    p->channel = channel;
    p->note = note;
    p->released = -1;
}

void performance_release(Performance *p, int64_t time) { p->released = time; }

static float set(float value, float otherwise) { return isnan(value) ? otherwise : value; }

/* A note's level about its aim: from the attack's depth, then a rise to the peak and a fall from it. Where a fluctuation
   is asked for, both together have that standard deviation over the note: the attack no more than its share. */
static float shape_db(const Performance *p, const PerformanceRange *range, const Gesture *gesture, float age) {
    const float length = p->length_seconds;
    const float rest = fmaxf(0.0f, 1.0f - age / range->attack_seconds);
    float depth = ATTACK_DB, rise = gesture->fluctuation_db;
    if (!isnan(p->attributes.volume_fluctuation)) {
        const float wanted = fmaxf(0.0f, FLUCTUATION_DB(p->attributes.volume_fluctuation) + gesture->fluctuation_db);
        const float share = fminf(1.0f, range->attack_seconds / length);
        const float of_attack = ATTACK_DB * sqrtf(share / 5.0f - share * share / 9.0f);
        depth *= fminf(1.0f, ATTACK_SHARE * wanted / fmaxf(of_attack, 1e-6f));
        const float spent = of_attack * depth / ATTACK_DB;
        /* Both begin below the mean, so that they vary together for a while. */
        const float together = TRIANGLE_START * depth * share / 3.0f;
        rise = sqrtf(together * together + wanted * wanted - spent * spent) - together;
    }
    float peak = set(p->attributes.volume_peak_position, USUAL_PEAK) + gesture->peak;
    peak = fminf(0.98f, fmaxf(0.02f, peak));
    float x = fminf(1.0f, age / length);
    float triangle = x < peak ? x / peak : (1.0f - x) / (1.0f - peak);
    float rise_db = rise > 0 ? rise * (triangle - 0.5f) / TRIANGLE_DEVIATION : 0.0f;
    return rise_db - depth * rest * rest;
}

static float aim_db(const PerformanceRange *range, float strength) {
    return range->loudness_low + (range->loudness_high - range->loudness_low) * strength;
}

/* The keys cover the timbres that were trained; what dynamics lack beside those is plain gain. */
static float beside_aim_db(const PerformanceRange *range, float strength) {
    return fminf(0.0f, range->loudness_high - range->loudness_low - DYNAMICS_DB) * (1.0f - strength);
}

float performance_volume(const PerformanceRange *range, float pitch, float strength) {
    float amplitude_db = amplitude_for(&range->map, pitch, aim_db(range, strength)) + beside_aim_db(range, strength);
    return amplitude_db / 60.0f + 1.5f;
}

float performance_aim_db(const Performance *p, const PerformanceRange *range) {
    if (isnan(p->attributes.volume)) return aim_db(range, p->strength);
    return loudness_for(&range->map, p->pitch, VOLUME_DB(p->attributes.volume));
}

PerformanceFrame performance_at(const Performance *p, const PerformanceRange *range, const Gesture *gesture,
                                int64_t time) {
    PerformanceFrame frame = {0};
    float age = seconds_since(range, p->onset, time);
    const Attributes *wanted = &p->attributes;
    float wave = sinf(6.2831853f * VIBRATO_HZ * age);
    float vibrato = gesture->vibrato * fminf(1.0f, age / VIBRATO_DELAY_SECONDS) * wave;
    float shaped = set(wanted->vibrato, 0.0f) * fminf(1.0f, age / SHAPED_VIBRATO_DELAY_SECONDS) * wave;
    frame.pitch = pitch_at(p, range, time) + gesture->bend + vibrato + VIBRATO_UNIT_SEMITONES * shaped +
                  p->deviation.semitones;
    frame.f0_hz = 440.0f * exp2f((frame.pitch - 69.0f) / 12.0f);

    float loudness = aim_db(range, p->strength), extra_db = beside_aim_db(range, p->strength);
    if (!isnan(wanted->volume)) {
        loudness = loudness_for(&range->map, frame.pitch, VOLUME_DB(wanted->volume));
        extra_db = 0;
    }
    loudness += gesture->volume * fmaxf(0.0f, range->loudness_high - loudness);
    extra_db *= 1.0f - gesture->volume;
    loudness += gesture->level_db + VIBRATO_DB * vibrato + shape_db(p, range, gesture, age) + p->deviation.level_db;

    frame.gain = 1.0f;
    if (p->released >= 0) {
        float x = fmaxf(0.0f, seconds_since(range, p->released, time) / range->release_seconds);
        loudness -= RELEASE_DB * x;
        frame.gain = fmaxf(0.0f, 1.0f - x * x);
        frame.finished = x >= 1.0f;
    }
    float floor_db = fmaxf(LOWEST_DB, range->loudness_low - BELOW_RANGE_DB);
    frame.loudness_db = fminf(range->loudness_top, fmaxf(floor_db, loudness));
    float gain_db = extra_db + fminf(0.0f, loudness - frame.loudness_db);
    frame.gain *= exp2f(gain_db * 0.16609640f); /* dB to octaves of amplitude */

    frame.bend.brighter = gesture->brightness;
    frame.bend.centroid = CENTROID(set(wanted->brightness, 0.0f));
    frame.bend.noise_db = NOISE_DB(wanted->attack_noise); /* NaN where it is not set */
    frame.bend.noise_more_db = gesture->noise_db;
    frame.bend.balance_db = gesture->balance_db;
    if (!isnan(wanted->attack_noise) || gesture->noise_db != 0) {
        frame.bend.noise_share = fminf(1.0f, fmaxf(0.0f, 2.0f - age / ATTACK_NOISE_SECONDS));
    }
    return frame;
}
