/* Sound that comes in: heard frame by frame, followed by a voice of its own or cut into notes, and what other threads
   may know of it. */
#ifndef DDSP_INPUT_H
#define DDSP_INPUT_H
#include "base/ramp.h"
#include "expression/modulation.h"
#include "input/feedback_guard.h"
#include "input/input_gestures.h"
#include "input/note_detector.h"
#include "input/pitch_follower.h"

#define NOTE_QUEUE 256 /* a power of two */
#define REACTION_FRAMES 1 /* that a frame's ramp takes to arrive */

/* Written by the audio thread, read by any. */
typedef struct InputCounters {
    _Atomic float f0_hz, aperiodicity, loudness_db, pitch, peak, duck_db, delay_ms;
    _Atomic float gestures[MOD_INPUTS];
    _Atomic int voiced, howls;
    _Atomic int64_t clipped, missed_notes;
    _Atomic int64_t loudness[MAP_SIZE], pitches[HEARD_PITCHES]; /* voiced frames by loudness and by MIDI note, as heard */
} InputCounters;

typedef struct Input {
    int there; /* it has an ear */
    FollowSettings settings;
    _Atomic int channels, channel; /* of what the device brings, and the one that is heard */
    const float *samples;          /* of this render, or NULL: silence */
    InputAnalysis ear;
    PitchFollower follower;
    Modulation hands;
    NoteDetector segment;
    InputGestures gestures;
    int plays; /* they are handed to the channels */
    FeedbackGuard howl;
    Ramp duck;
    int starts, continues; /* the voice's next frame, as a part's */
    int waits;             /* there is a frame for the voice at this position */
    int64_t onset;         /* of the voice, a sample */
    FollowFrame frame;
    float out_peak;        /* since the last frame */
    int clipped;           /* since the last frame */
    InputCounters counters;
    DetectedNote queue[NOTE_QUEUE];
    _Atomic uint32_t queued, taken;
} Input;

/* a_weighting: NULL where nothing will come in. */
void input_init(Input *in, Arena *arena, const double *a_weighting, double sample_rate);
/* Whether anything is done with what comes in. */
int input_is_on(const Input *in);
/* Audio thread: what comes in while `size` samples go out. */
void input_push(Input *in, int size);
/* Audio thread: a note for other threads. */
void input_report(Input *in, const DetectedNote *note);

#endif
