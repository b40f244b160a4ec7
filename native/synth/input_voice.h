/* The input as a player of the synth: what is heard becomes control frames of a voice of its own, beside those that
   keys play, or notes. */
#ifndef DDSP_INPUT_VOICE_H
#define DDSP_INPUT_VOICE_H
#include "synth/synth_state.h"

/* At a position on the hop's grid: hear what came in before it. */
void input_voice_control(Synth *s, int64_t position);
/* Then, whether the voice has a frame there, and which. */
int input_voice_frame(Synth *s, ControlFrame *frame);
/* Another map of gestures came. */
void input_voice_remap(Synth *s);

#endif
