#include "dsp/biquad_cascade.h"
#include <string.h>

#define GROUP 4  /* sections that run together; the last group is filled up with sections that do nothing */
#define CHUNK 64 /* samples that a group filters at once, kept in double between groups */

enum { B0, B1, B2, A1, A2, COEFFICIENTS };

static int padded(int sections) { return (sections + GROUP - 1) / GROUP * GROUP; }

void biquad_cascade_init(BiquadCascade *b, Arena *arena, const double *sos, int sections, int channels) {
    double *coefficients = arena_take(arena, sizeof(double) * COEFFICIENTS * (size_t)padded(sections));
    double *state = arena_take(arena, sizeof(double) * 2 * (size_t)padded(sections) * (size_t)channels);
    if (!arena->base) return;
    *b = (BiquadCascade){.sections = sections, .sos = coefficients, .state = state, .channels = channels};
    for (int i = 0; i < sections; i++) {
        const double *from = sos + 6 * i, a0 = from[3];
        const double section[COEFFICIENTS] = {from[0] / a0, from[1] / a0, from[2] / a0, from[4] / a0, from[5] / a0};
        memcpy(coefficients + COEFFICIENTS * i, section, sizeof section);
    }
    for (int i = sections; i < padded(sections); i++) coefficients[COEFFICIENTS * i + B0] = 1;
    biquad_cascade_reset(b);
}

void biquad_cascade_reset(BiquadCascade *b) { memset(b->state, 0, sizeof(double) * 2 * (size_t)padded(b->sections) * (size_t)b->channels); }

/* GROUP sections keep their state in registers; while one waits for its own last result, the others run. */
static void filter_group(const double *coefficients, double *state, double *samples, int size) {
    double s[GROUP][2];
    memcpy(s, state, sizeof s);
    for (int i = 0; i < size; i++) {
        double x = samples[i];
        for (int section = 0; section < GROUP; section++) {
            const double *c = coefficients + COEFFICIENTS * section;
            double y = c[B0] * x + s[section][0];
            double carry = c[B1] * x + s[section][1];
            s[section][0] = carry - c[A1] * y;
            double last = c[B2] * x;
            s[section][1] = last - c[A2] * y;
            x = y;
        }
        samples[i] = x;
    }
    memcpy(state, s, sizeof s);
}

void biquad_cascade_render(BiquadCascade *b, int channel, float *samples, int size) {
    double chunk[CHUNK];
    double *state = b->state + (size_t)channel * 2 * (size_t)padded(b->sections);
    for (int done = 0; done < size; done += CHUNK) {
        int count = size - done < CHUNK ? size - done : CHUNK;
        for (int i = 0; i < count; i++) chunk[i] = samples[done + i];
        for (int first = 0; first < b->sections; first += GROUP)
            filter_group(b->sos + COEFFICIENTS * first, state + 2 * first, chunk, count);
        for (int i = 0; i < count; i++) samples[done + i] = (float)chunk[i];
    }
}
