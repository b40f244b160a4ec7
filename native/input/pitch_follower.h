/* What the voice that follows the input does, frame by frame: from what is heard to pitch, loudness and gain. Between
   two notes the pitch is held while harmonics give way to breath, and both to silence. */
#ifndef DDSP_PITCH_FOLLOWER_H
#define DDSP_PITCH_FOLLOWER_H
#include <stdatomic.h>
#include "api/input_voice.h"
#include "input/input_analysis.h"

#define MAP_STEP_DB 2 /* of the tables below */

/* Written by Python while notes sound; the audio thread reads single values. */
typedef struct FollowSettings {
    _Atomic int mode, channel;   /* the MIDI channel whose controllers apply, and on which notes are played */
    _Atomic float shift;         /* semitones, from the input to the output */
    _Atomic float snap;          /* 0: as sung, 1: on the scale */
    _Atomic float gate_db;       /* loudness from which there can be a note */
    _Atomic float loudest_db;    /* that moves a controller all the way */
    _Atomic float decoder_db[MAP_SIZE]; /* what the decoder is told, by what is heard ... */
    _Atomic float target_db[MAP_SIZE];  /* ... and how loud it is to be */
    _Atomic int scale_size;      /* 0: any pitch */
    _Atomic float scale[SCALE_SIZE]; /* MIDI notes, ascending */
} FollowSettings;

typedef struct FollowFrame {
    float pitch, f0_hz, loudness_db, gain;
    float voicing;  /* 0 .. 1, of the harmonics' amplitude: without it only breath is left */
    int finished;
} FollowFrame;

typedef struct PitchFollower {
    int active;
    int begins;       /* with this frame: the decoder is to forget what it was told before */
    float pitch;      /* as heard and shifted, MIDI notes */
    float correction; /* towards the scale, smoothed */
    float near;       /* the note of the scale that it goes to; below 0: none yet */
    float loudness_db, gain_db, voicing, breath;
    float voiced_db;  /* loudness while there was a pitch */
} PitchFollower;

void pitch_follower_settings_init(FollowSettings *settings);
/* A table's value at a loudness. */
float pitch_follower_map(const _Atomic float *table, float loudness_db);
/* Once a frame. Where it is not active, a pitch that is heard makes it so. */
FollowFrame pitch_follower_step(PitchFollower *f, const FollowSettings *settings, const InputFrame *heard, float seconds);

#endif
