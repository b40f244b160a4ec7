#include "effects/echo.h"

#include <string.h>

#include "base/simd.h"
#include "effects/units.h"

#define LONGEST_SECONDS 2.0
#define MOST_FEEDBACK 0.95
#define TONE_OFF 20000.0

enum { FEEDBACK, TONE, ODD_LEFT, ODD_RIGHT, EVEN_LEFT, EVEN_RIGHT, SEND };

void echo_init(Echo *e, Arena *arena, double sample_rate) {
    memset(e, 0, sizeof *e);
    e->sample_rate = sample_rate;
    uint32_t size = 64;
    while (size < LONGEST_SECONDS * sample_rate + 2) size *= 2;
    e->mask = size - 1;
    for (int i = 0; i < 2; i++) e->line[i] = arena_floats(arena, size);
}

void echo_reset(Echo *e) {
    e->age = 0;
    memset(e->tone, 0, sizeof e->tone);
    e->glide = (Glide){0, 0};
    e->tap.length = 0;
}

int echo_aim(Echo *e, const EchoSettings *s, int on, int64_t position, int length) {
    const double level = on ? gain_of_level(s->level) : 0.0, width = within(s->width, 0, 1);
    const double odd = s->first == FIRST_MIDDLE ? 0 : s->first == FIRST_LEFT ? -width : width;
    const double aim[ECHO_NUMBERS] = {
        [FEEDBACK] = within(s->feedback, 0, MOST_FEEDBACK),
        [TONE] = lowpass_share(s->tone, e->sample_rate, TONE_OFF),
        [ODD_LEFT] = level * (1 - odd),
        [ODD_RIGHT] = level * (1 + odd),
        [EVEN_LEFT] = level * (1 + odd),
        [EVEN_RIGHT] = level * (1 - odd),
        [SEND] = within(s->send, 0, 1),
    };
    glide_aim(&e->glide, e->from, e->to, aim, ECHO_NUMBERS, position, length);
    const int delay = (int)(within(s->time * 1e-3, 0.001, LONGEST_SECONDS) * e->sample_rate + 0.5);
    return tap_fade_aim(&e->tap, delay, position, e->sample_rate);
}

INLINE float read(const Echo *e, int line, int delay) {
    return e->age < delay ? 0.0f : e->line[line][(e->at - (uint32_t)delay) & e->mask];
}

INLINE float read_fading(const Echo *e, int line, float share) {
    const float new = read(e, line, e->tap.to);
    if (share >= 1.0f || e->tap.from == e->tap.to) return new;
    const float old = read(e, line, e->tap.from);
    return old + (new - old) * share;
}

HOT static void render(Echo *e, int64_t position, const float *left, const float *right, float *const wet[2],
                       float *const send[2], int size) {
    float n[ECHO_NUMBERS];
    const int moves = glide_moves(&e->glide, e->from, e->to, ECHO_NUMBERS, position);
    glide_numbers(&e->glide, e->from, e->to, ECHO_NUMBERS, position, n);
    for (int i = 0; i < size; i++) {
        if (moves) glide_numbers(&e->glide, e->from, e->to, ECHO_NUMBERS, position + i, n);
        const float fade = tap_fade_share(&e->tap, position + i);
        const float odd = read_fading(e, 0, fade), even = read_fading(e, 1, fade);
        e->tone[0] += n[TONE] * (even - e->tone[0]);
        e->tone[1] += n[TONE] * (odd - e->tone[1]);
        e->line[0][e->at & e->mask] = 0.5f * (left[i] + right[i]) + n[FEEDBACK] * e->tone[0];
        e->line[1][e->at & e->mask] = n[FEEDBACK] * e->tone[1];
        e->at++;
        e->age++;
        wet[0][i] = n[ODD_LEFT] * odd + n[EVEN_LEFT] * even;
        wet[1][i] = n[ODD_RIGHT] * odd + n[EVEN_RIGHT] * even;
        for (int side = 0; side < 2; side++) send[side][i] = n[SEND] * wet[side][i];
    }
}

void echo_render(Echo *e, int64_t position, const float *left, const float *right, float *const wet[2],
                 float *const send[2], int size) {
    render(e, position, left, right, wet, send, size);
}

int64_t echo_memory(const Echo *e) { return e->mask + 1; }
