/* The instrument's own way of playing a note: a small network per patch, learned from the contours of its recordings,
   says frame by frame how far pitch and level stray from what note_contour_at makes of the note. All voices at once,
   a state per voice; beside the network's, a slow seeded drift, and the mean that keeps a note's level where it was. */
#ifndef DDSP_EXPRESSION_NET_H
#define DDSP_EXPRESSION_NET_H
#include "api/instrument.h"
#include "expression/note_contour.h"
#include "midi/voice_allocator.h"
#include "nn/network.h"

#define PERFORMER_INPUTS 22 /* in the order of engine/performance/performer.py */
#define PERFORMER_OUTPUTS 4 /* pitch in semitones, level in 10 dB, and the deviation of either's drift */

typedef struct ExpressionNetVoice {
    float *activation, *state;
    float pitch_drift, level_drift; /* of variance 1 */
    float centre;                   /* dB: the mean level that is taken off */
    int64_t at;                     /* position of the last frame */
    uint32_t frames;                /* since the note's onset */
} ExpressionNetVoice;

typedef struct ExpressionNet {
    int present, contour, state_size;
    Network network;
    ExpressionNetVoice voice[MAX_SOUNDS];
} ExpressionNet;

/* config's performer; none where it has no layers. */
void expression_net_init(ExpressionNet *p, Arena *arena, const InstrumentConfig *config);
/* What the network is told of a note at a time: [PERFORMER_INPUTS]. */
void expression_net_inputs(const NoteContour *note, const NoteContourRange *range, int64_t time, float *inputs);
/* A voice begins a note. */
void expression_net_reset(ExpressionNet *p, int voice);
/* The deviations of notes[i], which voices[i] plays, at times[i], times `amount`; written into the notes. drift: how much
   of its own drift there is, 0 to 1. */
void expression_net_step(ExpressionNet *p, const NoteContourRange *range, const int *voices, NoteContour *const *notes,
                    const int64_t *times, int count, float amount, float drift);

#endif
