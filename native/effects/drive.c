#include "effects/drive.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "effects/units.h"

#define WIDTH 4
#include "effects/drive_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "effects/drive_kernel.h"
#undef WIDTH
#endif

#define PIECE 16 /* samples at once */
#define TIMES 4
#define SIDE (PIECE * TIMES)
#define LEAN 0.2f      /* of the tube: limits of 1 and -2/3 */
#define LOUDNESS 0.7   /* power of the gain that the level makes up for */
#define TONE_OFF 20000.0
#define OFFSET_HZ 8.0  /* below which nothing passes */

enum { GAIN, BIAS, RESTING, WET, DRY, TONE };

typedef float lanes __attribute__((vector_size(16)));

/* Elliptic: 99 dB beyond 0.54 of the rate, and beyond 0.7 of twice it. */
static const float steep[STEEP][4] = {{0.040633461f, 0.150505129f, 0.040633461f, 0.150505129f},
                                      {0.300757056f, 0.460774505f, 0.300757056f, 0.460774505f},
                                      {0.609524315f, 0.738503841f, 0.609524315f, 0.738503841f},
                                      {0.849223810f, 0.949742784f, 0.849223810f, 0.949742784f}};
static const float gentle[GENTLE][4] = {{0.049551035f, 0.193570326f, 0.049551035f, 0.193570326f},
                                        {0.426736689f, 0.767070073f, 0.426736689f, 0.767070073f}};

static float tube(float x) {
    const float z = x / (1.0f - LEAN);
    return (1.0f - LEAN) * z / (sqrtf(1.0f + z * z) - LEAN * z);
}

HOT static void shape_tube(float *x, int size) {
    for (int i = 0; i < size; i++) x[i] = tube(x[i]);
}

HOT static void shape_hard(float *x, int size) {
    for (int i = 0; i < size; i++) x[i] = x[i] > 1.0f ? 1.0f : x[i] < -1.0f ? -1.0f : x[i];
}

static void shape(int kind, float *x, int size) {
    if (kind == DRIVE_TUBE) shape_tube(x, size);
    else if (kind == DRIVE_HARD) shape_hard(x, size);
    else FASTEST(shape_soft)(x, size);
}

void drive_init(Drive *d, double sample_rate) {
    memset(d, 0, sizeof *d);
    d->sample_rate = sample_rate;
    d->block_share = (float)lowpass_share(OFFSET_HZ, sample_rate, INFINITY);
}

void drive_reset(Drive *d) {
    memset(&d->bands, 0, sizeof d->bands);
    memset(d->tone, 0, sizeof d->tone);
    memset(d->offset, 0, sizeof d->offset);
    d->glide = (Glide){0, 0};
}

void drive_aim(Drive *d, const DriveSettings *s, int64_t position, int length) {
    const double gain = gain_of_db(s->amount), bias = within(s->bias, -1, 1);
    float resting[LANES] = {(float)bias};
    shape(s->shape, resting, LANES);
    const double aim[DRIVE_NUMBERS] = {
        [GAIN] = gain,
        [BIAS] = bias,
        [RESTING] = resting[0],
        [WET] = s->mix * gain_of_db(s->level) / fmax(1.0, pow(gain, LOUDNESS)),
        [DRY] = 1.0 - s->mix,
        [TONE] = lowpass_share(s->tone, d->sample_rate, TONE_OFF),
    };
    d->shape_before = d->glide.length ? d->shape : s->shape;
    d->shape = s->shape;
    glide_aim(&d->glide, d->from, d->to, aim, DRIVE_NUMBERS, position, length);
}

/* All-passes (c + 1/z) / (1 + c/z) in series, each lane its own. */
INLINE lanes all_passes(lanes x, const float (*c)[4], float (*state)[4], int count) {
    for (int k = 0; k < count; k++) {
        lanes before, after, share;
        memcpy(&before, state[k], sizeof before);
        memcpy(&after, state[k + 1], sizeof after);
        memcpy(&share, c[k], sizeof share);
        const lanes y = share * (x - after) + before;
        memcpy(state[k], &x, sizeof x);
        x = y;
    }
    memcpy(state[count], &x, sizeof x);
    return x;
}

/* high [2, SIDE]: left, then right. */
HOT static void up(HalfBands *b, const float *left, const float *right, float *high, int size) {
    for (int i = 0; i < size; i++) {
        const lanes twice = all_passes((lanes){left[i], left[i], right[i], right[i]}, steep, b->up_steep, STEEP);
        for (int half = 0; half < 2; half++) {
            const lanes x = {twice[half], twice[half], twice[2 + half], twice[2 + half]};
            const lanes y = all_passes(x, gentle, b->up_gentle, GENTLE);
            float *to = high + TIMES * i + 2 * half;
            to[0] = y[0], to[1] = y[1], to[SIDE] = y[2], to[SIDE + 1] = y[3];
        }
    }
}

HOT static void down(HalfBands *b, const float *high, float *left, float *right, int size) {
    for (int i = 0; i < size; i++) {
        float twice[2][2];
        for (int half = 0; half < 2; half++) {
            const float *from = high + TIMES * i + 2 * half;
            const lanes x = {from[1], from[0], from[SIDE + 1], from[SIDE]};
            const lanes y = all_passes(x, gentle, b->down_gentle, GENTLE);
            twice[0][half] = 0.5f * (y[0] + y[1]);
            twice[1][half] = 0.5f * (y[2] + y[3]);
        }
        const lanes y = all_passes((lanes){twice[0][1], twice[0][0], twice[1][1], twice[1][0]}, steep, b->down_steep,
                                   STEEP);
        left[i] = 0.5f * (y[0] + y[1]);
        right[i] = 0.5f * (y[2] + y[3]);
    }
}

/* The numbers of each sample, and how far its shape has come from the one before. */
typedef struct Numbers {
    float n[DRIVE_NUMBERS][PIECE], turned[PIECE];
} Numbers;

static void numbers_at(const Drive *d, int64_t position, int size, Numbers *out) {
    float n[DRIVE_NUMBERS];
    const int moves = glide_moves(&d->glide, d->from, d->to, DRIVE_NUMBERS, position);
    glide_numbers(&d->glide, d->from, d->to, DRIVE_NUMBERS, position, n);
    for (int i = 0; i < size; i++) {
        if (moves) glide_numbers(&d->glide, d->from, d->to, DRIVE_NUMBERS, position + i, n);
        for (int j = 0; j < DRIVE_NUMBERS; j++) out->n[j][i] = n[j];
        out->turned[i] = (float)glide_share(&d->glide, position + i);
    }
}

/* high [2, SIDE] in place, of which the first size * TIMES of each side are sound. */
static void distort(const Drive *d, const Numbers *numbers, float *high, int size) {
    float x[2 * SIDE], before[2 * SIDE];
    for (int side = 0; side < 2 * SIDE; side += SIDE)
        for (int i = 0; i < SIDE; i++) {
            const int sample = i / TIMES < size ? i / TIMES : 0;
            x[side + i] = numbers->n[GAIN][sample] * high[side + i] + numbers->n[BIAS][sample];
        }
    const int turns = d->shape != d->shape_before && numbers->turned[0] < 1.0f;
    if (turns) {
        memcpy(before, x, sizeof before);
        shape(d->shape_before, before, 2 * SIDE);
    }
    shape(d->shape, x, 2 * SIDE);
    for (int side = 0; side < 2 * SIDE; side += SIDE)
        for (int i = 0; i < size * TIMES; i++) {
            const int sample = i / TIMES;
            float y = x[side + i];
            if (turns) y = before[side + i] + (y - before[side + i]) * numbers->turned[sample];
            high[side + i] = numbers->n[WET][sample] * (y - numbers->n[RESTING][sample]) +
                             numbers->n[DRY][sample] * high[side + i];
        }
}

static void filter(Drive *d, const float *share, int side, float *samples, int size) {
    float tone = d->tone[side], offset = d->offset[side];
    for (int i = 0; i < size; i++) {
        tone += share[i] * (samples[i] - tone);
        offset += d->block_share * (tone - offset);
        samples[i] = tone - offset;
    }
    d->tone[side] = tone;
    d->offset[side] = offset;
}

void drive_render(Drive *d, int64_t position, float *left, float *right, int size) {
    for (int done = 0; done < size; done += PIECE) {
        const int count = size - done < PIECE ? size - done : PIECE;
        float high[2 * SIDE] = {0};
        Numbers numbers;
        numbers_at(d, position + done, count, &numbers);
        up(&d->bands, left + done, right + done, high, count);
        distort(d, &numbers, high, count);
        down(&d->bands, high, left + done, right + done, count);
        filter(d, numbers.n[TONE], 0, left + done, count);
        filter(d, numbers.n[TONE], 1, right + done, count);
    }
}
