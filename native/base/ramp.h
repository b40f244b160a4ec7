/* A line between two values over a stretch of absolute sample positions: its value at a sample is the same however
   the stretch is cut into blocks. */
#ifndef DDSP_RAMP_H
#define DDSP_RAMP_H
#include <stdint.h>

typedef struct Ramp {
    int64_t begin;
    int length;
    float from, to;
} Ramp;

static inline float ramp_at(const Ramp *r, int64_t position) {
    int64_t i = position - r->begin;
    if (i <= 0) return r->from;
    return i >= r->length ? r->to : r->from + (r->to - r->from) * ((float)i / (float)r->length);
}

/* From wherever it is at `position`, on to another value. */
static inline void ramp_to(Ramp *r, int64_t position, int length, float to) {
    float from = ramp_at(r, position);
    *r = (Ramp){position, length, from, to};
}

#endif
