#include "effects/reverb.h"

#include <string.h>

#include "base/simd.h"
#include "effects/units.h"

#define LENGTHS_RATE 44100.0
#define LEAST_SIZE 0.3
#define MOST_SIZE 2.0
#define LONGEST_PREDELAY 0.2 /* seconds */
#define WIDEST_GAP 72        /* between two primes as small as these */
#define GROUPS 4             /* lines are taken four at a time */

enum { LOW_B0, LOW_B1, LOW_A1, HIGH_B0, HIGH_B1, HIGH_A1, LEVEL = LINE_NUMBERS * LINES };

typedef float lanes __attribute__((vector_size(16)));

static const int lengths[LINES] = {997,  1153, 1327, 1559, 1801, 2099, 2389, 2707,
                                   3001, 3319, 3631, 3943, 4253, 4567, 4871, 5189};
/* Signs by which both sides go in, and come out: Walsh functions, so that none of the four is like another. */
enum { LEFT_IN = 6, RIGHT_IN = 9, LEFT_OUT = 5, RIGHT_OUT = 10 };

static float sign(int function, int line) {
    const int common = function & line;
    return (common ^ common >> 1 ^ common >> 2 ^ common >> 3) & 1 ? -1.0f : 1.0f;
}

static int is_prime(int n) {
    if (n % 2 == 0) return 0;
    for (int d = 3; d * d <= n; d += 2)
        if (n % d == 0) return 0;
    return 1;
}

/* The next prime: lines whose lengths share no factor never ring together. */
static int line_length(int line, double size, double sample_rate) {
    int length = (int)(lengths[line] * size * sample_rate / LENGTHS_RATE);
    for (int i = 0; i < WIDEST_GAP && !is_prime(length); i++) length++;
    return length;
}

static uint32_t power_of_two(double least) {
    uint32_t size = 64;
    while (size < least) size *= 2;
    return size;
}

void reverb_init(Reverb *r, Arena *arena, double sample_rate) {
    memset(r, 0, sizeof *r);
    r->sample_rate = sample_rate;
    for (int j = 0; j < LINES; j++) {
        const uint32_t size = power_of_two(lengths[j] * MOST_SIZE * sample_rate / LENGTHS_RATE + WIDEST_GAP + 1);
        r->line[j] = arena_floats(arena, size);
        r->mask[j] = size - 1;
    }
    const uint32_t size = power_of_two(LONGEST_PREDELAY * sample_rate + 2);
    for (int side = 0; side < 2; side++) r->waiting[side] = arena_floats(arena, size);
    r->predelay_mask = size - 1;
}

void reverb_reset(Reverb *r) {
    r->age = 0;
    memset(r->state, 0, sizeof r->state);
    r->glide = (Glide){0, 0};
    r->size.length = r->predelay.length = 0;
}

/* (s + zero) / (s + pole), times the gain, by the bilinear transform. */
static void first_order(double *numbers, int line, double scale, double s, double zero, double pole) {
    numbers[LOW_B0 * LINES + line] = scale * (s + zero) / (1 + pole);
    numbers[LOW_B1 * LINES + line] = scale * (zero - s) / (1 + pole);
    numbers[LOW_A1 * LINES + line] = (pole - 1) / (1 + pole);
}

/* The gain of a pass is that of the decay between the crossovers, and by shelves that of the other decays beyond them.
   A shelf deeper than a filter of the first order can be leaves the middle alone. */
static double fill_line(double *numbers, int line, int length, const ReverbSettings *s, double sample_rate) {
    const double decay = within(s->decay, 0.05, 60), passes = 3.0 * length / (decay * sample_rate);
    const double low_times = within(s->low_times, 0.1, 10), high_times = within(s->high_times, 0.02, 2);
    const double gain = pow(10, -passes);
    const double low = pow(10, passes * (1 - 1 / low_times)), high = pow(10, passes * (1 - 1 / high_times));
    const double low_at = warped(s->low, sample_rate), high_at = warped(s->high, sample_rate);
    const double low_pole = low < 1 ? low_at * fmin(1 / sqrt(low), 2) : low_at * fmin(sqrt(low), 2) / low;
    const double high_pole = high < 1 ? high_at * fmax(sqrt(high), 0.5) : high_at * fmax(sqrt(high), high / 2);
    first_order(numbers, line, gain, 1, low_pole * low, low_pole);
    first_order(numbers + HIGH_B0 * LINES, line, 1, high, high_pole, high_pole);
    return gain * gain;
}

int reverb_aim(Reverb *r, const ReverbSettings *s, int on, int64_t position, int length) {
    const double size = within(s->size, LEAST_SIZE, MOST_SIZE);
    const int before = r->size.to, first = !r->size.length;
    int again = tap_fade_aim(&r->size, (int)(size * 1000 + 0.5), position, r->sample_rate);
    if (first || r->size.to != before) {
        for (int j = 0; j < LINES; j++) {
            const int new = line_length(j, r->size.to * 1e-3, r->sample_rate);
            r->length[0][j] = first ? new : r->length[1][j];
            r->length[1][j] = new;
        }
    }
    const int wait = (int)(within(s->predelay * 1e-3, 0, LONGEST_PREDELAY) * r->sample_rate + 0.5);
    again |= tap_fade_aim(&r->predelay, wait, position, r->sample_rate);
    double aim[REVERB_NUMBERS], kept = 0;
    for (int j = 0; j < LINES; j++) kept += fill_line(aim, j, r->length[1][j], s, r->sample_rate) / LINES;
    /* At a level of 0 dB as loud as what comes in, whatever the decay. */
    aim[LEVEL] = on ? gain_of_level(s->level) * sqrt(0.5 * (1 - kept)) : 0.0;
    glide_aim(&r->glide, r->from, r->to, aim, REVERB_NUMBERS, position, length);
    return again;
}

INLINE float read(const Reverb *r, int line, int length) {
    return r->age < length ? 0.0f : r->line[line][(r->at - (uint32_t)length) & r->mask[line]];
}

INLINE float read_waiting(const Reverb *r, int side, int delay) {
    return r->age < delay ? 0.0f : r->waiting[side][(r->at - (uint32_t)delay) & r->predelay_mask];
}

INLINE float sum(lanes x) { return (x[0] + x[1]) + (x[2] + x[3]); }
INLINE lanes four(const float *from) { lanes x; memcpy(&x, from, sizeof x); return x; }
INLINE lanes spread(float x) { return (lanes){x, x, x, x}; }

INLINE float at(const Reverb *r, int line) {
    return r->line[line][(r->at - (uint32_t)r->length[1][line]) & r->mask[line]];
}

/* What comes out of four lines once all are filled: into a register at once, as what was stored number by number is
   slow to load as a whole. */
INLINE lanes filled_lines(const Reverb *r, int line) {
    return (lanes){at(r, line), at(r, line + 1), at(r, line + 2), at(r, line + 3)};
}

/* What comes out of four lines while they fill or change their length. */
INLINE lanes changing_lines(const Reverb *r, int line, float share) {
    float out[4];
    for (int k = 0; k < 4; k++) {
        const float new = read(r, line + k, r->length[1][line + k]), old = read(r, line + k, r->length[0][line + k]);
        out[k] = share < 1.0f ? old + (new - old) * share : new;
    }
    return four(out);
}

INLINE float delayed(const Reverb *r, int side, float share) {
    const float new = read_waiting(r, side, r->predelay.to);
    if (share >= 1.0f || r->predelay.from == r->predelay.to) return new;
    const float old = read_waiting(r, side, r->predelay.from);
    return old + (new - old) * share;
}


/* Both shelves, on four lines. n [LINE_NUMBERS][LINES], at these lines. */
INLINE lanes lose(lanes x, const float *n, lanes *low, lanes *high) {
    const lanes y = four(n + LOW_B0 * LINES) * x + *low;
    *low = four(n + LOW_B1 * LINES) * x - four(n + LOW_A1 * LINES) * y;
    x = four(n + HIGH_B0 * LINES) * y + *high;
    *high = four(n + HIGH_B1 * LINES) * y - four(n + HIGH_A1 * LINES) * x;
    return x;
}

/* Times H (x) H, with H = I - 1/2 of all ones, 4 by 4: orthogonal, and nothing but sums. */
INLINE void mix(lanes *v) {
    const lanes half = 0.5f * ((v[0] + v[1]) + (v[2] + v[3]));
    for (int i = 0; i < GROUPS; i++) {
        v[i] -= half;
        v[i] -= spread(0.5f * sum(v[i]));
    }
}

HOT static void render(Reverb *r, int64_t position, const float *left, const float *right, float *const wet[2], int size) {
    float n[REVERB_NUMBERS], in[2][LINES], out[2][LINES];
    for (int j = 0; j < LINES; j++) {
        in[0][j] = 0.25f * sign(LEFT_IN, j), in[1][j] = 0.25f * sign(RIGHT_IN, j);
        out[0][j] = sign(LEFT_OUT, j), out[1][j] = sign(RIGHT_OUT, j);
    }
    const int fades = tap_fade_share(&r->size, position) < 1.0f;
    const int settled = !fades && r->age >= r->length[1][LINES - 1];
    lanes low[GROUPS], high[GROUPS];
    memcpy(low, r->state[0], sizeof low);
    memcpy(high, r->state[1], sizeof high);
    const int moves = glide_moves(&r->glide, r->from, r->to, REVERB_NUMBERS, position);
    glide_numbers(&r->glide, r->from, r->to, REVERB_NUMBERS, position, n);
    for (int i = 0; i < size; i++) {
        if (moves) glide_numbers(&r->glide, r->from, r->to, REVERB_NUMBERS, position + i, n);
        lanes v[GROUPS], side[2] = {{0}, {0}};
        r->waiting[0][r->at & r->predelay_mask] = left[i];
        r->waiting[1][r->at & r->predelay_mask] = right[i];
        const float wait = tap_fade_share(&r->predelay, position + i);
        const lanes x[2] = {spread(delayed(r, 0, wait)), spread(delayed(r, 1, wait))};
        const float share = fades ? tap_fade_share(&r->size, position + i) : 1.0f;
        for (int g = 0; g < GROUPS; g++) {
            const lanes o = settled ? filled_lines(r, 4 * g) : changing_lines(r, 4 * g, share);
            for (int s = 0; s < 2; s++) side[s] += four(out[s] + 4 * g) * o;
            v[g] = lose(o, n + 4 * g, &low[g], &high[g]);
        }
        mix(v);
        for (int g = 0; g < GROUPS; g++) {
            v[g] += four(in[0] + 4 * g) * x[0] + four(in[1] + 4 * g) * x[1];
            for (int k = 0; k < 4; k++) r->line[4 * g + k][r->at & r->mask[4 * g + k]] = v[g][k];
        }
        for (int s = 0; s < 2; s++) wet[s][i] = n[LEVEL] * sum(side[s]);
        r->at++;
        r->age++;
    }
    memcpy(r->state[0], low, sizeof low);
    memcpy(r->state[1], high, sizeof high);
}

void reverb_render(Reverb *r, int64_t position, const float *left, const float *right, float *const wet[2], int size) {
    render(r, position, left, right, wet, size);
}

int64_t reverb_memory(const Reverb *r) { return r->mask[LINES - 1] + 1 + r->predelay_mask + 1; }
