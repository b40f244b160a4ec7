/* The synth as the player that its voices tell what to do: notes become parts, the control stage's side of a voice. */
#ifndef DDSP_NOTE_LIFECYCLE_H
#define DDSP_NOTE_LIFECYCLE_H
#include "synth/synth_state.h"

Player player_of(Synth *s);
/* What a part is asked for by its channel and its key. */
ModValues note_lifecycle_modulation(const Synth *s, const VoiceControl *part);
/* The same for its next frame, kept in the part; and the rate of its vibrato from this position on. */
void player_ask(const Synth *s, VoiceControl *part, int64_t position);
/* The part's gestures go on for a frame of so many samples. */
void note_lifecycle_follow(const Synth *s, VoiceControl *part, int64_t samples);
/* Another map counts from now on, for notes that sound as well. */
void note_lifecycle_remap(Synth *s);
/* With MPE, a channel's next note brings its own bend, pressure and slide: parts whose keys have been let go keep the
   ones they had. Called while the channels still have them. */
void note_lifecycle_freeze(Synth *s);
/* Notes that sound follow a change of the tuning. */
void note_lifecycle_retune(Synth *s, VoiceControl *part);

#endif
