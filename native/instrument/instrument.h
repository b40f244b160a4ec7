/* A loaded patch, ready to sound: its decoder and, per voice, decoder state and sound; body and room behind the mix.
   Everything that depends on the patch is here, so that a swap is one pointer. */
#ifndef DDSP_INSTRUMENT_H
#define DDSP_INSTRUMENT_H
#include "api/instrument.h"
#include "base/ramp.h"
#include "dsp/biquad_cascade.h"
#include "dsp/convolver.h"
#include "effects/rack.h"
#include "instrument/formant_shift.h"
#include "instrument/life_spectrum.h"
#include "expression/expression_net.h"
#include "expression/life_contour.h"
#include "instrument/frame_queue.h"
#include "midi/voice_allocator.h"
#include "nn/network.h"

/* What the control stage hands over for one voice and one frame. */
typedef struct ControlFrame {
    int voice;
    VoiceFrame sound;
    float f0_scaled, loudness_scaled; /* the decoder's inputs */
} ControlFrame;

struct Instrument {
    InstrumentConfig config; /* its pointers are Python's and not read after init */
    NoteContourRange range;
    ExpressionNet performer;
    LifeContour life_contour;
    LifeSpectrum life_spectrum;
    Network decoder;
    TimbreShaper bender;
    FormantShift formants;
    float *resonances; /* NULL: none */
    NoiseDesign noise;
    FrameQueue frames;
    VoiceRenderer sound[MAX_SOUNDS];
    float *activation[MAX_SOUNDS], *state[MAX_SOUNDS];
    Tail tail;
    BiquadCascade body;
    Rack inserts;
    RackSettings inserted; /* what they are set to */
    Convolver *room;      /* NULL: none */
    int hold_frames; /* that a late worker's last frame is held: 100 ms */
    int room_runs;   /* its history is not silent */
    float trim;      /* gain */
    FrameLog *kept, *score; /* NULL: none */
    float *dry[2], *wet[2]; /* [CHUNK] scratch, left and right */
};

/* Of the current patch: frames that begin at `position`, at most one a voice. */
void instrument_control(Instrument *in, int64_t chunk_start, int64_t position, const ControlFrame *frames, int count);
/* When the next delayed frame begins to sound, or INT64_MAX. */
int64_t instrument_due(const Instrument *in);
/* Begin the delayed frames that are due at `position`; returns how many the worker was late with. */
int instrument_begin_due(Instrument *in, int64_t chunk_start, int64_t position);
/* Fade a voice out at once; what the control stage has sent it is forgotten. */
void instrument_cut(Instrument *in, int64_t chunk_start, int64_t position, int voice);
/* On the hop's grid, before the chunk that begins there. */
void instrument_step(Instrument *in, int64_t position, int hop);
/* The chunk [start, start + size) of all voices, body, inserts and room, times gain and trim, added to left and right. */
void instrument_render(Instrument *in, int64_t start, int size, const Ramp *wet, const Ramp *gain, float *left,
                       float *right);

#endif
