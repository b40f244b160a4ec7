/* What a Synth is made of; for synth.c, which renders, and callback.c, which is called by the audio device. */
#ifndef DDSP_ENGINE_H
#define DDSP_ENGINE_H
#include <stdatomic.h>

#include "clock.h"
#include "hand_maps.h"
#include "hands.h"
#include "input.h"
#include "instrument.h"
#include "mpe.h"
#include "output.h"
#include "readout.h"
#include "schedule.h"
#include "tap.h"
#include "tuning.h"

/* The control stage's side of a voice. */
typedef struct Part {
    Performance performance;
    int active;
    int fresh;          /* its next frame begins a note on the current instrument ... */
    int taken_over;     /* ... that has been sounding on the one before */
    int64_t next_frame; /* position at which its next frame begins */
    uint32_t tuned;     /* the change of the tuning that its pitch is of */
    int keeps;          /* its key was let go: it follows its channel no more, but ... */
    Channel kept;       /* ... keeps its channel as it was then */
    Hands hands;
} Part;

/* A channel's newest note, for the one that follows it. */
typedef struct Before {
    float pitch;
    int64_t released; /* the sample, -1 while it is held */
    int voice, any;
} Before;

/* Written by the audio thread, read by any. */
typedef struct Counters {
    _Atomic int64_t position, callbacks, xruns, late_frames, stolen_voices, dropped_events;
    _Atomic int64_t load_histogram[LOAD_BINS];
    _Atomic int sounding_voices, swapping;
    _Atomic float load, peak_load, peak_cpu, peak, delay_ms;
} Counters;

struct Synth {
    SynthConfig config;
    int64_t position, chunk_start;
    int hop;
    Ring ring;
    Schedule schedule;
    Channel channel[16];
    HandMaps maps;
    Mpe mpe;
    Tuning tuning;
    float detune[MIDI_CHANNELS][TUNED_KEYS]; /* semitones above the tuning that each key was struck with last */
    Voices voices;
    Part part[MAX_VOICES];
    Before before[16];
    uint32_t notes; /* started so far; seeds their noise */
    uint32_t moves; /* notes that went on in a breath */
    const Event *playing; /* the event that the voices are told of */
    Instrument *current, *previous; /* previous fades out */
    _Atomic(Instrument *) incoming, retired;
    Ramp fade_in, fade_out, wet;
    float wet_target, wet_smoothing; /* in seconds */
    Output output;
    Input input;
    float *left, *right; /* [CHUNK] */
    Clock clock;
    Counters counters;
    Readout readout;
    _Atomic(Tap *) tap; /* NULL: nobody listens in */
    _Atomic int measure;
    _Atomic float perform; /* amount of the performer */
    _Atomic float express; /* amount of expression */
    _Atomic(unsigned long long) thread; /* the pthread_t that called last, or 0 */
};

#endif
