/* From a note and its gestures to pitch and loudness: closed forms of time, read once a frame, so that a note sounds
   the same wherever frames and blocks fall. */
#ifndef DDSP_NOTE_CONTOUR_H
#define DDSP_NOTE_CONTOUR_H
#include <stdint.h>

#include "dsp/timbre_shaper.h"
#include "expression/modulation.h"
#include "expression/note_state.h"
#include "expression/transition.h"

typedef struct NoteContourFrame {
    float f0_hz, pitch; /* pitch in MIDI notes, fractional */
    float decoder_pitch; /* the decoder's, which differs if formants stay or move */
    float loudness_db;  /* for the decoder: within its trained range */
    float gain;         /* linear: what lies below that range, and the end of a release */
    int finished;       /* the release is over */
    TimbreShape bend;
} NoteContourFrame;

/* How far below its aim a note is, and the share of that which the decoder makes; the rest is plain gain. */
typedef struct Below {
    float db, through;
} Below;

void note_contour_start(NoteContour *p, int64_t time, int channel, int note, int velocity);
Below note_contour_below(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time);
/* dB that a note aims at by its key or its volume, without gestures. */
float note_contour_aim_db(const NoteContour *p, const NoteContourRange *range);
/* How far a note is below its peak, of its own and without gestures: 0 when that is due. */
float note_contour_below_peak_db(const NoteContour *p, const NoteContourRange *range, int64_t time);
/* For the note that was just started, or moved to: attributes, within what each can be. seconds: its length where known,
   else 0. */
void note_contour_shape(NoteContour *p, const Attributes *attributes, float seconds);
/* Come from another pitch, a MIDI note, within so many seconds: portamento. */
void note_contour_glide(NoteContour *p, int64_t time, float from, float seconds);
/* Goes on with another note in the same breath: of the note before, only its sound is left, which becomes the new one's
   within the glide. strength: of the new note. gesture: what is asked of it now. */
void note_contour_move(NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time, int channel,
                      int note, float strength);
/* How the note that was just moved to comes from the one before, once its attributes are known. below: what
   note_contour_below said before the move; joint: all else but that. */
void note_contour_join(NoteContour *p, const NoteContourRange *range, Below below, Joint joint);
/* in_line: another note may follow in the same line: the sound falls as it does then. */
void note_contour_release(NoteContour *p, int64_t time, int in_line);
/* The rate of the vibrato, that gestures may move, from now on. */
void note_contour_sway(NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time);
/* MIDI-DDSP's volume of a key that is held, without any gesture. */
float note_contour_volume(const NoteContourRange *range, float pitch, float strength);
NoteContourFrame note_contour_at(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture,
                                int64_t time);

#endif
