#include "plugin/flat_fields.h"

#include <math.h>

#define PI 3.14159265358979323846
#define VOICES 16
#define LARGEST_BODY_GAIN_DB 60.0
#define GRID 2048
#define SLACK 1e-6 /* of a bound: single precision */

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define FIELD(type, name, element, kind, low, high) \
    {offsetof(type, name), (int)(sizeof(((type *)0)->name) / sizeof(element)), kind, low, high}
#define WHOLE(name, low, high) FIELD(InstrumentConfig, name, int, FLAT_WHOLE, low, high)
#define REAL(name, low, high) FIELD(InstrumentConfig, name, double, FLAT_REAL, low, high)
#define SINGLE(name, low, high) \
    FIELD(InstrumentConfig, name, float, FLAT_SINGLE, (low) - SLACK * fabs_of(low), (high) + SLACK * fabs_of(high))
#define fabs_of(x) ((x) < 0 ? -(x) : (x))
#define DIP(name, deepest, spread_most)                                                                     \
    SINGLE(name.depth_db, 0, deepest), SINGLE(name.spread, 0, spread_most), SINGLE(name.fall, .001, .25),   \
        SINGLE(name.rise, .001, .5), SINGLE(name.late, -.05, .1)

#define MOST_LAYERS 192 /* a patch's 64, and copies of their inputs */
#define MOST_ACTIVATIONS (1 << 19)
#define MOST_STATE 65536

const FlatField flat_patch_fields[] = {
    REAL(patch_rate, FLAT_LEAST_RATE, FLAT_MOST_RATE),
    WHOLE(harmonics, 1, 256),
    WHOLE(noise_bands, 2, 1025),
    WHOLE(state_size, 0, MOST_STATE),
    WHOLE(layer_count, 1, MOST_LAYERS),
    WHOLE(activations, 1, MOST_ACTIVATIONS),
    WHOLE(f0_input, 0, MOST_ACTIVATIONS),
    WHOLE(loudness_input, 0, MOST_ACTIVATIONS),
    WHOLE(amplitude, 0, MOST_ACTIVATIONS),
    WHOLE(distribution, 0, MOST_ACTIVATIONS),
    WHOLE(noise_magnitudes, 0, MOST_ACTIVATIONS),
    SINGLE(loudness_low, -120, 20),
    SINGLE(loudness_high, -120, 20),
    SINGLE(loudness_top, -120, 20),
    SINGLE(pitch_low, 0, 127),
    SINGLE(pitch_high, 0, 127),
    WHOLE(keeps_formants, 0, 1),
    SINGLE(trim_db, -12, 30),
    SINGLE(attack_ms, 0, 5000),
    SINGLE(release_ms, 0, 20000),
    SINGLE(ring_db, -60, 0),
    SINGLE(ring_ms, 0, 20000),
    SINGLE(expression.step_seconds, .004, .25),
    SINGLE(expression.step_power, -1, 2),
    SINGLE(expression.leap_seconds, 0, .25),
    SINGLE(expression.step_spread, 0, 1.5),
    DIP(expression.slur, 30, 1),
    DIP(expression.detached, 40, 1),
    SINGLE(expression.burst_db, 0, 12),
    SINGLE(expression.onset_octaves, -1, 1),
    SINGLE(expression.onset_seconds, .001, .25),
    SINGLE(expression.vibrato_hz, 2, 10),
    SINGLE(expression.vibrato_wander, 0, .4),
    SINGLE(expression.vibrato_delay, 0, 3),
    SINGLE(expression.vibrato_fade, .001, 3),
    SINGLE(expression.vibrato_db, -12, 12),
    SINGLE(expression.jitter_cents, 0, 6),
    WHOLE(performer_layer_count, 0, MOST_LAYERS),
    WHOLE(performer_activations, 0, MOST_ACTIVATIONS),
    WHOLE(performer_state_size, 0, MOST_STATE),
    WHOLE(performer_contour, 0, MOST_ACTIVATIONS),
    SINGLE(life.partials, 0, 5),
    SINGLE(life.slope, -.5, 1.2),
    SINGLE(life.depth, 0, 2),
    SINGLE(life.neighbours, 0, .9),
    SINGLE(life.partial_spread, 0, .8),
    SINGLE(life.level, 0, 3),
    SINGLE(life.level_spread, 0, .8),
    SINGLE(life.pitch, 0, 30),
    SINGLE(life.pitch_spread, 0, .8),
    SINGLE(life.vibrato_cents, 0, 30),
    SINGLE(life.vibrato_hz, 3, 8),
    SINGLE(life.noise_db, 0, 4),
    SINGLE(life.noise_in_step, 0, .9),
    WHOLE(life.gestures, 0, LIFE_GESTURES),
    SINGLE(life.gesture_pitch, 0, 127),
    SINGLE(life.gesture_db, -9, 6),
    SINGLE(life.gesture_cents, -60, 60),
    WHOLE(body_sections, 0, 64),
};
const int FLAT_PATCH_FIELDS = COUNT(flat_patch_fields);

#define LAYER_WHOLE(name, low, high) FIELD(LayerSpec, name, int, FLAT_WHOLE, low, high)
#define LAYER_SINGLE(name, low, high) FIELD(LayerSpec, name, float, FLAT_SINGLE, low, high)
const FlatField flat_layer_fields[] = {
    LAYER_WHOLE(kind, 0, LAYERS - 1),
    LAYER_WHOLE(input, 0, MOST_ACTIVATIONS),
    LAYER_WHOLE(input_size, 1, 4096),
    LAYER_WHOLE(output, 0, MOST_ACTIVATIONS),
    LAYER_WHOLE(output_size, 1, 4096),
    LAYER_WHOLE(state, 0, MOST_STATE),
    LAYER_WHOLE(state_size, 0, MOST_STATE),
    LAYER_SINGLE(parameter, -200, 1),
    LAYER_WHOLE(lag_count, 0, 8),
    LAYER_WHOLE(lags, 0, 64),
    LAYER_WHOLE(knots, 0, 256),
    LAYER_WHOLE(columns, 0, 4096),
    LAYER_SINGLE(first, -12, 152),
    LAYER_SINGLE(step, 0, 24),
};
const int FLAT_LAYER_FIELDS = COUNT(flat_layer_fields);

static int within(int first, int size, int end) { return first <= end - size; }

int flat_patch_fits(const InstrumentConfig *c) {
    const int most = c->activations;
    return within(c->f0_input, 1, most) && within(c->loudness_input, 1, most) && within(c->amplitude, 1, most) &&
           within(c->distribution, c->harmonics, most) && within(c->noise_magnitudes, c->noise_bands, most) &&
           c->loudness_low < c->loudness_high && c->pitch_low < c->pitch_high;
}

int flat_layer_fits(const LayerSpec *s) {
    switch (s->kind) {
    case LAYER_LAYER_NORM: return s->parameter >= 1e-12f;
    case LAYER_LEAKY_RELU: return s->parameter >= 0;
    case LAYER_TABLE: return s->parameter <= 0 && s->step >= .0999f && s->knots >= 2 && s->columns >= 1;
    default: return 1;
    }
}

int flat_layer_arrays(LayerSpec *s, FlatArray *to) {
    const int64_t in = s->input_size, out = s->output_size, knots = s->knots, columns = s->columns;
    const float any = 3.4028235e38f; /* all that are finite */
    int count = 0;
    switch (s->kind) {
    case LAYER_DENSE:
    case LAYER_DENSE_INT8:
        to[count++] = (FlatArray){&s->weight, in * out, any};
        to[count++] = (FlatArray){&s->bias, out, any};
        break;
    case LAYER_LAYER_NORM:
        to[count++] = (FlatArray){&s->weight, in, any};
        to[count++] = (FlatArray){&s->bias, in, any};
        break;
    case LAYER_GRU:
        to[count++] = (FlatArray){&s->weight, 3 * in * out, any};
        to[count++] = (FlatArray){&s->bias, 3 * out, any};
        to[count++] = (FlatArray){&s->weight_hidden, 3 * out * out, any};
        to[count++] = (FlatArray){&s->bias_hidden, 3 * out, any};
        break;
    case LAYER_TABLE:
        to[count++] = (FlatArray){&s->levels, knots * columns, 60};
        to[count++] = (FlatArray){&s->slopes, knots * columns, 4};
        to[count++] = (FlatArray){&s->reference, knots, 200};
        break;
    default: break;
    }
    return count;
}

static double network_products(const LayerSpec *layers, int count) {
    double products = 0;
    for (int i = 0; i < count; i++) {
        const LayerSpec *s = layers + i;
        const double in = s->input_size, out = s->output_size;
        products += s->kind == LAYER_GRU ? 3 * out * (in + out) : s->kind == LAYER_DENSE || s->kind == LAYER_DENSE_INT8 ? in * out : out;
    }
    return products;
}

double flat_patch_gflops(const InstrumentConfig *c, double frame_rate) {
    const double products =
        network_products(c->layers, c->layer_count) + network_products(c->performer_layers, c->performer_layer_count);
    return 2e-9 * products * frame_rate * VOICES;
}

/* |c0 + c1 z^-1 + c2 z^-2|^2 at an angle of which the cosine is given. */
static double power(const double *c, double cosine) {
    return c[0] * c[0] + c[1] * c[1] + c[2] * c[2] + 2 * c[1] * (c[0] + c[2]) * cosine +
           2 * c[0] * c[2] * (2 * cosine * cosine - 1);
}

static double gain_db(const double *sos, int sections, double cosine) {
    double db = 0;
    for (int i = 0; i < sections; i++)
        db += 10 * log10(fmax(power(sos + 6 * i, cosine), 1e-30) / fmax(power(sos + 6 * i + 3, cosine), 1e-30));
    return db;
}

int flat_body_fits(const double *sos, int sections) {
    for (int i = 0; i < sections; i++) {
        const double *a = sos + 6 * i + 3;
        if (a[0] != 1 || !(fabs(a[2]) < 1) || !(fabs(a[1]) < 1 + a[2])) return 0;
    }
    for (int i = 0; i < sections; i++) { /* at the angle of each pole */
        const double *a = sos + 6 * i + 3;
        const double cosine = a[1] * a[1] < 4 * a[2] ? -a[1] / (2 * sqrt(a[2])) : a[1] < 0 ? 1 : -1;
        if (gain_db(sos, sections, cosine) > LARGEST_BODY_GAIN_DB) return 0;
    }
    for (int i = 0; i <= GRID; i++)
        if (gain_db(sos, sections, cos(PI * i / GRID)) > LARGEST_BODY_GAIN_DB) return 0;
    return 1;
}
