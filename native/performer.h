/* The instrument's own way of playing a note: a small network per patch, learned from the contours of its recordings,
   says frame by frame how far pitch and level stray from what performance_at makes of the note. All voices at once,
   a state per voice; beside the network's, a slow seeded drift, and the mean that keeps a note's level where it was. */
#ifndef DDSP_PERFORMER_H
#define DDSP_PERFORMER_H
#include "decoder.h"
#include "performance.h"
#include "voices.h"

#define PERFORMER_INPUTS 22 /* in the order of engine/performance/performer.py */
#define PERFORMER_OUTPUTS 4 /* pitch in semitones, level in 10 dB, and the deviation of either's drift */

typedef struct PerformerVoice {
    float *activation, *state;
    float pitch_drift, level_drift; /* of variance 1 */
    float centre;                   /* dB: the mean level that is taken off */
    int64_t at;                     /* position of the last frame */
    uint32_t frames;                /* since the note's onset */
} PerformerVoice;

typedef struct Performer {
    int present, contour, state_size;
    Decoder network;
    PerformerVoice voice[MAX_SOUNDS];
} Performer;

/* config's performer; none where it has no layers. */
void performer_init(Performer *p, Arena *arena, const InstrumentConfig *config);
/* What the network is told of a note at a time: [PERFORMER_INPUTS]. */
void performer_inputs(const Performance *note, const PerformanceRange *range, int64_t time, float *inputs);
/* A voice begins a note. */
void performer_reset(Performer *p, int voice);
/* The deviations of notes[i], which voices[i] plays, at times[i], times `amount`; written into the notes. drift: how much
   of its own drift there is, 0 to 1. */
void performer_step(Performer *p, const PerformanceRange *range, const int *voices, Performance *const *notes,
                    const int64_t *times, int count, float amount, float drift);

#endif
