/* From what is heard to notes: when one begins, at which key, when it ends, and how it was played. */
#ifndef DDSP_NOTE_DETECTOR_H
#define DDSP_NOTE_DETECTOR_H
#include "api/attributes.h"

typedef struct NoteDetector {
    int note;            /* that sounds, -1: none */
    int wanted;          /* another that has been heard ... */
    float wanted_seconds; /* ... for so long */
    float seconds;       /* of the note so far */
    float top_db, low_db; /* loudness since it began to fall, for a note that is struck again */
    int frames;
    double level, level_square, pitch, pitch_square; /* sums over the note */
    float peak_db, peak_seconds;
} NoteDetector;

typedef struct NoteChange {
    int off, on;      /* keys, -1: none; off comes first */
    Attributes played; /* of the note that ended: volume, fluctuation, peak position, vibrato */
    float seconds;    /* its length */
} NoteChange;

void note_detector_init(NoteDetector *s);
/* Once a frame. pitch: MIDI notes, fractional; level_db: amplitude that it has in the sound. */
NoteChange note_detector_step(NoteDetector *s, int voiced, float pitch, float level_db, float seconds);

#endif
