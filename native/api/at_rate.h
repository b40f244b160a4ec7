/* What a patch was made with at one sample rate, at another one: its body's filter and its room. For Python and for the
   plug-in alike, so that both have the same bits. Not for the audio thread. */
#ifndef DDSP_API_AT_RATE_H
#define DDSP_API_AT_RATE_H

/* Second-order sections [sections, 6] with a0 = 1, in place, from `rate` to `new_rate` Hz. Each goes back to its analog
   prototype by the bilinear transform, pre-warped at the frequency of its poles, and from there to the new rate; one
   whose frequency lies beyond the new Nyquist becomes its gain at 0 Hz. */
void biquad_at_rate(double *sos, int sections, double rate, double new_rate);
/* Samples of an impulse response of `length` at another rate. */
int impulse_length_at_rate(int length, double rate, double new_rate);
/* One channel, band-limited, with the same gain as a filter. out: [impulse_length_at_rate]. */
void impulse_at_rate(const float *samples, int length, double rate, double new_rate, float *out);

#endif
