#include "api/compressor_fit.h"

#include <math.h>
#include <string.h>

#include "api/rack_settings.h"
#include "base/db.h"

#define SOFTEST 1e-8
#define POLE 0.995 /* of the pre-emphasis (1 - 1/z) / (1 - POLE/z) */

enum { THRESHOLD, SLOPE, ATTACK, RELEASE, MAKEUP };

/* A number and its derivatives by all numbers of the fit. */
typedef struct Dual {
    double value, by[FIT_NUMBERS];
} Dual;

/* The factor that a level asks for. */
static Dual wanted(const Dual *level, const double *n) {
    Dual f = {.value = 1};
    const double octaves = log2(level->value > SOFTEST ? level->value : SOFTEST);
    const double over = octaves - n[THRESHOLD] * OCTAVES_PER_DB;
    if (over <= 0) return f;
    f.value = exp2(-n[SLOPE] * over);
    const double scale = M_LN2 * f.value;
    f.by[THRESHOLD] = scale * n[SLOPE] * OCTAVES_PER_DB;
    f.by[SLOPE] = -scale * over;
    for (int j = 0; j < FIT_NUMBERS; j++) f.by[j] -= f.value * n[SLOPE] * level->by[j] / level->value;
    return f;
}

/* Goes a share of the way to another. */
static void approach(Dual *at, const Dual *to, const double *n, int which) {
    const double share = n[which], way = to->value - at->value;
    for (int j = 0; j < FIT_NUMBERS; j++) at->by[j] += share * (to->by[j] - at->by[j]);
    at->by[which] += way;
    at->value += share * way;
}

double compressor_fit_step(const double *dry, const double *wet, int64_t size, const double *n, int order, double *normal,
                           double *slope, double *gain) {
    Dual factor = {.value = 1}, level = {0};
    double emphasized[FIT_NUMBERS + 1] = {0}, before[FIT_NUMBERS + 1] = {0}, energy = 0;
    const double makeup = gain_of_db(n[MAKEUP]);
    memset(normal, 0, FIT_NUMBERS * FIT_NUMBERS * sizeof *normal);
    memset(slope, 0, FIT_NUMBERS * sizeof *slope);
    for (int64_t i = 0; i < size; i++) {
        const Dual heard = {.value = fabs(dry[i])};
        if (order == SMOOTH_LEVEL) {
            approach(&level, &heard, n, heard.value > level.value ? ATTACK : RELEASE);
            if (level.value < SOFTEST) level = (Dual){.value = SOFTEST};
            factor = wanted(&level, n);
        } else {
            const Dual aim = wanted(&heard, n);
            approach(&factor, &aim, n, aim.value < factor.value ? ATTACK : RELEASE);
        }
        if (gain) gain[i] = factor.value;
        double now[FIT_NUMBERS + 1];
        for (int j = 0; j < FIT_NUMBERS; j++) now[j] = dry[i] * makeup * factor.by[j];
        now[MAKEUP] += dry[i] * makeup * factor.value * M_LN2 * OCTAVES_PER_DB;
        now[FIT_NUMBERS] = dry[i] * makeup * factor.value - wet[i];
        for (int j = 0; j <= FIT_NUMBERS; j++) {
            emphasized[j] = now[j] - before[j] + POLE * emphasized[j];
            before[j] = now[j];
        }
        const double d = emphasized[FIT_NUMBERS];
        energy += d * d;
        for (int j = 0; j < FIT_NUMBERS; j++) {
            slope[j] += emphasized[j] * d;
            for (int k = 0; k <= j; k++) normal[FIT_NUMBERS * j + k] += emphasized[j] * emphasized[k];
        }
    }
    for (int j = 0; j < FIT_NUMBERS; j++)
        for (int k = j + 1; k < FIT_NUMBERS; k++) normal[FIT_NUMBERS * j + k] = normal[FIT_NUMBERS * k + j];
    return energy;
}
