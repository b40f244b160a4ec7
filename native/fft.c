#include "fft.h"
#include "simd.h"
#include <math.h>

/* N real samples are N / 2 complex ones: even samples real, odd ones imaginary. */
void fft_init(Fft *f, Arena *arena, int size) {
    float *cosine = arena_floats(arena, (size_t)size / 2 + 1);
    float *sine = arena_floats(arena, (size_t)size / 2 + 1);
    float *work = arena_floats(arena, 2 * (size_t)size);
    if (!arena->base) return;
    *f = (Fft){.size = size, .cosine = cosine, .sine = sine, .work = work};
    for (int k = 0; k <= size / 2; k++) {
        cosine[k] = (float)cos(2 * M_PI * k / size);
        sine[k] = (float)sin(2 * M_PI * k / size);
    }
}

/* One radix-2 step of Stockham's algorithm, which sorts itself: `groups` butterflies with a twiddle each, over runs of
   `stride` numbers. */
INLINE void stage(const Fft *f, int groups, int stride, const float *restrict re, const float *restrict im,
                  float *restrict out_re, float *restrict out_im) {
    for (int p = 0; p < groups; p++) {
        float c = f->cosine[2 * p * stride], s = f->sine[2 * p * stride];
        const float *re1 = re + stride * p, *re2 = re1 + stride * groups;
        const float *im1 = im + stride * p, *im2 = im1 + stride * groups;
        float *sum_re = out_re + stride * 2 * p, *turned_re = sum_re + stride;
        float *sum_im = out_im + stride * 2 * p, *turned_im = sum_im + stride;
        for (int q = 0; q < stride; q++) {
            float x = re1[q] - re2[q], y = im1[q] - im2[q];
            sum_re[q] = re1[q] + re2[q];
            sum_im[q] = im1[q] + im2[q];
            turned_re[q] = x * c + y * s;
            turned_im[q] = y * c - x * s;
        }
    }
}

/* Complex DFT of work's first half [re N/2, im N/2]; returns where in work the result lies, laid out the same. */
HOT static float *transform(const Fft *f) {
    const int count = f->size / 2;
    float *from = f->work, *to = f->work + f->size;
    for (int groups = count / 2, stride = 1; groups > 0; groups /= 2, stride *= 2) {
        stage(f, groups, stride, from, from + count, to, to + count);
        float *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

void fft_forward(const Fft *f, const float *x, float *re, float *im) {
    const int count = f->size / 2;
    for (int i = 0; i < count; i++) {
        f->work[i] = x[2 * i];
        f->work[count + i] = x[2 * i + 1];
    }
    const float *zr = transform(f), *zi = zr + count;
    for (int k = 0; k <= count; k++) {
        int near = k % count, mirror = (count - k) % count;
        float even_re = 0.5f * (zr[near] + zr[mirror]), even_im = 0.5f * (zi[near] - zi[mirror]);
        float odd_re = 0.5f * (zi[near] + zi[mirror]), odd_im = 0.5f * (zr[mirror] - zr[near]);
        re[k] = even_re + f->cosine[k] * odd_re + f->sine[k] * odd_im;
        im[k] = even_im + f->cosine[k] * odd_im - f->sine[k] * odd_re;
    }
}

/* The forward transform with real and imaginary parts exchanged before and after. */
void fft_inverse(const Fft *f, const float *re, const float *im, float *x) {
    const int count = f->size / 2;
    for (int k = 0; k < count; k++) {
        float even_re = re[k] + re[count - k], even_im = im[k] - im[count - k];
        float x_re = re[k] - re[count - k], x_im = im[k] + im[count - k];
        float odd_re = f->cosine[k] * x_re - f->sine[k] * x_im, odd_im = f->cosine[k] * x_im + f->sine[k] * x_re;
        f->work[k] = even_im + odd_re;
        f->work[count + k] = even_re - odd_im;
    }
    const float *zi = transform(f), *zr = zi + count;
    const float scale = 1.0f / (float)f->size;
    for (int i = 0; i < count; i++) {
        x[2 * i] = scale * zr[i];
        x[2 * i + 1] = scale * zi[i];
    }
}
