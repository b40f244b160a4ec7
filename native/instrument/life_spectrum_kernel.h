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

TARGET static void NAME(advance)(const Process *p, uint32_t seed, uint32_t place, int first, int lanes, float *now,
                                 float *before) {
    for (int i = 0; i < lanes; i += WIDTH) {
        const wide z = NAME(normal)(seed, place + (uint32_t)i);
        wide old = wide_load(now + i), next = p->a1 * old + p->a2 * wide_load(before + i) + p->g * z;
        if (first) {
            old = z;
            next = p->rho * z + p->rest * NAME(normal)(seed, place + (uint32_t)(lanes + i));
        }
        wide_store(before + i, old);
        wide_store(now + i, next);
    }
}

/* Power of the A-weighting at the square of a frequency, but for a constant. */
TARGET INLINE wide NAME(weight)(wide hz2) {
    const wide low = hz2 / (hz2 + corner[0]), high = corner[3] / (hz2 + corner[3]);
    return low * low * high * high * (hz2 * hz2) / ((hz2 + corner[1]) * (hz2 + corner[2]));
}

/* d [lanes], zero behind its end, is moved by the sway, of variance times `total` squared; its A-weighted power stays.
   Returns what it then sums to. */
TARGET static float NAME(move_partials)(const LifeSpectrum *l, const LifeSpectrumVoice *v, float share, float life,
                                        float f0_hz, float *d) {
    const int lanes = l->lanes;
    const float most = MOST_DEVIATION_DB / l->total, per_db = 0.05f * l->numbers.depth, note = v->scale;
    float top = 1e-6f, number[WIDTH], before_sum = 0, after_sum = 0, total = 0;
    for (int k = 0; k < lanes; k++) top = d[k] > top ? d[k] : top;
    for (int i = 0; i < WIDTH; i++) number[i] = (float)(i + 1);
    wide before = wide_splat(0), after = wide_splat(0), sum = wide_splat(0), k = wide_load(number);
    for (int i = 0; i < lanes; i += WIDTH, k += (float)WIDTH) {
        const wide own = wide_load(d + i), ratio = at_least(own / top, 1e-4f), smooth = wide_load(v->depth + i);
        const wide below = at_most(vlog(ratio) * (-1.0f / LOG_PER_DB), MOST_DEPTH_DB);
        const wide depth = smooth + share * (below - smooth), hz = k * f0_hz;
        wide_store(v->depth + i, depth);
        const wide deviation = at_most(note * vexp(wide_load(l->log_number + i) + per_db * depth), most);
        const wide db = at_most(at_least(deviation * wide_load(l->sway + i), -18.0f), 12.0f);
        const wide moved = own * vexp(db * (life * LOG_PER_DB)), weight = NAME(weight)(hz * hz);
        before += weight * own * own;
        after += weight * moved * moved;
        sum += moved;
        wide_store(d + i, moved);
    }
    for (int i = 0; i < WIDTH; i++) {
        before_sum += before[i];
        after_sum += after[i];
        total += sum[i];
    }
    if (!(before_sum > 1e-30f && after_sum > 1e-30f)) return 0;
    const float same = sqrtf(before_sum / after_sum);
    for (int i = 0; i < lanes; i += WIDTH) wide_store(d + i, same * wide_load(d + i));
    return same * total;
}

TARGET static void NAME(noise_gains)(const float *sway, float deviation_db, int lanes, float *gain) {
    for (int i = 0; i < lanes; i += WIDTH) {
        const wide db = at_most(at_least(deviation_db * wide_load(sway + i), -12.0f), 9.0f);
        wide_store(gain + i, vexp(db * LOG_PER_DB));
    }
}
#undef wide_bits
