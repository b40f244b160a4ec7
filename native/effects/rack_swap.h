/* What a rack is set to, and what it is to be set to: a writer hands over whole settings while the audio thread plays,
   and controllers move amounts on top of them. */
#ifndef DDSP_RACK_SWAP_H
#define DDSP_RACK_SWAP_H
#include "api/rack_settings.h"
#include "base/triple.h"

#define MACROS 7 /* as many as targets from MOD_DRIVE to MOD_REVERB, in their order */
#define MACRO_SQUEEZE 1

typedef struct RackSwap {
    RackSettings slot[3];
    Triple turn;
    RackSettings taken; /* the newest that was taken over */
    int known;          /* there is one: until then controllers move nothing */
    float macro[MACROS]; /* 0 .. 1, below 0 while none has moved it */
} RackSwap;

void rack_swap_init(RackSwap *r);
void rack_swap_write(RackSwap *r, const RackSettings *settings); /* one thread at a time, never the audio thread */
/* Audio thread: takes over what was written. A controller's move counts until its amount is set, or another rack is. */
void rack_swap_take(RackSwap *r);
void rack_swap_move(RackSwap *r, int macro, float value); /* audio thread */
/* Audio thread: what is to be played, with all that controllers have moved. */
RackSettings rack_swap_settings(const RackSwap *r);

#endif
