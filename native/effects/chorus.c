#include "effects/chorus.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "effects/units.h"

#define LEAST_SECONDS 0.007
#define MOST_DEPTH 0.008 /* seconds */
#define STEP 16          /* samples between two sines, counted from the grid */

enum { DEPTH, WET, DRY, SPREAD };

static uint32_t size_of(double sample_rate) {
    uint32_t size = 64;
    while (size < (LEAST_SECONDS + MOST_DEPTH) * sample_rate + 8) size *= 2;
    return size;
}

void chorus_init(Chorus *c, Arena *arena, double sample_rate) {
    memset(c, 0, sizeof *c);
    c->sample_rate = sample_rate;
    const uint32_t size = size_of(sample_rate);
    c->mask = size - 1;
    for (int side = 0; side < 2; side++) c->line[side] = arena_floats(arena, size);
}

void chorus_reset(Chorus *c) {
    for (int side = 0; side < 2; side++) memset(c->line[side], 0, (c->mask + 1) * sizeof(float));
    c->glide = (Glide){0, 0};
}

void chorus_aim(Chorus *c, const ChorusSettings *s, int64_t position, int length) {
    const double turn = within(s->mix, 0, 1) * M_PI / 2;
    const double aim[CHORUS_NUMBERS] = {
        [DEPTH] = within(s->depth * 1e-3, 0, MOST_DEPTH) * c->sample_rate,
        [WET] = sin(turn) / sqrt((double)CHORUS_TAPS),
        [DRY] = cos(turn),
        [SPREAD] = within(s->width, 0, 1),
    };
    c->turn += (double)(position - c->grid) * c->rate;
    c->turn -= (double)(int64_t)c->turn;
    c->grid = position;
    c->rate = within(s->rate, 0, 20) / c->sample_rate;
    glide_aim(&c->glide, c->from, c->to, aim, CHORUS_NUMBERS, position, length);
}

/* Share of the depth that each tap is at, [side][tap], `step` steps after the grid. */
static void places(const Chorus *c, int64_t step, float (*out)[CHORUS_TAPS]) {
    const double turn = c->turn + (double)(step * STEP) * c->rate;
    for (int side = 0; side < 2; side++)
        for (int tap = 0; tap < CHORUS_TAPS; tap++) {
            const double cycles = turn - (double)(int64_t)turn + (double)tap / CHORUS_TAPS + 0.25 * side;
            out[side][tap] = 0.5f + 0.5f * (float)sin(2.0 * M_PI * cycles);
        }
}

/* Cubic (Lagrange) between the samples `delay` behind `at`. */
INLINE float read(const float *line, uint32_t mask, uint32_t at, float delay) {
    const uint32_t whole = (uint32_t)delay;
    const float x = delay - (float)whole;
    const float a = line[(at - whole + 1) & mask], b = line[(at - whole) & mask];
    const float c = line[(at - whole - 1) & mask], d = line[(at - whole - 2) & mask];
    const float xp = x + 1.0f, xm = x - 1.0f, xmm = x - 2.0f;
    return -x * xm * xmm * (1.0f / 6.0f) * a + xp * xm * xmm * 0.5f * b - xp * x * xmm * 0.5f * c +
           xp * x * xm * (1.0f / 6.0f) * d;
}

/* Samples within one step: `first` of it and on. */
HOT static void render(Chorus *c, int64_t position, int first, int size, float *left, float *right,
                       float (*begin)[CHORUS_TAPS], float (*end)[CHORUS_TAPS]) {
    const float least = (float)(LEAST_SECONDS * c->sample_rate);
    float n[CHORUS_NUMBERS];
    const int moves = glide_moves(&c->glide, c->from, c->to, CHORUS_NUMBERS, position);
    glide_numbers(&c->glide, c->from, c->to, CHORUS_NUMBERS, position, n);
    for (int i = 0; i < size; i++) {
        float wet[2] = {0, 0};
        if (moves) glide_numbers(&c->glide, c->from, c->to, CHORUS_NUMBERS, position + i, n);
        const float along = (float)(first + i) * (1.0f / STEP);
        c->line[0][c->at & c->mask] = left[i];
        c->line[1][c->at & c->mask] = right[i];
        for (int side = 0; side < 2; side++)
            for (int tap = 0; tap < CHORUS_TAPS; tap++) {
                const float place = begin[side][tap] + (end[side][tap] - begin[side][tap]) * along;
                wet[side] += read(c->line[side], c->mask, c->at, least + n[DEPTH] * place);
            }
        const float middle = 0.5f * (wet[0] + wet[1]), apart = 0.5f * (wet[0] - wet[1]) * n[SPREAD];
        left[i] = n[DRY] * left[i] + n[WET] * (middle + apart);
        right[i] = n[DRY] * right[i] + n[WET] * (middle - apart);
        c->at++;
    }
}

void chorus_render(Chorus *c, int64_t position, float *left, float *right, int size) {
    float begin[2][CHORUS_TAPS], end[2][CHORUS_TAPS];
    for (int done = 0; done < size;) {
        const int64_t after = position + done - c->grid;
        const int first = (int)(after % STEP), rest = STEP - first;
        const int count = size - done < rest ? size - done : rest;
        places(c, after / STEP, begin);
        places(c, after / STEP + 1, end);
        render(c, position + done, first, count, left + done, right + done, begin, end);
        done += count;
    }
}

int64_t chorus_memory(const Chorus *c) { return c->mask + 1; }
