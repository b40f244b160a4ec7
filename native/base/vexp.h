/* exp, log, tanh and sigmoid of a register of numbers at once, within a few units in the last place (3e-7 relative);
   polynomials after Cephes (Moshier), evaluated in pairs, since a processor waits for long chains. NaN stays NaN.
   Included behind lanes.h, once per WIDTH: no include guard. */
#define wide_int NAME(wide_int)
#define choose NAME(choose)
#define absolute NAME(absolute)
#define exp_within NAME(exp_within)
#define at_least NAME(at_least)
#define at_most NAME(at_most)
#define vexp NAME(vexp)
#define vlog NAME(vlog)
#define vsigmoid NAME(vsigmoid)
#define vtanh NAME(vtanh)
#define vexp_sigmoid NAME(vexp_sigmoid)

typedef int32_t wide_int __attribute__((vector_size(WIDTH * 4)));

TARGET INLINE wide choose(wide_int mask, wide yes, wide no) {
    return (wide)((mask & (wide_int)yes) | (~mask & (wide_int)no));
}
TARGET INLINE wide absolute(wide x) { return (wide)((wide_int)x & 0x7fffffff); }
/* e^x for x within -87.3 .. 88.3. */
TARGET INLINE wide exp_within(wide x) {
    const wide round = wide_splat(12582912.0f); /* 1.5 * 2^23: adding it leaves no fraction */
    const wide n = (x * 1.44269504088896341f + round) - round;
    const wide r = (x - n * 0.693359375f) - n * -2.12194440e-4f; /* ln 2 in two pieces */
    const wide r2 = r * r;
    const wide p45 = 1.9875691500e-4f * r + 1.3981999507e-3f, p23 = 8.3334519073e-3f * r + 4.1665795894e-2f;
    const wide p = (((p45 * r2 + p23) * r2 + (1.6666665459e-1f * r + 5.0000001201e-1f)) * r2 + r) + 1.0f;
    return p * (wide)((__builtin_convertvector(n, wide_int) + 127) << 23);
}

TARGET INLINE wide at_least(wide x, float low) { return choose(x < wide_splat(low), wide_splat(low), x); }
TARGET INLINE wide at_most(wide x, float high) { return choose(x > wide_splat(high), wide_splat(high), x); }

/* e^x; x is held within -87.3 .. 88.3, so that neither infinity nor a subnormal number comes out. */
TARGET INLINE wide vexp(wide x) { return exp_within(at_most(at_least(x, -87.3f), 88.3f)); }

/* Natural logarithm of a positive, normal, finite x. */
TARGET INLINE wide vlog(wide x) {
    const wide_int bits = (wide_int)x - 0x3f3504f3; /* exponent and mantissa of x / sqrt(1/2): mantissas are centred on 1 */
    const wide n = __builtin_convertvector(bits >> 23, wide);
    const wide f = (wide)((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
    const wide f2 = f * f, f4 = f2 * f2;
    const wide p01 = -2.4999993993e-1f * f + 3.3333331174e-1f, p23 = -1.6668057665e-1f * f + 2.0000714765e-1f;
    const wide p45 = -1.2420140846e-1f * f + 1.4249322787e-1f, p67 = -1.1514610310e-1f * f + 1.1676998740e-1f;
    const wide q = (p67 * f2 + p45) * f4 + (p23 * f2 + p01);
    const wide p = (7.0376836292e-2f * (f4 * f4) + q) * f * f2 - 2.12194440e-4f * n - 0.5f * f2;
    return (f + p) + 0.693359375f * n;
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

/* 2 sigmoid(x)^ln 10 + 1e-7, by way of softplus: sigmoid(x) = e^-softplus(-x). Only softplus's absolute error counts
   here, which a plain logarithm keeps small. */
TARGET INLINE wide vexp_sigmoid(wide x) {
    const wide tail = vlog(1.0f + exp_within(at_least(-absolute(x), -87.3f)));
    const wide softplus = tail - choose(x > wide_splat(0.0f), wide_splat(0.0f), x);
    return 2.0f * exp_within(at_least(-2.30258509299404568f * softplus, -87.3f)) + 1e-7f;
}
