/* The synth as the player that its voices tell what to do: notes become parts, the control stage's side of a voice. */
#ifndef DDSP_PLAYER_H
#define DDSP_PLAYER_H
#include "engine.h"

Player player_of(Synth *s);
/* What a part is asked for by its channel and its key. */
Gesture player_gesture(const Synth *s, const Part *part);
/* The rate of the part's vibrato from this position on. */
void player_sway(const Synth *s, Part *part, int64_t position);
/* The part's gestures go on for a frame of so many samples. */
void player_follow(const Synth *s, Part *part, int64_t samples);
/* A map that has come counts from now on, for notes that sound as well. */
void player_remap(Synth *s);
/* With MPE, a channel's next note brings its own bend, pressure and slide: parts whose keys have been let go keep the
   ones they had. Called while the channels still have them. */
void player_keep_gestures(Synth *s);
/* Notes that sound follow a change of the tuning. */
void player_retune(Synth *s, Part *part);

#endif
