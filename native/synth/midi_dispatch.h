/* What MIDI messages mean to the synth: channels and voices are told, nothing is rendered here. */
#ifndef DDSP_MIDI_DISPATCH_H
#define DDSP_MIDI_DISPATCH_H
#include "synth/synth_state.h"

/* An event whose time has come. Audio thread. */
void midi_play(Synth *s, int64_t time, const Event *event);

#endif
