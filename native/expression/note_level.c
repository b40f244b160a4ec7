#include "expression/note_level.h"

#define ATTACK_DB 24.0f   /* how far below its aim a note begins */
#define RELEASE_DB 40.0f  /* how far it falls in a release, before the last of it is faded out */
#define RINGS_DB 60.0f    /* that what rings falls in its time, and below a held note, where it ends */
#define DYNAMICS_DB 24.0f /* between the softest and the hardest key, at least: recordings are often levelled */
#define GAP_SECONDS 0.032f /* after which a line's note has fallen about as far as a detached one dips */
#define GAP_DB 1.0f
#define LINE_DB 3.0f    /* that a release in a line goes on as plain gain, beyond a detached note's dip */
#define SHAPED_VIBRATO_DELAY_SECONDS 0.08f
#define TRIANGLE_DEVIATION 0.28867513f /* of a triangle between 0 and 1 */

/* The triangle's rise that gives what is left of the variance to come from it, beside what begins low like it: what they
   vary together is the rise times `together`. */
static float rise_for(float variance, float together) {
    return 12.0f * (sqrtf(together * together + fmaxf(0.0f, variance) / 12.0f) - together);
}

NoteShape note_shape(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture) {
    const float peak = set(p->attributes.volume_peak_position, USUAL_PEAK) + (gesture ? gesture->peak : 0.0f);
    const float more_db = gesture ? gesture->fluctuation_db : 0.0f;
    NoteShape shape = {more_db / TRIANGLE_DEVIATION, fminf(0.98f, fmaxf(0.02f, peak)), ATTACK_DB, range->attack_seconds, 0};
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

float note_triangle_db(const NoteContour *p, const NoteShape *shape, float age) {
    const float x = fminf(1.0f, age / p->length_seconds);
    const float triangle = x < shape->peak ? x / shape->peak : (1.0f - x) / (1.0f - shape->peak);
    return shape->rise * (1.0f - triangle);
}

float note_attack_db(const NoteShape *shape, float age) {
    const float rest = fmaxf(0.0f, 1.0f - age / shape->attack);
    return shape->depth * rest * rest;
}


static float power(float db) { return exp2f(db * 0.33219281f); }

/* What is left of a note so many seconds after it was let go: the bow or the breath stops soon, a string rings on. */
static NoteFall fall_after(const NoteContourRange *range, float release_seconds, float seconds) {
    const float x = fmaxf(0.0f, seconds / release_seconds), fade = fmaxf(0.0f, 1.0f - x * x);
    if (range->ring_seconds <= 0) return (NoteFall){RELEASE_DB * x, fade, x >= 1.0f};
    const float end = fmaxf(release_seconds, range->ring_seconds * (1.0f + range->ring_db / RINGS_DB));
    const float share = power(range->ring_db), y = seconds / end;
    const float stops = (1.0f - share) * power(-RELEASE_DB * x) * fade * fade;
    const float rings = share * power(-RINGS_DB * seconds / range->ring_seconds);
    return (NoteFall){-10.0f * log10f(stops + rings), fmaxf(0.0f, 1.0f - y * y * y * y), y >= 1.0f};
}

NoteFall note_fall(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    if (p->released < 0) return (NoteFall){0, 1, 0};
    const float seconds = fmaxf(0.0f, seconds_since(range, p->released, time)), release = range->release_seconds;
    const float dip = range->expression.detached.depth_db;
    if (!p->in_line || !(dip > 0)) return fall_after(range, release, seconds);
    NoteFall fall = fall_after(range, fmaxf(release, RELEASE_DB * GAP_SECONDS / (dip + GAP_DB)), seconds);
    const float plain = fminf(fall.db, dip + LINE_DB);
    fall.db -= plain;
    fall.gain *= gain_of_dbf(-plain);
    return fall;
}

float note_aim_db(const NoteContourRange *range, float strength) {
    return range->loudness_low + (range->loudness_high - range->loudness_low) * strength;
}

float note_beside_db(const NoteContourRange *range, float strength) {
    return fminf(0.0f, range->loudness_high - range->loudness_low - DYNAMICS_DB) * (1.0f - strength);
}

float note_own_share(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    if (!(p->blend_seconds > 0)) return 1.0f;
    return smooth(seconds_since(range, p->onset, time) / p->blend_seconds);
}

float note_sway(const NoteContour *p, const NoteContourRange *range, int64_t time) {
    const float faded = fminf(1.0f, seconds_since(range, p->onset, time) / SHAPED_VIBRATO_DELAY_SECONDS);
    const float sway = set(p->attributes.vibrato, 0.0f) * faded, share = note_own_share(p, range, time);
    return share < 1.0f ? between(p->left.sway, sway, share) : sway;
}

NoteAim note_aim(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture, float pitch,
                      int64_t time, float *attack) {
    const Attributes *wanted = &p->attributes;
    const float age = seconds_since(range, p->onset, time);
    NoteAim aim = {note_aim_db(range, p->strength), note_beside_db(range, p->strength), 0, 0, 0};
    if (!isnan(wanted->volume)) {
        aim.loudness_db = loudness_for(&range->map, pitch, VOLUME_DB(wanted->volume));
        aim.beside_db = 0;
    }
    const NoteShape shape = note_shape(p, range, gesture);
    const float begins = note_attack_db(&shape, seconds_since(range, p->breath, time));
    const float rises = 0.5f * shape.rise + shape.mean - (note_triangle_db(p, &shape, age) + (p->follows ? 0.0f : begins));
    *attack = p->follows ? begins : 0.0f;
    *(isnan(wanted->volume_fluctuation) ? &aim.rising_db : &aim.amplitude_db) = rises;
    aim.sway = note_sway(p, range, time);
    const float share = note_own_share(p, range, time);
    if (share >= 1.0f) return aim;
    const NoteAim *left = &p->left;
    return (NoteAim){between(left->loudness_db, aim.loudness_db, share), between(left->beside_db, aim.beside_db, share),
                     between(left->rising_db, aim.rising_db, share), between(left->amplitude_db, aim.amplitude_db, share),
                     aim.sway};
}

float note_loudness(const NoteAim *aim, const NoteContourRange *range, const ModValues *gesture, int shaped,
                         float pitch, float more_db, float attack) {
    float loudness = aim->loudness_db;
    loudness += gesture->volume * fmaxf(0.0f, range->loudness_high - loudness);
    loudness += gesture->level_db + more_db;
    /* What is asked for in dB of amplitude is not as many dB of the decoder's loudness. */
    if (shaped) loudness = loudness_for(&range->map, pitch, amplitude_for(&range->map, pitch, loudness) + aim->amplitude_db);
    return loudness + (aim->rising_db - attack);
}
