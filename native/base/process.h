/* A random process of the second order and of variance 1: x[n] = a1 x[n-1] + a2 x[n-2] + g z[n], z normal. Spectra of
   how instruments move fall by about 12 dB an octave, which none of the first order does. */
#ifndef DDSP_PROCESS_H
#define DDSP_PROCESS_H

typedef struct Process {
    float a1, a2, g;
    float rho, rest; /* correlation of one value with the next, and sqrt(1 - rho^2): for a start in the middle */
} Process;

/* Two low-passes of this time constant in series. */
Process process_slow(double seconds, double frame_rate);
/* A resonance, of so many Hz and this bandwidth. */
Process process_resonant(double hz, double bandwidth_hz, double frame_rate);

#endif
