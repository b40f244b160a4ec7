/* What a rack is set to, and what it is to be set to: a writer hands over whole settings while the audio thread plays,
   and controllers add to them. */
#ifndef DDSP_RACK_SWAP_H
#define DDSP_RACK_SWAP_H
#include "api/rack_settings.h"
#include "base/triple.h"

/* In the order of the targets from MOD_DRIVE to MOD_REVERB. */
enum { MACRO_DRIVE, MACRO_SQUEEZE, MACRO_LOW, MACRO_HIGH, MACRO_CHORUS, MACRO_ECHO, MACRO_REVERB, MACROS };

typedef struct RackSwap {
    RackSettings slot[3];
    Triple turn;
    int known; /* something was written: until then controllers move nothing */
    float macro[MACROS]; /* 0 .. 1: at 0 the rack is as it is set, at 1 there is as much as can be; low and high: from
                            less to more than it is set to */
} RackSwap;

void rack_swap_init(RackSwap *r);
void rack_swap_write(RackSwap *r, const RackSettings *settings); /* one thread at a time, never the audio thread */
void rack_swap_take(RackSwap *r); /* audio thread: takes over what was written */
void rack_swap_move(RackSwap *r, int macro, float value); /* audio thread */
/* Audio thread: what is to be played, with all that controllers add. */
RackSettings rack_swap_settings(const RackSwap *r);

#endif
