/* A note while it sounds, and the ranges of the patch that plays it. */
#ifndef DDSP_NOTE_STATE_H
#define DDSP_NOTE_STATE_H
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

#endif
