/* The loops over partials and noise bands, once per instruction set: life_spectrum.c includes this for each WIDTH. */
#include "base/lanes.h"
#include "base/vexp.h"
#define wide_bits NAME(wide_bits)
typedef uint32_t wide_bits __attribute__((vector_size(WIDTH * 4)));

TARGET INLINE wide NAME(normal)(uint32_t seed, uint32_t place) {
    wide_bits x, at;
    for (int i = 0; i < WIDTH; i++) at[i] = place + (uint32_t)i;
    DRAW_BITS(x, at, seed);
    return (__builtin_convertvector((wide_int)DRAW_SUM(x), wide) - DRAW_MIDDLE) * DRAW_SCALE;
}

TARGET static void NAME(begin)(const Process *p, uint32_t seed, int lanes, float *now, float *before) {
    for (int i = 0; i < lanes; i += WIDTH) {
        const wide z = NAME(normal)(seed, (uint32_t)i);
        wide_store(before + i, z);
        wide_store(now + i, p->rho * z + p->rest * NAME(normal)(seed, (uint32_t)(lanes + i)));
    }
}

/* The next value of each process takes the place of the one before the last. */
TARGET static void NAME(advance)(const Process *p, uint32_t seed, uint32_t place, int lanes, const float *now,
                                 float *next) {
    for (int i = 0; i < lanes; i += WIDTH) {
        const wide z = NAME(normal)(seed, place + (uint32_t)i);
        wide_store(next + i, p->a1 * wide_load(now + i) + p->a2 * wide_load(next + i) + p->g * z);
    }
}

/* What a vector of partials has of a speed and of even or odd frames: all of a vector lies together, as it is read. */
#define STATE(state, i, speed, odd) ((state) + ((i) * LIFE_SPEEDS + (speed) * WIDTH) * 2 + (odd) * WIDTH)

/* The first frame's sway of the partials, into l->sway. seeds: of each speed. */
TARGET static void NAME(begin_partials)(const LifeSpectrum *l, const uint32_t *seeds, float *state) {
    const int lanes = l->lanes;
    for (int i = 0; i < lanes; i += WIDTH) {
        wide sway = wide_splat(0);
        for (int speed = 0; speed < LIFE_SPEEDS; speed++) {
            const Process *p = &l->partials[speed];
            const wide z = NAME(normal)(seeds[speed], (uint32_t)i);
            const wide value = p->rho * z + p->rest * NAME(normal)(seeds[speed], (uint32_t)(lanes + i));
            wide_store(STATE(state, i, speed, 1), z);
            wide_store(STATE(state, i, speed, 0), value);
            sway += l->numbers.partials[speed] * value;
        }
        wide_store(l->sway + i, sway);
    }
}

/* The same for a later frame, of as many lanes as sound. Each speed takes a byte of one draw, since what is filtered
   becomes normal by itself. */
TARGET static void NAME(advance_partials)(const LifeSpectrum *l, uint32_t seed, uint32_t place, int lanes, int odd,
                                          float *state) {
    for (int i = 0; i < lanes; i += WIDTH) {
        wide_bits x, at;
        wide sway = wide_splat(0);
        for (int lane = 0; lane < WIDTH; lane++) at[lane] = place + (uint32_t)(i + lane);
        DRAW_BITS(x, at, seed);
        for (int speed = 0; speed < LIFE_SPEEDS; speed++, x >>= 8) {
            const Process *p = &l->partials[speed];
            const wide z = __builtin_convertvector((wide_int)(x & 255u), wide) - DRAW_BYTE_MIDDLE;
            float *next = STATE(state, i, speed, odd);
            const wide now = wide_load(STATE(state, i, speed, !odd));
            const wide value = p->a1 * now + p->a2 * wide_load(next) + p->g * DRAW_BYTE_SCALE * z;
            wide_store(next, value);
            sway += l->numbers.partials[speed] * value;
        }
        wide_store(l->sway + i, sway);
    }
}
#undef STATE

/* x[i] = neighbours * x[i - 1] + own * x[i]: each value takes from the one before it, and keeps its variance. By sums over
   1, 2, 4 ... values, from the end on, so that none is read after it was changed. Zeros lie before x. */
TARGET static void NAME(correlate)(float *x, int lanes, float neighbours) {
    const float own = sqrtf(1.0f - neighbours * neighbours);
    const float first = x[0];
    for (int i = 0; i < lanes; i += WIDTH) wide_store(x + i, own * wide_load(x + i));
    x[0] = first;
    for (int reach = 1; reach < lanes && reach <= BEFORE && neighbours > 1e-6f; reach *= 2, neighbours *= neighbours)
        for (int i = lanes - WIDTH; i >= 0; i -= WIDTH)
            wide_store(x + i, wide_load(x + i) + neighbours * wide_load(x + i - reach));
}

/* Power of the A-weighting at the square of a frequency, but for a constant. */
TARGET INLINE wide NAME(weight)(wide hz2) {
    const wide low = hz2 / (hz2 + corner[0]), high = corner[3] / (hz2 + corner[3]);
    return low * low * high * high * (hz2 * hz2) / ((hz2 + corner[1]) * (hz2 + corner[2]));
}

TARGET INLINE float NAME(highest)(const float *d, int lanes) {
    wide top = wide_splat(1e-6f);
    float highest = 0;
    for (int i = 0; i < lanes; i += WIDTH) top = choose(wide_load(d + i) > top, wide_load(d + i), top);
    for (int i = 0; i < WIDTH; i++) highest = top[i] > highest ? top[i] : highest;
    return highest;
}

/* How far each partial moves, by its number and by how weak it has been, and what it weighs. */
TARGET static void NAME(reckon)(const LifeSpectrum *l, LifeSpectrumVoice *v, float share, float f0_hz, int lanes,
                                const float *d) {
    const float most = MOST_DEVIATION_DB / l->total, per_db = 0.05f * l->numbers.depth;
    const float over_top = 1.0f / NAME(highest)(d, lanes);
    float number[WIDTH];
    for (int i = 0; i < WIDTH; i++) number[i] = (float)(i + 1);
    wide k = wide_load(number);
    for (int i = 0; i < lanes; i += WIDTH, k += (float)WIDTH) {
        const wide ratio = at_least(wide_load(d + i) * over_top, 1e-4f), smooth = wide_load(v->depth + i), hz = k * f0_hz;
        const wide below = at_most(vlog(ratio) * (-1.0f / LOG_PER_DB), MOST_DEPTH_DB);
        const wide depth = smooth + share * (below - smooth);
        wide_store(v->depth + i, depth);
        wide_store(v->deviation + i, at_most(v->scale * vexp(wide_load(l->log_number + i) + per_db * depth), most));
        wide_store(v->weight + i, NAME(weight)(hz * hz));
    }
}

/* d [lanes], zero behind its end, is moved by the sway and sums to what it did; its A-weighted power, times the square of
   what is returned, is what it was. 0: there is nothing to move. */
TARGET static float NAME(move_partials)(const LifeSpectrum *l, const LifeSpectrumVoice *v, float life, int lanes, float *d) {
    wide before = wide_splat(0), after = wide_splat(0), own_sum = wide_splat(0), sum = wide_splat(0);
    for (int i = 0; i < lanes; i += WIDTH) {
        const wide own = wide_load(d + i), weight = wide_load(v->weight + i);
        const wide db = at_most(at_least(wide_load(v->deviation + i) * wide_load(l->sway + i), -18.0f), 12.0f);
        const wide moved = own * exp_within(db * (life * LOG_PER_DB));
        before += weight * own * own;
        after += weight * moved * moved;
        own_sum += own;
        sum += moved;
        wide_store(d + i, moved);
    }
    float before_sum = 0, after_sum = 0, own_total = 0, total = 0;
    for (int i = 0; i < WIDTH; i++) {
        before_sum += before[i];
        after_sum += after[i];
        own_total += own_sum[i];
        total += sum[i];
    }
    if (!(before_sum > 1e-30f && after_sum > 1e-30f && total > 1e-20f)) return 0;
    const float back = own_total / total;
    for (int i = 0; i < lanes; i += WIDTH) wide_store(d + i, wide_load(d + i) * back);
    return sqrtf(before_sum / after_sum) / back;
}

TARGET static void NAME(noise_gains)(const float *sway, float deviation_db, int lanes, float *gain) {
    for (int i = 0; i < lanes; i += WIDTH) {
        const wide db = at_most(at_least(deviation_db * wide_load(sway + i), -12.0f), 9.0f);
        wide_store(gain + i, vexp(db * LOG_PER_DB));
    }
}
#undef wide_bits
