#include "dsp/noise.h"
#include <math.h>

#define CHUNK 64 /* samples whose white noise is drawn at once */

static int scaled_half(int bands, double patch_rate, double sample_rate) {
    return (int)ceil((bands - 1) * sample_rate / patch_rate);
}

/* Taps are stored in whole lanes, so that designing a filter has no odd end; those past `half` are zero. */
static int stored_taps(const NoiseDesign *d) { return whole_lanes(d->half + 1); }

/* The frequency-sampling design of DDSP (Engel et al. 2020, section 3.3: inverse DFT, then a Hann window) read at the
   device's sample times, so a patch keeps its bands in Hz at any rate. White noise of a fixed amplitude is spread over
   the device's whole band; sqrt(patch_rate / sample_rate) keeps its level per Hz, and the loudness with it. */
void noise_design_init(NoiseDesign *d, Arena *arena, int bands, double patch_rate, double sample_rate) {
    d->bands = bands;
    d->half = scaled_half(bands, patch_rate, sample_rate);
    d->matrix = arena_floats(arena, (size_t)bands * stored_taps(d));
    if (!arena->base) return;
    const double period = 2.0 * (bands - 1); /* of the inverse DFT, in samples at the patch's rate */
    const double level = sqrt(patch_rate / sample_rate) / period;
    for (int m = 0; m < bands; m++) {
        double hz = m * patch_rate / period;
        if (hz > 0.5 * sample_rate) break;
        for (int tap = 0; tap <= d->half; tap++) {
            double time = tap * patch_rate / sample_rate;
            double window = time < bands - 1 ? 0.5 + 0.5 * cos(2 * M_PI * time / period) : 0;
            double both_signs = m == 0 || m == bands - 1 ? 1 : 2;
            double folded = tap == 0 ? 0.5 : 1; /* the middle tap meets its sample twice in the folded sum */
            d->matrix[(size_t)m * stored_taps(d) + tap] =
                (float)(folded * level * window * both_signs * cos(2 * M_PI * m * time / period));
        }
    }
}

void noise_init(Noise *n, Arena *arena, const NoiseDesign *design) {
    float *from = arena_floats(arena, stored_taps(design));
    float *to = arena_floats(arena, stored_taps(design));
    float *white = arena_floats(arena, CHUNK + 2 * stored_taps(design));
    if (!arena->base) return;
    *n = (Noise){.design = design, .from = from, .to = to, .white = white};
    noise_reset(n, 0);
}

void noise_reset(Noise *n, uint32_t seed) {
    n->seed = seed;
    n->position = 0;
    n->length = 0;
    n->starts = 1;
    n->drawn = 0;
    memset(n->from, 0, stored_taps(n->design) * sizeof(float));
    memset(n->to, 0, stored_taps(n->design) * sizeof(float));
}

/* Uniform in [-1, 1) from a seed and a position: Ellis' "lowbias32" integer hash, with the seed mixed in twice so that
   two seeds' sequences are not each other's shifts. 24 bits, so that the conversion is exact. */
INLINE float white_sample(uint32_t seed, uint32_t position) {
    uint32_t x = position + seed * 0x9e3779b9u;
    x ^= x >> 16;
    x = x * 0x7feb352du + seed;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    x ^= x >> 16;
    return (float)((int32_t)x >> 8) * 0x1p-23f;
}

#define WIDTH 4
#include "dsp/noise_kernel.h"
#undef WIDTH
#if WIDE_KERNELS
#define WIDTH 8
#include "dsp/noise_kernel.h"
#undef WIDTH
#endif

void noise_frame(Noise *n, const float *magnitudes, int length) {
    n->position += (uint32_t)n->length;
    n->length = length;
    float *ended = n->from;
    n->from = n->to;
    n->to = ended;
    FASTEST(design_taps)(n->design, magnitudes, n->to);
    if (length == 0 || n->starts) memcpy(n->from, n->to, stored_taps(n->design) * sizeof(float));
    n->starts = 0;
}

void noise_render(Noise *n, int first, int size, float *out) { FASTEST(render)(n, first, size, out); }
