/* Chorus: three taps a side into a short delay, a third of a turn apart, the right side's a quarter of a turn later. */
#ifndef DDSP_CHORUS_H
#define DDSP_CHORUS_H
#include "api/rack_settings.h"
#include "base/arena.h"
#include "effects/glide.h"

#define CHORUS_NUMBERS 4 /* depth in samples, wet, dry, width */
#define CHORUS_TAPS 3

typedef struct Chorus {
    double sample_rate;
    Glide glide;
    double from[CHORUS_NUMBERS], to[CHORUS_NUMBERS];
    double turn, rate; /* of the taps at `grid`, cycles; cycles a sample */
    int64_t grid;      /* where the rate was set last */
    uint32_t mask, at;
    float *line[2];    /* [mask + 1], left and right */
} Chorus;

void chorus_init(Chorus *c, Arena *arena, double sample_rate);
void chorus_reset(Chorus *c);
void chorus_aim(Chorus *c, const ChorusSettings *settings, int64_t position, int length);
void chorus_render(Chorus *c, int64_t position, float *left, float *right, int size); /* in place */
int64_t chorus_memory(const Chorus *c); /* samples after which nothing of the input is left */

#endif
