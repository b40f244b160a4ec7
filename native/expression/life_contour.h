/* How a note's pitch and level move by themselves: slow and fast random processes, and an attack and a scoop drawn from
   those of the recordings. On the control stage, a state per voice. */
#ifndef DDSP_LIFE_CONTOUR_H
#define DDSP_LIFE_CONTOUR_H
#include "api/life_numbers.h"
#include "base/process.h"
#include "expression/note_contour.h"
#include "midi/voice_allocator.h"

#define LIFE_LEVELS 4  /* as LIFE_SPEEDS */
#define LIFE_PITCHES 5 /* these, and the resonance of a vibrato */

typedef struct LifeContourVoice {
    float level[LIFE_LEVELS][2], pitch[LIFE_PITCHES][2]; /* each process' last two values, the newest first */
    float level_scale, pitch_scale;                     /* drawn for the note */
    float gesture_db[LIFE_KNOTS], gesture_cents[LIFE_KNOTS];
    float free_level, free_sway, free_attack; /* 0 .. 1: 0 where an attribute says how it goes */
    uint32_t seed, frames;                    /* since the note's onset */
} LifeContourVoice;

typedef struct LifeContour {
    LifeNumbers numbers;
    Process level[LIFE_LEVELS], pitch[LIFE_PITCHES];
    double sample_rate;
    float yield; /* share of the way to what an attribute asks for, a frame */
    LifeContourVoice voice[MAX_SOUNDS];
} LifeContour;

/* frame_rate in Hz. */
void life_contour_init(LifeContour *l, const LifeNumbers *numbers, double sample_rate, double frame_rate);
/* A voice begins a note. */
void life_contour_reset(LifeContour *l, int voice, const NoteContour *note);
/* The next frame's deviation, times `amount`, is added to the note's. */
void life_contour_step(LifeContour *l, int voice, NoteContour *note, int64_t time, float amount);

#endif
