/* Reverberation by sixteen delay lines that feed each other through an orthogonal matrix (after Jot). Each line loses
   per pass what its length asks for by the decay, by way of two shelves. What comes out is added by the rack. */
#ifndef DDSP_REVERB_H
#define DDSP_REVERB_H
#include "api/rack_settings.h"
#include "base/arena.h"
#include "effects/glide.h"
#include "effects/tap_fade.h"

#define LINES 16
#define LINE_NUMBERS 6                             /* of two filters of the first order: b0 b1 a1 */
#define REVERB_NUMBERS 97 /* of all lines, and the level of what comes out */

typedef struct Reverb {
    double sample_rate;
    Glide glide;
    double from[REVERB_NUMBERS], to[REVERB_NUMBERS]; /* [LINE_NUMBERS][LINES], then the level */
    TapFade size, predelay;                          /* the size in thousandths */
    int length[2][LINES];                            /* of the lines: before the size's fade, and after it */
    uint32_t at, mask[LINES], predelay_mask;
    int64_t age; /* samples since it was reset: what is older in the lines counts as silence */
    float *line[LINES], *waiting[2];
    float state[2][LINES];
} Reverb;

void reverb_init(Reverb *r, Arena *arena, double sample_rate);
void reverb_reset(Reverb *r);
/* As echo_aim. */
int reverb_aim(Reverb *r, const ReverbSettings *settings, int on, int64_t position, int length);
/* left and right come in; wet [2][size]: what is to be added. */
void reverb_render(Reverb *r, int64_t position, const float *left, const float *right, float *const wet[2], int size);
int64_t reverb_memory(const Reverb *r);

#endif
