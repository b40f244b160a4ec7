/* The input as a player of the synth: what is heard becomes control frames of a voice of its own, beside those that
   keys play, or notes. */
#ifndef DDSP_LISTEN_H
#define DDSP_LISTEN_H
#include "engine.h"

/* At a position on the hop's grid: hear what came in before it. */
void listen_control(Synth *s, int64_t position);
/* Then, whether the voice has a frame there, and which. */
int listen_frame(Synth *s, ControlFrame *frame);
/* Another map of gestures came. */
void listen_remap(Synth *s);

#endif
