/* Another instrument in place of the one that plays, without a click. */
#ifndef DDSP_PATCH_SWAP_H
#define DDSP_PATCH_SWAP_H
#include "synth/synth_state.h"

/* At a block's begin: an instrument that has come takes over all voices at their next frame, then fades in while the old
   one fades out; one that has faded out is handed back. */
void patch_swap(Synth *s, int64_t position);
/* Frames for the instrument that fades out, as loud in its own range as in that of the one that takes over: a soft patch
   would bang at the level of a loud one. */
void patch_swap_leave(Synth *s, int64_t position, ControlFrame *frames, int count);

#endif
