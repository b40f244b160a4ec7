#include "input/note_detector.h"

#include <math.h>
#include <string.h>

#define BEGINS_SECONDS 0.024f  /* that a pitch has to stay, for a note out of silence ... */
#define CHANGES_SECONDS 0.045f /* ... and out of another note, which vibrato is not */
#define LEAVES 0.65f           /* semitones from its key at which a note is another one */
#define STRUCK_DB 6.0f         /* fall, and rise, by which a note of the same pitch begins again */
#define VIBRATO_UNIT_SEMITONES 0.267f
#define SETTLED_SECONDS 0.05f  /* before which pitch says nothing about vibrato */

void note_detector_init(NoteDetector *s) { *s = (NoteDetector){.note = -1, .wanted = -1}; }

static Attributes played(const NoteDetector *s) {
    Attributes a = {NAN, NAN, NAN, NAN, NAN, NAN};
    if (!s->frames) return a;
    double n = s->frames, level = s->level / n, pitch = s->pitch / n;
    a.volume = (float)(level / 60.0 + 1.5);
    a.volume_fluctuation = (float)(sqrt(fmax(0.0, s->level_square / n - level * level)) * 2.5 / 60.0);
    a.volume_peak_position = s->seconds > 0 ? s->peak_seconds / s->seconds : 0;
    a.vibrato = (float)sqrt(2.0 * fmax(0.0, s->pitch_square / n - pitch * pitch)) / VIBRATO_UNIT_SEMITONES;
    return a;
}

static void end(NoteDetector *s, NoteChange *change) {
    change->off = s->note;
    change->played = played(s);
    change->seconds = s->seconds;
    note_detector_init(s);
}

static void begin(NoteDetector *s, NoteChange *change, int note, float level_db) {
    *s = (NoteDetector){.note = note, .wanted = -1, .top_db = level_db, .low_db = level_db, .peak_db = level_db};
    change->on = note;
}

static void measure(NoteDetector *s, float pitch, float level_db, float seconds) {
    s->seconds += seconds;
    s->frames++;
    s->level += level_db;
    s->level_square += (double)level_db * level_db;
    double away = s->seconds > SETTLED_SECONDS ? pitch - (float)s->note : 0;
    s->pitch += away;
    s->pitch_square += away * away;
    if (level_db > s->peak_db) {
        s->peak_db = level_db;
        s->peak_seconds = s->seconds;
    }
}

/* The same key again: it fell and rose. */
static int struck_again(NoteDetector *s, float level_db) {
    s->low_db = fminf(s->low_db, level_db);
    if (s->top_db - s->low_db < STRUCK_DB) {
        s->top_db = fmaxf(s->top_db, level_db);
        s->low_db = level_db;
    }
    return level_db - s->low_db > STRUCK_DB;
}

NoteChange note_detector_step(NoteDetector *s, int voiced, float pitch, float level_db, float seconds) {
    NoteChange change = {-1, -1, {NAN, NAN, NAN, NAN, NAN, NAN}, 0};
    int key = (int)(fminf(127.0f, fmaxf(0.0f, pitch)) + 0.5f);
    if (!voiced) {
        if (s->note >= 0) end(s, &change);
        s->wanted = -1;
        return change;
    }
    if (s->note >= 0) measure(s, pitch, level_db, seconds);
    int away = s->note < 0 || fabsf(pitch - (float)s->note) > LEAVES;
    s->wanted_seconds = away && key == s->wanted ? s->wanted_seconds + seconds : 0;
    s->wanted = away ? key : -1;
    int again = s->note >= 0 && !away && struck_again(s, level_db);
    if (again) key = s->note;
    if (again || (away && s->wanted_seconds >= (s->note < 0 ? BEGINS_SECONDS : CHANGES_SECONDS))) {
        if (s->note >= 0) end(s, &change);
        begin(s, &change, key, level_db);
    }
    return change;
}
