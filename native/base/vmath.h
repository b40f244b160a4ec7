/* Sine and cosine of an angle in cycles. Included behind lanes.h, once per WIDTH: no include guard. */
#define sincos_cycles NAME(sincos_cycles)

/* cycles in [-0.5, 0.5]. Minimax polynomials of the half angle (errors 4e-9 and 3e-10), then the double-angle
   formulas, so no quadrant has to be told apart; errors stay below 2e-7. */
TARGET INLINE void sincos_cycles(wide cycles, wide *sine, wide *cosine) {
    wide u = cycles * cycles;
    wide s = u * 0.0772201287f - 0.598045174f;
    s = s * u + 2.55003138f;
    s = s * u - 5.16770688f;
    s = s * u + 3.14159258f;
    s = s * cycles;
    wide c = u * -0.0243967165f + 0.234937559f;
    c = c * u - 1.33521206f;
    c = c * u + 4.05870916f;
    c = c * u - 4.93480214f;
    c = c * u + 1.0f;
    wide twice = s + s;
    *sine = twice * c;
    *cosine = 1.0f - twice * s;
}
