/* Units of measure. */
#ifndef DDSP_UNITS_H
#define DDSP_UNITS_H
#include <math.h>

#include "base/db.h"

#define OFF_DB -60.0f /* a level at which a unit that adds is off */
#define HIGHEST_SHARE 0.49 /* of the sample rate, that a frequency may be at */

/* Gain of a level that means silence at OFF_DB. */
static inline double gain_of_level(float db) { return db > OFF_DB ? gain_of_db(db) : 0.0; }

static inline double within(double x, double low, double high) { return fmin(high, fmax(low, x)); }

/* Half the angle of a frequency, as the bilinear transform needs it. */
static inline double warped(double hz, double sample_rate) {
    const double angle = M_PI * within(hz / sample_rate, 1e-5, HIGHEST_SHARE);
    return sin(angle) / cos(angle);
}

/* Share of the way that a low-pass of the first order goes in a sample. */
static inline double lowpass_share(double hz, double sample_rate, double off_hz) {
    return hz >= off_hz ? 1.0 : 1.0 - exp(-2.0 * M_PI * hz / sample_rate);
}

#endif
