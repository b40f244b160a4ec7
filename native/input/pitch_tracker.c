#include "input/pitch_tracker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/simd.h"

#define RATE 16000.0        /* Hz that the signal is decimated to, about */
#define PIECE 256           /* samples that are filtered at once */
#define BAND_LOW_HZ 30.0
#define BAND_HIGH_HZ 5000.0
#define WINDOW_SECONDS 0.012
#define WINDOW_GROWTH 1.45  /* from one of the windows to the next */
#define REFINED_SECONDS 0.0055 /* as many periods as fit: the more, the finer, until vibrato moves within them */
#define SHORTEST 3          /* lags */
#define FINE_BELOW 64       /* lags */
#define FINE_STEP 0.2f
#define SINC_TAPS 4         /* to each side */
#define WORST 0.8f          /* a candidate's measure, at most */
#define OCTAVE_COST 0.12f   /* of a lag twice as long: what repeats after one period does so after two */
#define JUMP_COST 0.4f      /* of an octave between two frames, at most that */
#define NEAR_OCTAVES 0.02f  /* that a pitch may move between frames for nothing */
/* Sums of products slide with the signal, sample in, sample out, for hours: so samples are multiples of 2^-20 within
   +-2, whose products are added up in double without any rounding. */
#define QUANTUM_MAGIC 6442450944.0 /* 1.5 x 2^32: adding it leaves multiples of 2^-20 */
#define MOST 2.0f
#define SILENT 1e-9         /* energy of a window, about -90 dB, in which nothing repeats */

/* Second-order sections of a Butterworth filter, high or low pass, by the bilinear transform. */
static void section(double *sos, double cycles, double damping, int high) {
    double angle = 2 * M_PI * cycles, c = cos(angle), alpha = sin(angle) * damping / 2;
    double edge = high ? (1 + c) / 2 : (1 - c) / 2, middle = high ? -2 * edge : 2 * edge;
    const double made[6] = {edge, middle, edge, 1 + alpha, -2 * c, 1 - alpha};
    memcpy(sos, made, sizeof made);
}

void pitch_tracker_init(PitchTracker *t, Arena *arena, double sample_rate) {
    int factor = (int)(sample_rate / RATE + 0.5);
    if (factor < 1) factor = 1;
    double rate = sample_rate / factor, high = BAND_HIGH_HZ < 0.4 * rate ? BAND_HIGH_HZ : 0.4 * rate;
    int shortest = (int)(rate / TRACKER_HIGH_HZ), longest = (int)(rate / TRACKER_LOW_HZ) + 2;
    int window = (int)(WINDOW_SECONDS * rate), windows[4];
    for (int i = 0; i < 4; i++, window = (int)(window * WINDOW_GROWTH)) windows[i] = (window + LANES - 1) / LANES * LANES;
    int lags = whole_lanes(longest + 2), span = windows[3] + lags + LANES;
    double sos[3][6];
    section(sos[0], BAND_LOW_HZ / sample_rate, 1.41421356, 1);
    section(sos[1], high / sample_rate, 0.76536686, 0);
    section(sos[2], high / sample_rate, 1.84775907, 0);
    BiquadCascade filter = {0};
    biquad_cascade_init(&filter, arena, sos[0], 3, 1);
    float *filtered = arena_floats(arena, PIECE);
    double *history = arena_take(arena, sizeof(double) * 2 * (size_t)span);
    double *product = arena_take(arena, sizeof(double) * (size_t)lags);
    double *energy = arena_take(arena, sizeof(double) * (size_t)(span + 1));
    float *unlike = arena_floats(arena, (size_t)lags), *measure = arena_floats(arena, (size_t)lags);
    if (!arena->base) return;
    *t = (PitchTracker){.filter = filter, .filtered = filtered, .factor = factor, .rate = rate,
                   .shortest = shortest > SHORTEST ? shortest : SHORTEST, .longest = longest,
                   .windows = {windows[0], windows[1], windows[2], windows[3]}, .span = span,
                   .history = history, .product = product, .energy = energy, .unlike = unlike, .measure = measure,
                   .last = {.aperiodicity = 1}};
}

/* A lag's window: as long as the lag, or longer. */
static int window_of(const PitchTracker *t, int lag) {
    int i = 0;
    while (i < 3 && lag / LANES * LANES + LANES > t->windows[i]) i++;
    return t->windows[i];
}

HOT static void slide(const PitchTracker *t, const double *x) {
    double *product = t->product;
    const int lags = whole_lanes(t->longest + 2);
    for (int first = 0, end; first < lags; first = end) {
        const int window = window_of(t, first);
        for (end = first + LANES; end < lags && window_of(t, end) == window;) end += LANES;
        const double in = x[0], out = x[window];
        const double *later = x, *gone = x + window;
        for (int lag = first; lag < end; lag++) product[lag] += in * later[lag] - out * gone[lag];
    }
}

static void step(PitchTracker *t, float sample) {
    double x = sample > -MOST ? sample < MOST ? sample : MOST : -MOST;
    x = (x + QUANTUM_MAGIC) - QUANTUM_MAGIC;
    t->at = t->at ? t->at - 1 : t->span - 1;
    t->history[t->at] = t->history[t->at + t->span] = x;
    slide(t, t->history + t->at);
}

void pitch_tracker_push(PitchTracker *t, const float *samples, int size) {
    for (int done = 0; done < size; done += PIECE) {
        int count = size - done < PIECE ? size - done : PIECE;
        memcpy(t->filtered, samples + done, (size_t)count * sizeof *samples);
        biquad_cascade_render(&t->filter, 0, t->filtered, count);
        for (int i = 0; i < count; i++) {
            if (!t->until_next) {
                step(t, t->filtered[i]);
                t->until_next = t->factor;
            }
            t->until_next--;
        }
    }
}

/* 1 - correlation of the window with the one a lag ago: unlike the difference itself, a crescendo changes nothing. */
static void compare(PitchTracker *t) {
    const double *x = t->history + t->at;
    t->energy[0] = 0;
    for (int i = 0; i < t->span; i++) t->energy[i + 1] = t->energy[i] + x[i] * x[i];
    float sum = 0;
    for (int lag = 0; lag <= t->longest; lag++) {
        const int window = window_of(t, lag);
        double here = t->energy[window], there = t->energy[lag + window] - t->energy[lag];
        float unlike = 1;
        if (here > SILENT && there > SILENT) unlike = (float)(1.0 - t->product[lag] / sqrt(here * there));
        t->unlike[lag] = unlike;
        sum += unlike;
        t->measure[lag] = lag && sum > 1e-6f ? unlike * (float)lag / sum : 1.0f;
    }
}

/* Where between its neighbours a dip at `lag` is lowest; *depth: how low. */
static float dip(const float *values, int lag, float *depth) {
    float before = values[lag - 1], here = values[lag], after = values[lag + 1];
    float bend = before - 2 * here + after, shift = bend > 1e-9f ? 0.5f * (before - after) / bend : 0;
    shift = fminf(1.0f, fmaxf(-1.0f, shift));
    *depth = here - 0.25f * (before - after) * shift;
    return (float)lag + shift;
}

/* The value between lags: what was filtered varies no faster than a windowed sinc can follow. Lags below 0 mirror those
   above. */
static float between(const float *values, float at) {
    int lag = (int)at;
    float part = at - (float)lag, sine = sinf((float)M_PI * part), sum = 0;
    if (part < 1e-4f) return values[lag];
    for (int i = 1 - SINC_TAPS; i <= SINC_TAPS; i++) {
        float away = part - (float)i, window = cosf((float)M_PI / 2 * away / SINC_TAPS);
        sum += values[abs(lag + i)] * window * window * (i & 1 ? -sine : sine) / ((float)M_PI * away);
    }
    return sum;
}

/* The same as dip, where lags lie so far apart that a parabola would be too high. */
static float fine_dip(const float *values, int lag, float *depth) {
    float near = dip(values, lag, depth), around[3];
    for (int i = 0; i < 3; i++) around[i] = between(values, near + FINE_STEP * (float)(i - 1));
    return near + FINE_STEP * (dip(around, 1, depth) - 1);
}

static float octaves(float a, float b) { return fabsf(log2f(a / b)); }

/* Keeps the least costly CANDIDATES, in order; returns how many there are now. */
static int keep(Candidate *found, int count, Candidate made) {
    int place = count < CANDIDATES ? count : CANDIDATES - 1;
    if (count == CANDIDATES && found[place].cost <= made.cost) return count;
    for (; place > 0 && found[place - 1].cost > made.cost; place--) found[place] = found[place - 1];
    found[place] = made;
    return count < CANDIDATES ? count + 1 : count;
}

static float cost_of(const PitchTracker *t, float lag, float measure) {
    return sqrtf(measure) + OCTAVE_COST * log2f(lag / (float)t->shortest);
}

static int find_candidates(const PitchTracker *t, Candidate *found) {
    int count = 0;
    for (int lag = t->shortest; lag < t->longest; lag++) {
        if (t->unlike[lag] >= t->unlike[lag - 1] || t->unlike[lag] > t->unlike[lag + 1]) continue;
        /* Worse than the lags before it on average: no interpolation makes a period of this. What is left of a note
           that was cut off has such corners, which it would take for deep dips. */
        if (t->measure[lag] > 1) continue;
        float depth, exact = (lag < FINE_BELOW ? fine_dip : dip)(t->unlike, lag, &depth), unlike = t->unlike[lag];
        float measure = unlike > 1e-6f ? fmaxf(0.0f, depth) * t->measure[lag] / unlike : 0.0f;
        if (measure > WORST) continue;
        count = keep(found, count, (Candidate){exact, measure, cost_of(t, exact, measure)});
    }
    /* Where the pitch was, although it may be lost for a frame. */
    if (t->candidates) {
        float lag = t->candidate[t->best].lag;
        float measure = lag < FINE_BELOW ? fmaxf(0.0f, between(t->measure, lag)) : t->measure[(int)(lag + 0.5f)];
        count = keep(found, count, (Candidate){lag, measure, cost_of(t, lag, measure)});
    }
    return count;
}

/* Adds to each candidate the cheapest way to come to it; returns the one where the cheapest path ends. */
static int follow_paths(PitchTracker *t, Candidate *found, int count) {
    int best = 0;
    for (int i = 0; i < count; i++) {
        float cheapest = t->candidates ? 1e9f : 0.0f;
        for (int j = 0; j < t->candidates; j++) {
            float moved = fmaxf(0.0f, octaves(found[i].lag, t->candidate[j].lag) - NEAR_OCTAVES);
            cheapest = fminf(cheapest, t->candidate[j].cost + JUMP_COST * fminf(1.0f, moved));
        }
        found[i].cost += cheapest;
        if (found[i].cost < found[best].cost) best = i;
    }
    return best;
}

/* A lag of several periods tells one period more exactly. */
static float refined(const PitchTracker *t, float lag, float *whole) {
    const float most = (float)(REFINED_SECONDS * t->rate);
    float period = lag;
    *whole = lag;
    for (int periods = 2; (float)periods * period <= most; periods++) {
        int near = (int)((float)periods * period + 0.5f);
        if (t->unlike[near - 1] < t->unlike[near]) near--;
        else if (t->unlike[near + 1] < t->unlike[near]) near++;
        float depth, exact = dip(t->unlike, near, &depth);
        if (fabsf(exact - (float)periods * period) > 1.0f) break;
        period = exact / (float)periods;
        *whole = exact;
    }
    return period;
}

Tracking pitch_tracker_read(PitchTracker *t) {
    Candidate found[CANDIDATES];
    compare(t);
    int count = find_candidates(t, found);
    t->last.aperiodicity = 1;
    if (count) {
        int best = follow_paths(t, found, count);
        float whole, lag = refined(t, found[best].lag, &whole), cheapest = found[best].cost;
        for (int i = 0; i < count; i++) found[i].cost -= cheapest;
        memcpy(t->candidate, found, sizeof found);
        t->best = best;
        t->last.f0_hz = (float)t->rate / lag;
        t->last.aperiodicity = found[best].measure;
        t->last.age_seconds = 0.5f * ((float)window_of(t, (int)whole) + whole) / (float)t->rate;
    }
    t->candidates = count;
    return t->last;
}
