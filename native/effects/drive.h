/* Overdrive at four times the rate, so that what it adds above Nyquist does not fold back: a shaper between half-band
   filters made of all-passes (after Valenzuela and Constantinides). Dry and wet are mixed in between, and so aligned. */
#ifndef DDSP_DRIVE_H
#define DDSP_DRIVE_H
#include "api/rack_settings.h"
#include "effects/glide.h"

#define DRIVE_NUMBERS 6 /* gain, bias, what the bias alone gives, wet, dry, share of the tone's low-pass */
#define STEEP 4         /* pairs of all-passes between the rate and twice it */
#define GENTLE 2        /* between that and four times it */

/* Four lanes: left and right, each the even and the odd path. */
typedef struct HalfBands {
    float up_steep[STEEP + 1][4], up_gentle[GENTLE + 1][4];
    float down_gentle[GENTLE + 1][4], down_steep[STEEP + 1][4];
} HalfBands;

typedef struct Drive {
    double sample_rate;
    Glide glide;
    double from[DRIVE_NUMBERS], to[DRIVE_NUMBERS];
    int shape, shape_before; /* from one to the other while the numbers glide */
    HalfBands bands;
    float block_share;       /* of the filter that keeps off a steady offset */
    float tone[2], offset[2];
} Drive;

void drive_init(Drive *d, double sample_rate);
void drive_reset(Drive *d);
void drive_aim(Drive *d, const DriveSettings *settings, int64_t position, int length);
void drive_render(Drive *d, int64_t position, float *left, float *right, int size); /* in place */

#endif
