/* What a Synth is made of; for synth.c, which renders, and portaudio_callback.c, which is called by the audio device. */
#ifndef DDSP_SYNTH_STATE_H
#define DDSP_SYNTH_STATE_H
#include <stdatomic.h>

#include "dsp/limiter.h"
#include "effects/rack.h"
#include "effects/rack_swap.h"
#include "expression/mod_matrix_swap.h"
#include "expression/modulation.h"
#include "input/input.h"
#include "instrument/instrument.h"
#include "midi/event_schedule.h"
#include "midi/mpe.h"
#include "midi/tuning.h"
#include "synth/clock.h"
#include "synth/readout.h"
#include "synth/tap.h"

/* The control stage's side of a voice. */
typedef struct VoiceControl {
    NoteContour performance;
    int active;
    int starts;          /* its next frame begins a note on the current instrument ... */
    int continues;     /* ... that has been sounding on the one before */
    int64_t next_frame; /* position at which its next frame begins */
    uint32_t tuned;     /* the change of the tuning that its pitch is of */
    int frozen;          /* its key was let go: it follows its channel no more, but ... */
    Channel frozen_channel;       /* ... keeps its channel as it was then */
    Modulation hands;
    ModValues asked; /* by them, in its current frame */
} VoiceControl;

/* A channel's newest note, for the one that follows it. */
typedef struct LastNote {
    float pitch;
    int64_t released; /* the sample, -1 while it is held */
    int voice, any;
} LastNote;

/* Written by the audio thread, read by any. */
typedef struct Counters {
    _Atomic int64_t position, callbacks, xruns, late_frames, stolen_voices, dropped_events;
    _Atomic int64_t load_histogram[LOAD_BINS];
    _Atomic int sounding_voices, swapping;
    _Atomic float load, peak_load, peak_cpu, peak, delay_ms, reduction;
} Counters;

struct Synth {
    SynthConfig config;
    int64_t position, chunk_start;
    int hop;
    EventQueue ring;
    EventSchedule schedule;
    Channel channel[16];
    ModMatrixSwap maps;
    Mpe mpe;
    Tuning tuning;
    float detune[MIDI_CHANNELS][TUNED_KEYS]; /* semitones above the tuning that each key was struck with last */
    VoiceAllocator voices;
    VoiceControl part[MAX_VOICES];
    LastNote before[16];
    uint32_t notes; /* started so far; seeds their noise */
    uint32_t moves; /* notes that went on in a breath */
    const Event *playing; /* the event that the voices are told of */
    Instrument *current, *previous; /* previous fades out */
    _Atomic(Instrument *) incoming, retired;
    Ramp fade_in, fade_out, wet;
    float wet_target, wet_smoothing; /* in seconds */
    Ramp master; /* volume of the whole synth */
    float master_target, master_fine, master_coarse; /* semitones */
    RackSwap racks;
    Rack rack; /* of the whole instrument: it rings on when a patch is changed */
    Limiter output;
    Input input;
    float *left, *right; /* [CHUNK] */
    Clock clock;
    Counters counters;
    Readout readout;
    _Atomic(Tap *) tap; /* NULL: nobody listens in */
    _Atomic int measure;
    _Atomic float perform; /* amount of the performer */
    _Atomic float express; /* amount of expression */
    _Atomic float life;    /* amount of it */
    _Atomic(unsigned long long) thread; /* the pthread_t that called last, or 0 */
};

#endif
