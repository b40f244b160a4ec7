/* The kernel's parts over whole signals, behind ddsp_live.signal. `memory`: as many zeroed bytes as the function
   above says, aligned to 64. Frame i holds at sample starts[i] and ramps to frame i + 1; the last frame stays as it
   is until starts[frames], the signal's end. `out` has room for 16 samples more than that. */
#ifndef DDSP_OFFLINE_H
#define DDSP_OFFLINE_H
#include <stddef.h>
#include <stdint.h>
#include "api/layer_spec.h"

size_t offline_harmonic_bytes(int partials);
/* f0_hz, amplitude [frames], distribution [frames, partials]. */
void offline_harmonic(void *memory, int partials, double sample_rate, const float *f0_hz, const float *amplitude,
                    const float *distribution, const int64_t *starts, int64_t frames, float *out);

size_t offline_noise_bytes(int bands, double sample_rate);
/* magnitudes [frames, bands], from 0 Hz to Nyquist. */
void offline_noise(void *memory, int bands, double sample_rate, uint32_t seed, const float *magnitudes,
                 const int64_t *starts, int64_t frames, float *out);

size_t offline_sosfilt_bytes(int sections);
/* sos [sections, 6]; samples [size] and state [sections, 2] in place. */
void offline_sosfilt(void *memory, const double *sos, int sections, double *state, float *samples, int64_t size);

size_t offline_track_bytes(double sample_rate);
/* What the live input hears of samples [size], at each of starts [frames] from the samples before it alone; the last
   three columns of readings [frames, 6] are whether there is a pitch, whether there is anything, and the age of the
   pitch in seconds, the first three f0 in Hz, aperiodicity and loudness in dB. a_weighting [3, 6]. */
void offline_track(void *memory, double sample_rate, const double *a_weighting, float threshold_db, const float *samples,
                 const int64_t *starts, int64_t frames, float *readings);

size_t offline_network_bytes(const LayerSpec *specs, int layers, int activations, int state_size);
/* Runs a network from a fresh state over rows [frames, activations] in place: of each, its inputs are given, and what its
   layers make is left beside them. */
void offline_network(void *memory, const LayerSpec *specs, int layers, int activations, int state_size, float *rows,
                     int64_t frames);

/* The output stage, for a mix of several synths; its state is in `memory`. */
size_t offline_limiter_bytes(void);
void offline_limiter_init(void *memory, double sample_rate);
void offline_limiter(void *memory, float *samples, int frames); /* [frames, 2], in place */

#endif
