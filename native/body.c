#include "body.h"
#include <string.h>

enum { B0, B1, B2, A1, A2, COEFFICIENTS };

void body_init(Body *b, Arena *arena, const double *sos, int sections, int channels) {
    double *coefficients = arena_take(arena, sizeof(double) * COEFFICIENTS * (size_t)sections);
    double *state = arena_take(arena, sizeof(double) * 2 * (size_t)sections * (size_t)channels);
    if (!arena->base) return;
    *b = (Body){.sections = sections, .sos = coefficients, .state = state, .channels = channels};
    for (int i = 0; i < sections; i++) {
        const double *from = sos + 6 * i, a0 = from[3];
        const double section[COEFFICIENTS] = {from[0] / a0, from[1] / a0, from[2] / a0, from[4] / a0, from[5] / a0};
        memcpy(coefficients + COEFFICIENTS * i, section, sizeof section);
    }
    body_reset(b);
}

void body_reset(Body *b) { memset(b->state, 0, sizeof(double) * 2 * (size_t)b->sections * (size_t)b->channels); }

/* Sample by sample, because a sample's next section can run while the next sample's first one does. */
void body_render(Body *b, int channel, float *samples, int size) {
    double *restrict state = b->state + (size_t)channel * 2 * (size_t)b->sections;
    for (int i = 0; i < size; i++) {
        double x = samples[i];
        for (int section = 0; section < b->sections; section++) {
            const double *c = b->sos + COEFFICIENTS * section;
            double *s = state + 2 * section;
            double y = c[B0] * x + s[0];
            double carry = c[B1] * x + s[1];
            s[0] = carry - c[A1] * y;
            double last = c[B2] * x;
            s[1] = last - c[A2] * y;
            x = y;
        }
        samples[i] = (float)x;
    }
}
