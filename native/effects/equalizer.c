#include "effects/equalizer.h"

#include <string.h>

#include "base/simd.h"
#include "effects/units.h"

#define HIGH_PASS_OFF 16.0f
#define LOW_PASS_OFF 20000.0f
#define FIRST_PEAK 2
#define LAST_PEAK 3
#define MOST_OCTAVES 1.0 /* that a peak glides */
#define SHELF_Q 0.70710678118654752

typedef double both __attribute__((vector_size(16))); /* left and right */

void equalizer_init(Equalizer *e, double sample_rate) {
    memset(e, 0, sizeof *e);
    e->sample_rate = sample_rate;
}

void equalizer_reset(Equalizer *e) {
    memset(e->state, 0, sizeof e->state);
    e->glide = (Glide){0, 0};
}

static double amplitude(float gain_db) { return gain_of_db(0.5 * gain_db); }

static void pass(double *band, double g, double q, double m0, double m1, double m2) {
    const double numbers[BAND_NUMBERS] = {g, 1.0 / q, m0, m1, m2};
    memcpy(band, numbers, sizeof numbers);
}

static void peak(double *band, double g, float gain_db, double q) {
    const double a = amplitude(gain_db), k = 1.0 / (q * a);
    const double numbers[BAND_NUMBERS] = {g, k, 1, k * (a * a - 1), 0};
    memcpy(band, numbers, sizeof numbers);
}

static void low_shelf(double *band, double g, float gain_db) {
    const double a = amplitude(gain_db), k = 1.0 / SHELF_Q;
    const double numbers[BAND_NUMBERS] = {g / sqrt(a), k, 1, k * (a - 1), a * a - 1};
    memcpy(band, numbers, sizeof numbers);
}

static void high_shelf(double *band, double g, float gain_db) {
    const double a = amplitude(gain_db), k = 1.0 / SHELF_Q;
    const double numbers[BAND_NUMBERS] = {g * sqrt(a), k, a * a, k * (1 - a) * a, 1 - a * a};
    memcpy(band, numbers, sizeof numbers);
}

void equalizer_aim(Equalizer *e, const EqualizerSettings *s, int64_t position, int length) {
    double aim[BANDS * BAND_NUMBERS];
    const double rate = e->sample_rate;
    const int high_passed = s->high_pass > HIGH_PASS_OFF, low_passed = s->low_pass < LOW_PASS_OFF;
    const double high_q = fmax(0.1, s->high_pass_q), low_q = fmax(0.1, s->low_pass_q);
    pass(aim, warped(s->high_pass, rate), high_q, 1, high_passed ? -1.0 / high_q : 0, high_passed ? -1 : 0);
    low_shelf(aim + 5, warped(s->low_shelf, rate), s->low_shelf_gain);
    peak(aim + 10, warped(s->peak_1, rate), s->peak_1_gain, fmax(0.1, s->peak_1_q));
    peak(aim + 15, warped(s->peak_2, rate), s->peak_2_gain, fmax(0.1, s->peak_2_q));
    high_shelf(aim + 20, warped(s->high_shelf, rate), s->high_shelf_gain);
    pass(aim + 25, warped(s->low_pass, rate), low_q, !low_passed, 0, low_passed);
    for (int b = 0; b < BANDS; b++) aim[b * BAND_NUMBERS] = log2(aim[b * BAND_NUMBERS]); /* pitches pass evenly */
    glide_aim(&e->glide, e->from, e->to, aim, BANDS * BAND_NUMBERS, position, length);
}

/* a1 a2 a3 m0 m1 m2 of each band from its log2 g, k, m0, m1, m2. */
INLINE void solve(double (*c)[6], const double *numbers) {
    for (int b = 0; b < BANDS; b++, numbers += BAND_NUMBERS) {
        const double g = exp2(numbers[0]), a1 = 1.0 / (1.0 + g * (g + numbers[1])), a2 = g * a1;
        const double solved[6] = {a1, a2, g * a2, numbers[2], numbers[3], numbers[4]};
        memcpy(c[b], solved, sizeof solved);
    }
}

/* A peak that moves far would carry what rings in it along, as a chirp: it goes to nothing where it is and comes up
   where it is to be. Returns whether it is there now; its ringing ends then. */
INLINE int leap(const Equalizer *e, int band, double share, double *now) {
    const double *from = e->from + band * BAND_NUMBERS, *to = e->to + band * BAND_NUMBERS;
    const int there = share >= 0.5;
    memcpy(now + band * BAND_NUMBERS, there ? to : from, BAND_NUMBERS * sizeof *now);
    now[band * BAND_NUMBERS + 3] *= there ? 2 * share - 1 : 1 - 2 * share;
    return there;
}

static int leaps(const Equalizer *e, int band) {
    const double octaves = e->to[band * BAND_NUMBERS] - e->from[band * BAND_NUMBERS];
    return band >= FIRST_PEAK && band <= LAST_PEAK && fabs(octaves) > MOST_OCTAVES;
}

INLINE both sample(both x, double (*c)[6], both (*s)[2]) {
    for (int b = 0; b < BANDS; b++) {
        const double *a = c[b];
        const both v3 = x - s[b][1];
        const both v1 = a[0] * s[b][0] + a[1] * v3;
        const both v2 = s[b][1] + a[1] * s[b][0] + a[2] * v3;
        s[b][0] = 2.0 * v1 - s[b][0];
        s[b][1] = 2.0 * v2 - s[b][1];
        x = a[3] * x + a[4] * v1 + a[5] * v2;
    }
    return x;
}

HOT static void render(Equalizer *e, int64_t position, float *left, float *right, int size) {
    double c[BANDS][6], now[BANDS * BAND_NUMBERS];
    both s[BANDS][2];
    memcpy(s, e->state, sizeof s);
    const int moves = glide_moves(&e->glide, e->from, e->to, BANDS * BAND_NUMBERS, position);
    solve(c, e->to);
    for (int i = 0; i < size; i++) {
        if (moves) {
            const double share = glide_share(&e->glide, position + i);
            for (int j = 0; j < BANDS * BAND_NUMBERS; j++) now[j] = glide_between(e->from[j], e->to[j], share);
            for (int b = FIRST_PEAK; b <= LAST_PEAK; b++)
                if (leaps(e, b) && leap(e, b, share, now) && glide_share(&e->glide, position + i - 1) < 0.5)
                    memset(s[b], 0, sizeof s[b]);
            solve(c, now);
        }
        const both y = sample((both){left[i], right[i]}, c, s);
        left[i] = (float)y[0];
        right[i] = (float)y[1];
    }
    memcpy(e->state, s, sizeof s);
}

void equalizer_render(Equalizer *e, int64_t position, float *left, float *right, int size) {
    render(e, position, left, right, size);
}
