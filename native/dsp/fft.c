#include "base/simd.h"
#include "dsp/fft.h"
#include <math.h>

#define PART 64 /* butterflies of a step */
#define BUTTERFLY_FLOPS 34

void fft_init(Fft *f, Arena *arena, int size) {
    float *cosine = arena_floats(arena, (size_t)size / 4), *sine = arena_floats(arena, (size_t)size / 4);
    float *re = arena_floats(arena, (size_t)size), *im = arena_floats(arena, (size_t)size);
    if (!arena->base) return;
    int parts = size / 4 > PART ? size / 4 / PART : 1, passes = 0;
    for (int left = size; left > 1; left /= 4) passes++;
    *f = (Fft){.size = size, .parts = parts, .steps = passes * parts, .flops = size / 4 / parts * BUTTERFLY_FLOPS,
               .cosine = cosine, .sine = sine, .re = re, .im = im};
    for (int k = 0; k < size / 4; k++) {
        cosine[k] = (float)cos(2 * M_PI * k / size);
        sine[k] = (float)sin(2 * M_PI * k / size);
    }
}

/* `count` butterflies of Stockham's algorithm, which sorts itself; those of one stride share their twiddles. */
INLINE void radix4(const Fft *f, ptrdiff_t stride, ptrdiff_t first, ptrdiff_t count, const float *restrict re,
                   const float *restrict im, float *restrict out_re, float *restrict out_im) {
    const ptrdiff_t quarter = f->size / 4, run = stride < PART ? stride : PART;
    for (ptrdiff_t from = first; from < first + count; from += run) {
        const ptrdiff_t turn = from / stride * stride, to = from + 3 * turn;
        const float c1 = f->cosine[turn], s1 = f->sine[turn];
        const float c2 = c1 * c1 - s1 * s1, s2 = 2 * c1 * s1, c3 = c1 * c2 - s1 * s2, s3 = c1 * s2 + s1 * c2;
        for (ptrdiff_t q = 0; q < run; q++) {
            const ptrdiff_t a = from + q, b = a + quarter, c = b + quarter, d = c + quarter, y = to + q;
            float even_re = re[a] + re[c], even_im = im[a] + im[c], x_re = re[a] - re[c], x_im = im[a] - im[c];
            float odd_re = re[b] + re[d], odd_im = im[b] + im[d], z_re = im[b] - im[d], z_im = re[d] - re[b];
            float half_re = even_re - odd_re, half_im = even_im - odd_im;
            float up_re = x_re + z_re, up_im = x_im + z_im, down_re = x_re - z_re, down_im = x_im - z_im;
            out_re[y] = even_re + odd_re;
            out_im[y] = even_im + odd_im;
            out_re[y + stride] = up_re * c1 + up_im * s1;
            out_im[y + stride] = up_im * c1 - up_re * s1;
            out_re[y + 2 * stride] = half_re * c2 + half_im * s2;
            out_im[y + 2 * stride] = half_im * c2 - half_re * s2;
            out_re[y + 3 * stride] = down_re * c3 + down_im * s3;
            out_im[y + 3 * stride] = down_im * c3 - down_re * s3;
        }
    }
}

/* The last pass, of radix 2, where N is no power of 4. */
INLINE void radix2(const Fft *f, ptrdiff_t first, ptrdiff_t count, const float *restrict re,
                   const float *restrict im, float *restrict out_re, float *restrict out_im) {
    const ptrdiff_t half = f->size / 2;
    for (ptrdiff_t a = first, b = first + half; a < first + count; a++, b++) {
        out_re[a] = re[a] + re[b];
        out_im[a] = im[a] + im[b];
        out_re[b] = re[a] - re[b];
        out_im[b] = im[a] - im[b];
    }
}

/* Compilers vectorize only over strides that they know and indices that cannot wrap around, as an int can under the
   -fwrapv that Python brings along. */
#define RADIX4(stride) case stride: radix4(f, stride, first, count, re, im, out_re, out_im); break

HOT static void pass(const Fft *f, int stride, int part, const float *re, const float *im, float *out_re,
                     float *out_im) {
    const int count = f->size / 4 / f->parts, first = part * count;
    if (stride == f->size / 2) radix2(f, 2 * first, 2 * count, re, im, out_re, out_im);
    else switch (stride) {
        RADIX4(1); RADIX4(4); RADIX4(16); RADIX4(64); RADIX4(256); RADIX4(1024);
    }
}

void fft_step(const Fft *f, int step, const float *re, const float *im, float *out_re, float *out_im) {
    const int number = step / f->parts, passes = f->steps / f->parts;
    const int to_own = (passes - number) % 2 == 0; /* in turns, so that the last pass ends in `out` */
    if (number > 0) re = to_own ? out_re : f->re, im = to_own ? out_im : f->im;
    pass(f, 1 << 2 * number, step % f->parts, re, im, to_own ? f->re : out_re, to_own ? f->im : out_im);
}
