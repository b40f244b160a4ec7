/* Random numbers that are a function of a seed and a place: no state, the same wherever frames and blocks fall. */
#ifndef DDSP_DRAW_H
#define DDSP_DRAW_H
#include <stdint.h>

/* Ellis' "lowbias32" integer hash, with the seed mixed in twice so that two seeds' sequences are not each other's
   shifts. A macro, as it also takes vectors. */
#define DRAW_BITS(x, place, seed)            \
    do {                                     \
        (x) = (place) + (seed) * 0x9e3779b9u; \
        (x) ^= (x) >> 16;                    \
        (x) = (x) * 0x7feb352du + (seed);    \
        (x) ^= (x) >> 15;                    \
        (x) *= 0x846ca68bu;                  \
        (x) ^= (x) >> 16;                    \
    } while (0)

/* About normal, of mean 0 and variance 1, within +-3: the sum of three uniform numbers of ten bits each. */
#define DRAW_SUM(x) (((x) & 1023u) + ((x) >> 10 & 1023u) + ((x) >> 20 & 1023u))
#define DRAW_MIDDLE 1534.5f
#define DRAW_SCALE 0x1p-9f

/* A byte of a draw: uniform, of mean 0 and variance 1, after the middle is taken off and it is scaled. */
#define DRAW_BYTE_MIDDLE 127.5f
#define DRAW_BYTE_SCALE 0.01353175f /* 1 / sqrt((256^2 - 1) / 12) */

static inline uint32_t draw_bits(uint32_t seed, uint32_t place) {
    uint32_t x;
    DRAW_BITS(x, place, seed);
    return x;
}

static inline float draw_normal(uint32_t seed, uint32_t place) {
    const uint32_t x = draw_bits(seed, place);
    return ((float)DRAW_SUM(x) - DRAW_MIDDLE) * DRAW_SCALE;
}

#endif
