#include "api/offline.h"
#include "dsp/biquad_cascade.h"
#include "dsp/harmonic.h"
#include "dsp/limiter.h"
#include "dsp/noise.h"
#include "input/input_analysis.h"
#include "nn/network.h"

size_t offline_harmonic_bytes(int partials) {
    Arena counted = {0};
    harmonic_init(NULL, &counted, partials, 0);
    return counted.used;
}

void offline_harmonic(void *memory, int partials, double sample_rate, const float *f0_hz, const float *amplitude,
                    const float *distribution, const int64_t *starts, int64_t frames, float *out) {
    Arena arena = {memory, 0};
    Harmonic harmonic;
    harmonic_init(&harmonic, &arena, partials, sample_rate);
    harmonic_frame(&harmonic, f0_hz[0], amplitude[0], distribution, 0);
    for (int64_t i = 0; i < frames; i++) {
        int64_t end = i + 1 < frames ? i + 1 : i;
        int length = (int)(starts[i + 1] - starts[i]);
        harmonic_frame(&harmonic, f0_hz[end], amplitude[end], distribution + end * partials, length);
        memset(out + starts[i], 0, whole_lanes(length) * sizeof(float));
        harmonic_render(&harmonic, 0, length, out + starts[i], NULL);
    }
}

size_t offline_noise_bytes(int bands, double sample_rate) {
    Arena counted = {0};
    NoiseDesign design;
    noise_design_init(&design, &counted, bands, sample_rate, sample_rate);
    noise_init(NULL, &counted, &design);
    return counted.used;
}

void offline_noise(void *memory, int bands, double sample_rate, uint32_t seed, const float *magnitudes,
                 const int64_t *starts, int64_t frames, float *out) {
    Arena arena = {memory, 0};
    NoiseDesign design;
    Noise noise;
    noise_design_init(&design, &arena, bands, sample_rate, sample_rate);
    noise_init(&noise, &arena, &design);
    noise_reset(&noise, seed);
    noise_frame(&noise, magnitudes, 0);
    for (int64_t i = 0; i < frames; i++) {
        int64_t end = i + 1 < frames ? i + 1 : i;
        int length = (int)(starts[i + 1] - starts[i]);
        noise_frame(&noise, magnitudes + end * bands, length);
        memset(out + starts[i], 0, whole_lanes(length) * sizeof(float));
        noise_render(&noise, 0, length, out + starts[i]);
    }
}

size_t offline_sosfilt_bytes(int sections) {
    Arena counted = {0};
    biquad_cascade_init(NULL, &counted, NULL, sections, 1);
    return counted.used;
}

void offline_sosfilt(void *memory, const double *sos, int sections, double *state, float *samples, int64_t size) {
    Arena arena = {memory, 0};
    BiquadCascade body;
    biquad_cascade_init(&body, &arena, sos, sections, 1);
    memcpy(body.state, state, sizeof(double) * 2 * (size_t)sections);
    const int most = 1 << 20;
    for (int64_t done = 0; done < size; done += most)
        biquad_cascade_render(&body, 0, samples + done, (int)(size - done < most ? size - done : most));
    memcpy(state, body.state, sizeof(double) * 2 * (size_t)sections);
}

size_t offline_track_bytes(double sample_rate) {
    Arena counted = {0};
    InputAnalysis ear;
    input_analysis_init(&ear, &counted, NULL, sample_rate);
    return counted.used;
}

void offline_track(void *memory, double sample_rate, const double *a_weighting, float threshold_db, const float *samples,
                 const int64_t *starts, int64_t frames, float *readings) {
    Arena arena = {memory, 0};
    InputAnalysis ear;
    input_analysis_init(&ear, &arena, a_weighting, sample_rate);
    for (int64_t i = 0, done = 0; i < frames; done = starts[i++]) {
        input_analysis_push(&ear, samples + done, 1, (int)(starts[i] - done));
        InputFrame heard = input_analysis_read(&ear, threshold_db, (int)(starts[i] - done));
        const float row[6] = {heard.pitch.f0_hz, heard.pitch.aperiodicity, heard.loudness_db, (float)heard.voiced,
                              (float)heard.level, heard.pitch.age_seconds};
        memcpy(readings + 6 * i, row, sizeof row);
    }
}

size_t offline_network_bytes(const LayerSpec *specs, int layers, int activations, int state_size) {
    Arena counted = {0};
    Network network;
    network_init(&network, &counted, specs, layers, activations, state_size);
    arena_floats(&counted, (size_t)state_size + LANES);
    return counted.used;
}

void offline_network(void *memory, const LayerSpec *specs, int layers, int activations, int state_size, float *rows,
                     int64_t frames) {
    Arena arena = {memory, 0};
    Network network;
    network_init(&network, &arena, specs, layers, activations, state_size);
    float *state = arena_floats(&arena, (size_t)state_size + LANES);
    for (int64_t i = 0; i < frames; i++) {
        float *row = rows + i * activations;
        network_step(&network, &row, &state, 1);
    }
}

size_t offline_limiter_bytes(void) { return sizeof(Limiter); }

void offline_limiter_init(void *memory, double sample_rate) { limiter_init(memory, sample_rate); }

#define LIMITED_AT_ONCE 256

void offline_limiter(void *memory, float *samples, int frames) {
    float left[LIMITED_AT_ONCE], right[LIMITED_AT_ONCE];
    for (int first = 0; first < frames; first += LIMITED_AT_ONCE) {
        int size = frames - first < LIMITED_AT_ONCE ? frames - first : LIMITED_AT_ONCE;
        float *out = samples + 2 * first;
        for (int i = 0; i < size; i++) {
            left[i] = out[2 * i];
            right[i] = out[2 * i + 1];
        }
        limiter_render(memory, left, right, out, size);
    }
}
