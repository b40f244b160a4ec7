/* A note's level over its time: its aim, the rise and fall about it, its attack, and how it dies away. */
#ifndef DDSP_NOTE_LEVEL_H
#define DDSP_NOTE_LEVEL_H
#include <math.h>
#include <stdint.h>

#include "base/db.h"
#include "base/simd.h"
#include "expression/note_state.h"

/* The attributes' units. */
#define VOLUME_DB(volume) (60.0f * ((volume) - 1.5f))
#define FLUCTUATION_DB(fluctuation) (24.0f * (fluctuation))
#define VIBRATO_UNIT_SEMITONES 0.267f
#define CENTROID(brightness) (12.0f * (brightness))
#define NOISE_DB(attack_noise) (40.0f * ((attack_noise) - 2.625f))
#define USUAL_PEAK 0.35f
#define ATTACK_SHARE 0.6f /* of the deviation that is asked for */

/* A note's level about its aim, in dB: a rise to the peak and a fall from it, and the attack's parabola below. */
typedef struct NoteShape {
    float rise, peak;          /* of the triangle, whose mean is taken off; peak: share of the length */
    float depth, attack, mean; /* of the parabola, in s, and its mean over the note */
} NoteShape;

typedef struct NoteFall {
    float db, gain; /* gain: what fades out the rest */
    int finished;
} NoteFall;

INLINE float seconds_since(const NoteContourRange *range, int64_t start, int64_t time) {
    return (float)((double)(time - start) / range->sample_rate);
}

INLINE float set(float value, float otherwise) { return isnan(value) ? otherwise : value; }
INLINE float between(float from, float to, float share) { return from + (to - from) * share; }

float note_aim_db(const NoteContourRange *range, float strength);
/* The keys cover the timbres that were trained; what dynamics lack beside those is plain gain. */
float note_beside_db(const NoteContourRange *range, float strength);
/* Where a fluctuation is asked for, triangle and parabola have that standard deviation over the note together, and the
   mean 0. The attack makes no more than its share of it, and is over when the peak is due. A note in the breath of
   another has no attack, but what is to come of the first one's; a dip leads into it instead. */
NoteShape note_shape(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture);
/* How far below its peak a note is by its rise and fall. */
float note_triangle_db(const NoteContour *p, const NoteShape *shape, float age);
/* How far below its aim the attack still is. age: of the breath. */
float note_attack_db(const NoteShape *shape, float age);
/* In a line a note falls no quicker than real ones do before another, and as far as those dip by plain gain: so that one
   may follow at any moment without a jump of the decoder. */
NoteFall note_fall(const NoteContour *p, const NoteContourRange *range, int64_t time);
/* How far a note in the breath of another has become its own. */
float note_own_share(const NoteContour *p, const NoteContourRange *range, int64_t time);
float note_sway(const NoteContour *p, const NoteContourRange *range, int64_t time);
/* The note's own aim and, while it still becomes that, the way from the note before. A first note's attack is in the
   shape; what is left of it in later notes of its breath goes on beside them, and is in `attack`. */
NoteAim note_aim(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture, float pitch,
                      int64_t time, float *attack);
/* The decoder's loudness by the aim, gestures and the rest of an attack. */
float note_loudness(const NoteAim *aim, const NoteContourRange *range, const ModValues *gesture, int shaped,
                         float pitch, float more_db, float attack);

#endif
