/* Numbers of an effect that go from what they were to what they are to be, over a stretch of absolute positions, so
   that they are the same however the stretch is cut into blocks. */
#ifndef DDSP_GLIDE_H
#define DDSP_GLIDE_H
#include <stdint.h>

typedef struct Glide {
    int64_t begin;
    int length; /* 0: nothing was aimed at yet, so that the first numbers count at once */
} Glide;

static inline double glide_share(const Glide *g, int64_t position) {
    const int64_t i = position - g->begin;
    if (i <= 0) return 0.0;
    if (i >= g->length) return 1.0;
    return (double)i / (double)g->length;
}

static inline double glide_between(double from, double to, double share) {
    return share >= 1.0 ? to : from + (to - from) * share;
}

/* From where they are at `position`, on to `aim`; from, to, aim [count]. */
static inline void glide_aim(Glide *g, double *from, double *to, const double *aim, int count, int64_t position,
                             int length) {
    const double share = glide_share(g, position);
    for (int i = 0; i < count; i++) {
        from[i] = g->length ? glide_between(from[i], to[i], share) : aim[i];
        to[i] = aim[i];
    }
    *g = (Glide){position, length};
}

/* Whether a number still differs from what it goes to. */
static inline int glide_moves(const Glide *g, const double *from, const double *to, int count, int64_t position) {
    if (position >= g->begin + g->length) return 0;
    for (int i = 0; i < count; i++)
        if (from[i] != to[i]) return 1;
    return 0;
}

/* All of them at a position; out [count]. */
static inline void glide_numbers(const Glide *g, const double *from, const double *to, int count, int64_t position,
                                 float *out) {
    const double share = glide_share(g, position);
    for (int i = 0; i < count; i++) out[i] = (float)glide_between(from[i], to[i], share);
}

#endif
