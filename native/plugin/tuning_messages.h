/* System exclusive messages that a synth answers: the MIDI Tuning Standard, master volume and tuning, and resets; as
   engine/tuning/mts.py and engine/midi/universal.py read them. Audio thread. */
#ifndef DDSP_PLUGIN_TUNING_MESSAGES_H
#define DDSP_PLUGIN_TUNING_MESSAGES_H
#include "api/synth.h"

#define TUNING_LONGEST 1024 /* bytes of a message that may mean something */
#define TUNING_KEYS 128
#define TUNING_CHANNELS 16
#define TUNING_OCTAVE 12

typedef struct TuningMessages {
    double keys[TUNING_KEYS];                          /* fractional MIDI notes, of all channels */
    double octave_cents[TUNING_CHANNELS][TUNING_OCTAVE]; /* added to each C, C sharp ... */
    int changed;                                       /* since it was begun */
} TuningMessages;

void tuning_messages_init(TuningMessages *t);
/* Answers a message, F0 ... F7, at its sample; one that was damaged or means something else changes nothing. */
void tuning_messages_take(TuningMessages *t, Synth *synth, int64_t time, const uint8_t *bytes, int size);

#endif
