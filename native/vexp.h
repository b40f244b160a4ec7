/* exp, log, log1p, tanh and sigmoid of sixteen numbers at once, within a few units in the last place (2e-7 relative);
   polynomials after Cephes (Moshier). NaN stays NaN. */
#ifndef DDSP_VEXP_H
#define DDSP_VEXP_H
#include "simd.h"

INLINE vfloat choose(vint mask, vfloat yes, vfloat no) { return (vfloat)((mask & (vint)yes) | (~mask & (vint)no)); }
INLINE vfloat absolute(vfloat x) { return (vfloat)((vint)x & 0x7fffffff); }
INLINE vfloat clamped(vfloat x, float low, float high) {
    x = choose(x < splat(low), splat(low), x);
    return choose(x > splat(high), splat(high), x);
}

/* e^x; x is held within -87.3 .. 88.3, so that neither infinity nor a subnormal number comes out. */
INLINE vfloat vexp(vfloat x) {
    x = clamped(x, -87.3f, 88.3f);
    const vfloat round = splat(12582912.0f); /* 1.5 * 2^23: adding it leaves no fraction */
    const vfloat n = (x * 1.44269504088896341f + round) - round;
    const vfloat r = (x - n * 0.693359375f) - n * -2.12194440e-4f; /* ln 2 in two pieces */
    vfloat p = splat(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = (p * r * r + r) + 1.0f;
    return p * (vfloat)((__builtin_convertvector(n, vint) + 127) << 23);
}

/* Natural logarithm of a positive, normal, finite x. */
INLINE vfloat vlog(vfloat x) {
    const vint bits = (vint)x - 0x3f3504f3; /* exponent and mantissa of x / sqrt(1/2): mantissas are centred on 1 */
    const vfloat n = __builtin_convertvector(bits >> 23, vfloat);
    const vfloat f = (vfloat)((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
    vfloat p = splat(7.0376836292e-2f);
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    const vfloat square = f * f;
    p = p * f * square - 2.12194440e-4f * n - 0.5f * square;
    return (f + p) + 0.693359375f * n;
}

/* log(1 + x) for 0 <= x: what rounding took from 1 + x is put back (Kahan). */
INLINE vfloat vlog1p(vfloat x) {
    const vfloat u = x + 1.0f;
    const vint lost = u == splat(1.0f);
    return choose(lost, x, vlog(u) * (x / choose(lost, splat(1.0f), u - 1.0f)));
}

INLINE vfloat vsigmoid(vfloat x) { return 1.0f / (1.0f + vexp(-x)); }

INLINE vfloat vtanh(vfloat x) {
    const vfloat z = absolute(x), s = x * x;
    vfloat p = splat(-5.70498872745e-3f);
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    const vfloat near_zero = p * s * x + x;
    const vfloat far = 1.0f - 2.0f / (vexp(z + z) + 1.0f);
    const vfloat with_sign = (vfloat)((vint)far | ((vint)x & (int32_t)0x80000000));
    return choose(z < splat(0.625f), near_zero, with_sign);
}

/* 2 sigmoid(x)^ln 10 + 1e-7, by way of softplus: sigmoid(x) = e^-softplus(-x). */
INLINE vfloat vexp_sigmoid(vfloat x) {
    const vfloat softplus = vlog1p(vexp(-absolute(x))) + choose(x < splat(0.0f), -x, splat(0.0f));
    return 2.0f * vexp(-2.30258509299404568f * softplus) + 1e-7f;
}

#endif
