/* exp, log, log1p, tanh and sigmoid of a register of numbers at once, within a few units in the last place (2e-7
   relative); polynomials after Cephes (Moshier). NaN stays NaN. Included behind lanes.h, once per WIDTH: no include
   guard. */
#define wide_int NAME(wide_int)
#define choose NAME(choose)
#define absolute NAME(absolute)
#define clamped NAME(clamped)
#define vexp NAME(vexp)
#define vlog NAME(vlog)
#define vlog1p NAME(vlog1p)
#define vsigmoid NAME(vsigmoid)
#define vtanh NAME(vtanh)
#define vexp_sigmoid NAME(vexp_sigmoid)

typedef int32_t wide_int __attribute__((vector_size(WIDTH * 4)));

TARGET INLINE wide choose(wide_int mask, wide yes, wide no) {
    return (wide)((mask & (wide_int)yes) | (~mask & (wide_int)no));
}
TARGET INLINE wide absolute(wide x) { return (wide)((wide_int)x & 0x7fffffff); }
TARGET INLINE wide clamped(wide x, float low, float high) {
    x = choose(x < wide_splat(low), wide_splat(low), x);
    return choose(x > wide_splat(high), wide_splat(high), x);
}

/* e^x; x is held within -87.3 .. 88.3, so that neither infinity nor a subnormal number comes out. */
TARGET INLINE wide vexp(wide x) {
    x = clamped(x, -87.3f, 88.3f);
    const wide round = wide_splat(12582912.0f); /* 1.5 * 2^23: adding it leaves no fraction */
    const wide n = (x * 1.44269504088896341f + round) - round;
    const wide r = (x - n * 0.693359375f) - n * -2.12194440e-4f; /* ln 2 in two pieces */
    wide p = wide_splat(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = (p * r * r + r) + 1.0f;
    return p * (wide)((__builtin_convertvector(n, wide_int) + 127) << 23);
}

/* Natural logarithm of a positive, normal, finite x. */
TARGET INLINE wide vlog(wide x) {
    const wide_int bits = (wide_int)x - 0x3f3504f3; /* exponent and mantissa of x / sqrt(1/2): mantissas are centred on 1 */
    const wide n = __builtin_convertvector(bits >> 23, wide);
    const wide f = (wide)((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
    wide p = wide_splat(7.0376836292e-2f);
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    const wide square = f * f;
    p = p * f * square - 2.12194440e-4f * n - 0.5f * square;
    return (f + p) + 0.693359375f * n;
}

/* log(1 + x) for 0 <= x: what rounding took from 1 + x is put back (Kahan). */
TARGET INLINE wide vlog1p(wide x) {
    const wide u = x + 1.0f;
    const wide_int lost = u == wide_splat(1.0f);
    return choose(lost, x, vlog(u) * (x / choose(lost, wide_splat(1.0f), u - 1.0f)));
}

TARGET INLINE wide vsigmoid(wide x) { return 1.0f / (1.0f + vexp(-x)); }

TARGET INLINE wide vtanh(wide x) {
    const wide z = absolute(x), s = x * x;
    wide p = wide_splat(-5.70498872745e-3f);
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    const wide near_zero = p * s * x + x;
    const wide far = 1.0f - 2.0f / (vexp(z + z) + 1.0f);
    const wide with_sign = (wide)((wide_int)far | ((wide_int)x & (int32_t)0x80000000));
    return choose(z < wide_splat(0.625f), near_zero, with_sign);
}

/* 2 sigmoid(x)^ln 10 + 1e-7, by way of softplus: sigmoid(x) = e^-softplus(-x). */
TARGET INLINE wide vexp_sigmoid(wide x) {
    const wide softplus = vlog1p(vexp(-absolute(x))) + choose(x < wide_splat(0.0f), -x, wide_splat(0.0f));
    return 2.0f * vexp(-2.30258509299404568f * softplus) + 1e-7f;
}
