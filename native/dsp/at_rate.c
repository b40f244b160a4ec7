#include "api/at_rate.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define PI 3.14159265358979323846
#define CROSSINGS 80        /* of the windowed sine cardinal, on either side */
#define BETA 11.0           /* of Kaiser's window: 110 dB */
#define TRANSITION 0.022    /* half the filter's transition, as a share of the lower rate */
#define MOST_RATE 4.0       /* by which a lower new rate widens the filter at most */
#define TAPS ((int)(2 * CROSSINGS * MOST_RATE) + 2)

/* c0 + c1 v + c2 v^2 for v = (w - k) / (1 - k w), times (1 - k w)^2, by powers of w. */
static void substitute(const double *c, double k, double *to) {
    to[0] = c[0] - k * c[1] + k * k * c[2];
    to[1] = (1 + k * k) * c[1] - 2 * k * (c[0] + c[2]);
    to[2] = k * k * c[0] - k * c[1] + c[2];
}

static void section_at_rate(double *s, double rate, double new_rate) {
    const double angle = acos(-s[4] / (s[3] + s[5])), new_angle = angle * (rate / new_rate);
    if (!(new_angle < PI)) {
        const double level = (s[0] + s[1] + s[2]) / (s[3] + s[4] + s[5]);
        memcpy(s, (double[6]){level, 0, 0, 1, 0, 0}, 6 * sizeof *s);
        return;
    }
    /* Both transforms in one: z^-1 of the old rate is (w - k) / (1 - k w), with w the z^-1 of the new one. */
    const double ratio = tan(angle / 2) / tan(new_angle / 2), k = (ratio - 1) / (ratio + 1);
    double moved[6];
    substitute(s, k, moved);
    substitute(s + 3, k, moved + 3);
    for (int i = 0; i < 6; i++) s[i] = moved[i] / moved[3];
}

void biquad_at_rate(double *sos, int sections, double rate, double new_rate) {
    for (int i = 0; rate != new_rate && i < sections; i++) section_at_rate(sos + 6 * i, rate, new_rate);
}

int impulse_length_at_rate(int length, double rate, double new_rate) {
    return (int)ceil((double)length * new_rate / rate);
}

/* The modified Bessel function of the first kind and order 0. */
static double bessel(double x) {
    double sum = 1, term = 1;
    for (int i = 1; i < 40; i++) {
        term *= (x / (2 * i)) * (x / (2 * i));
        sum += term;
    }
    return sum;
}

/* The weights of the samples around a place that lies `fraction` behind the middle one; cutoff: cycles a sample. */
static void design(double fraction, double cutoff, int reach, double *taps) {
    for (int i = 0; i < 2 * reach; i++) {
        const double at = (double)(i - reach + 1) - fraction, x = at / reach;
        const double window = x * x < 1 ? bessel(BETA * sqrt(1 - x * x)) / bessel(BETA) : 0;
        const double angle = 2 * PI * cutoff * at;
        taps[i] = window * 2 * cutoff * (fabs(angle) < 1e-9 ? 1 : sin(angle) / angle);
    }
}

static float weigh(const float *samples, int length, int64_t middle, int reach, const double *taps) {
    double sum = 0;
    for (int i = 0; i < 2 * reach; i++) {
        const int64_t at = middle - reach + 1 + i;
        if (at >= 0 && at < length) sum += taps[i] * samples[at];
    }
    return (float)sum;
}

static int64_t common(int64_t a, int64_t b) {
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void impulse_at_rate(const float *samples, int length, double rate, double new_rate, float *out) {
    const int count = impulse_length_at_rate(length, rate, new_rate);
    const double lower = fmin(1.0, new_rate / rate), wider = fmin(MOST_RATE, 1.0 / lower);
    const int reach = (int)(CROSSINGS * wider);
    const int64_t from = (int64_t)llrint(rate), to = (int64_t)llrint(new_rate), divisor = common(from, to);
    const int64_t phases = to / divisor, step = from / divisor; /* sample i lies at i * step / phases */
    double taps[TAPS];
    for (int64_t phase = 0; phase < phases && phase < count; phase++) {
        const int64_t rest = phase * step % phases;
        design((double)rest / (double)phases, (0.5 - TRANSITION) * lower, reach, taps);
        /* The gain of a filter is per sample, and there are other samples now. */
        for (int i = 0; i < 2 * reach; i++) taps[i] *= rate / new_rate;
        for (int64_t i = phase; i < count; i += phases) out[i] = weigh(samples, length, i * step / phases, reach, taps);
    }
}
