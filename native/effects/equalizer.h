/* Six bands in series: high-pass, low shelf, two peaks, high shelf, low-pass. State-variable sections after Simper,
   integrated by trapezoids: they have the responses of the cookbook's biquads and stay stable while they move. */
#ifndef DDSP_EQUALIZER_H
#define DDSP_EQUALIZER_H
#include "api/rack_settings.h"
#include "effects/glide.h"

#define BANDS 6
#define BAND_NUMBERS 5 /* log2 g, k, m0, m1, m2 */

typedef struct Equalizer {
    double sample_rate;
    Glide glide;
    double from[BANDS * BAND_NUMBERS], to[BANDS * BAND_NUMBERS];
    double state[BANDS][2][2]; /* the two integrators, each left and right */
} Equalizer;

void equalizer_init(Equalizer *e, double sample_rate);
void equalizer_reset(Equalizer *e);
/* Goes over to these settings from `position` on, in `length` samples. */
void equalizer_aim(Equalizer *e, const EqualizerSettings *settings, int64_t position, int length);
void equalizer_render(Equalizer *e, int64_t position, float *left, float *right, int size); /* in place */

#endif
