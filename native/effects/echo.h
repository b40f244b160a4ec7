/* Ping-pong echo: two lines that feed each other through a low-pass of the first order, so that odd echoes come out of
   the one and even ones out of the other. What comes out is added by the rack. */
#ifndef DDSP_ECHO_H
#define DDSP_ECHO_H
#include "api/rack_settings.h"
#include "base/arena.h"
#include "effects/glide.h"
#include "effects/tap_fade.h"

#define ECHO_NUMBERS 7 /* feedback, share of the tone, odd left and right, even left and right, to the reverb */

typedef struct Echo {
    double sample_rate;
    Glide glide;
    double from[ECHO_NUMBERS], to[ECHO_NUMBERS];
    TapFade tap;
    uint32_t mask, at;
    int64_t age;       /* samples since it was reset: what is older in the lines counts as silence */
    float *line[2];    /* [mask + 1], odd and even */
    float tone[2];
} Echo;

void echo_init(Echo *e, Arena *arena, double sample_rate);
void echo_reset(Echo *e);
/* on: whether it is heard; it goes on turning while it fades. Returns whether it must be asked again at the next step,
   because a change of its time is not over. */
int echo_aim(Echo *e, const EchoSettings *settings, int on, int64_t position, int length);
/* wet [2][size]: what is to be added; send [2][size]: the part of it that goes to the reverb. */
void echo_render(Echo *e, int64_t position, const float *left, const float *right, float *const wet[2],
                 float *const send[2], int size);
int64_t echo_memory(const Echo *e);

#endif
