/* What each voice does now, for whoever shows it: one reading a voice, written at its frames by the audio thread, read
   by any other. Each is guarded by a sequence number that is odd while it is written, so that nobody waits. */
#ifndef DDSP_READOUT_H
#define DDSP_READOUT_H
#include <stdatomic.h>

#include "api/synth.h"
#include "midi/voice_allocator.h"

typedef struct VoiceReadout {
    _Atomic uint32_t turn;
    _Atomic int sounding, channel, note, held;
    _Atomic int64_t onset;
    _Atomic float pitch, loudness_db, gain;
} VoiceReadout;

typedef struct Readout {
    VoiceReadout voice[MAX_SOUNDS];
} Readout;

/* Audio thread. gain: linear, what `loudness_db` lacks. */
void readout_write(Readout *r, const VoiceReading *now, float gain);
void readout_silent(Readout *r, int voice);
/* Any thread: the voices that sound, [voices] at the most, and how many they are. */
int readout_read(Readout *r, int voices, VoiceReading *out);

#endif
