/* From a note and its gestures to pitch and loudness: closed forms of time, read once a frame, so that a note sounds
   the same wherever frames and blocks fall. */
#ifndef DDSP_NOTE_CONTOUR_H
#define DDSP_NOTE_CONTOUR_H
#include <stdint.h>

#include "api/attributes.h"
#include "dsp/timbre_shaper.h"
#include "api/expression.h"
#include "expression/formant_pitch.h"
#include "expression/loudness_map.h"
#include "expression/modulation.h"
#include "expression/transition.h"
#include "expression/vibrato.h"

/* The ranges of the patch that plays. */
typedef struct NoteContourRange {
    double sample_rate;
    float loudness_low, loudness_high; /* dB that the softest and the hardest key aim at */
    float loudness_top;                /* the most that the decoder was trained on */
    float attack_seconds, release_seconds;
    float ring_db, ring_seconds; /* below a held note, what rings on, and for how long it takes 60 dB; 0: nothing */
    LoudnessMap map;
    FormantRange formants;
    Expression expression;
} NoteContourRange;

/* What the patch's performer and its life add to a note, until the next frame. */
typedef struct Deviation {
    float semitones, level_db;
    float gain_db; /* of all that sounds, timbre unchanged */
} Deviation;

/* What a note asks of the sound by itself, before gestures. */
typedef struct NoteAim {
    float loudness_db, beside_db;  /* for the decoder, and as plain gain */
    float rising_db, amplitude_db; /* rise and fall over the note: of loudness, and if a fluctuation is set of amplitude */
    float sway;                    /* its vibrato attribute, faded in */
} NoteAim;

typedef struct NoteContour {
    int channel, note;
    float strength; /* velocity, 0 .. 1 of the trained range */
    float pitch, pitch_before; /* MIDI notes: where it is going, and where it was when it left ... */
    int64_t moved;  /* ... at this sample; negative: it has not moved */
    float glide_seconds;
    int64_t onset;    /* of this note */
    int64_t breath;   /* onset of the first note that was played in this breath: no earlier than that one's attack */
    int64_t released; /* sample of the release, or -1 */
    int follows;      /* it goes on in the breath of a note before: */
    NoteAim left;     /* that one's aim, */
    float left_centroid, left_attack_db, left_attack_seconds; /* its brightness, and what is to come of its attack */
    float blend_seconds; /* in which its aim becomes this note's */
    float amount;        /* of expression; 0: none */
    Transition transition; /* from the note before */
    TransitionSums sums; /* of that, over the note */
    int in_line;         /* it was released where another note may follow */
    Vibrato vibrato;
    int64_t sways_from;  /* sample that the vibrato's delay counts from */
    int64_t joined_at;   /* of the breath's second note */
    Attributes attributes;
    float length_seconds; /* expected, for fluctuation and peak */
    int length_known;     /* it was given */
    float interval;       /* semitones from the channel's note before, 0: none */
    float joined;         /* 1 if that note still sounded, less the longer ago it ended, 0: none */
    uint32_t seed;        /* of the performer's drift */
    Deviation deviation;
} NoteContour;

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
Below performance_below(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time);
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
   performance_below said before the move; joint: all else but that. */
void performance_join(NoteContour *p, const NoteContourRange *range, Below below, Joint joint);
/* in_line: another note may follow in the same line: the sound falls as it does then. */
void note_contour_release(NoteContour *p, int64_t time, int in_line);
/* The rate of the vibrato, that gestures may move, from now on. */
void performance_sway(NoteContour *p, const NoteContourRange *range, const ModValues *gesture, int64_t time);
/* MIDI-DDSP's volume of a key that is held, without any gesture. */
float note_contour_volume(const NoteContourRange *range, float pitch, float strength);
NoteContourFrame note_contour_at(const NoteContour *p, const NoteContourRange *range, const ModValues *gesture,
                                int64_t time);

#endif
