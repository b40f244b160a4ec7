#include "api/bench.h"

#include <time.h>

#include "base/simd.h"
#include "dsp/convolver.h"
#include "instrument/instrument.h"
#include "midi/voice_allocator.h"
#include "nn/gemv_int8.h"
#include "nn/network.h"
#include "synth/clock.h"

static double processor_seconds(void) {
#if defined(CLOCK_THREAD_CPUTIME_ID)
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#else
    return clock_seconds();
#endif
}

int bench_vector_bits(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return 512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 256;
#endif
    return 128;
}

int bench_int8_products(void) { return gemv_int8_is_fast(); }

#define ROUNDS 10000

/* `chains` is a constant at every call: independent sums, enough to hide the latency and few enough for the registers,
   which differs between processors. */
INLINE float multiply_add(const int chains, float x) {
    vfloat sum[12], factor = splat(x), addend = splat(1.0f - x);
    for (int i = 0; i < chains; i++) sum[i] = splat((float)i);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < chains; i++) sum[i] = sum[i] * factor + addend;
    for (int i = 1; i < chains; i++) sum[0] += sum[i];
    return sum[0][0];
}

HOT static float few_chains(float x) { return multiply_add(6, x); }
HOT static float many_chains(float x) { return multiply_add(12, x); }

static double flops(float (*run)(float), int chains, double seconds) {
    volatile float sink = 0.5f;
    double begin = processor_seconds(), taken, done = 0;
    do {
        sink = run(sink * 0.0f + 0.5f);
        done += 2.0 * LANES * chains * ROUNDS;
        taken = processor_seconds() - begin;
    } while (taken < seconds);
    return done / taken * 1e-9;
}

double bench_multiply_add(double seconds) {
    double few = flops(few_chains, 6, 0.5 * seconds), many = flops(many_chains, 12, 0.5 * seconds);
    return few > many ? few : many;
}

HOT static float sum(const float *data, int64_t size) {
    vfloat sums[4] = {0};
    for (int64_t i = 0; i + 4 * LANES <= size; i += 4 * LANES)
        for (int j = 0; j < 4; j++) sums[j] += load(data + i + j * LANES);
    return (sums[0] + sums[1] + sums[2] + sums[3])[0];
}

double bench_read(const float *data, int64_t size, double seconds) {
    volatile float sink = sum(data, size);
    double begin = processor_seconds(), taken, done = 0;
    do {
        sink += sum(data, size);
        done += (double)size * sizeof(float);
        taken = processor_seconds() - begin;
    } while (taken < seconds);
    return done / taken * 1e-9;
}

typedef struct BenchDecoder {
    Network decoder;
    float *activations[MAX_VOICES], *states[MAX_VOICES];
} BenchDecoder;

static void build_decoder(BenchDecoder *b, Arena *arena, const LayerSpec *specs, int layers, int activations,
                          int state_size, int voices) {
    network_init(&b->decoder, arena, specs, layers, activations, state_size);
    for (int v = 0; v < voices; v++) {
        b->activations[v] = arena_floats(arena, (size_t)activations);
        b->states[v] = arena_floats(arena, (size_t)state_size + LANES);
    }
}

size_t bench_decoder_bytes(const LayerSpec *specs, int layers, int activations, int state_size, int voices) {
    Arena counted = {0};
    BenchDecoder b = {0};
    build_decoder(&b, &counted, specs, layers, activations, state_size, voices);
    return counted.used;
}

void bench_decoder(void *memory, const LayerSpec *specs, int layers, int activations, int state_size, int voices,
                   int steps, float *taken) {
    Arena arena = {memory, 0};
    BenchDecoder b = {0};
    build_decoder(&b, &arena, specs, layers, activations, state_size, voices);
    for (int i = 0; i < steps; i++) {
        for (int v = 0; v < voices; v++) b.activations[v][0] = b.activations[v][1] = 0.5f; /* the inputs */
        double begin = processor_seconds();
        network_step(&b.decoder, b.activations, b.states, voices);
        taken[i] = (float)(processor_seconds() - begin);
    }
}

typedef struct BenchNotes {
    NoteContour note[MAX_VOICES];
    NoteContour *played[MAX_VOICES];
    Modulation hands[MAX_VOICES];
    int voice[MAX_VOICES];
    int64_t time[MAX_VOICES];
    Channel channel;
} BenchNotes;

static void strike(BenchNotes *b, const ModMatrix *map, ExpressionNet *performer, int voices) {
    const Attributes wanted = {1.1f, 0.1f, 0.35f, 0.5f, 0.4f, 1.5f};
    channel_init(&b->channel);
    for (int v = 0; v < voices; v++) {
        note_contour_start(&b->note[v], 0, 0, 48 + v % 24, 90);
        note_contour_shape(&b->note[v], &wanted, 0);
        b->played[v] = &b->note[v];
        b->voice[v] = v;
        b->note[v].seed = (uint32_t)v;
        modulation_begin(&b->hands[v], map, &b->channel, NULL, 90);
        expression_net_reset(performer, v);
    }
}

/* A frame of one voice as a decoder may have left it. */
static void decoded(Instrument *in, int voice) {
    float *activation = in->activation[voice];
    activation[in->config.amplitude] = 0.1f;
    for (int k = 0; k < in->config.harmonics; k++)
        activation[in->config.distribution + k] = 1.0f / (float)in->config.harmonics;
    for (int m = 0; m < in->config.noise_bands; m++) activation[in->config.noise_magnitudes + m] = 1e-3f;
}

void bench_performance(Instrument *in, const ModMatrix *map, int voices, int steps, float *taken) {
    BenchNotes b;
    const float hop = (float)(in->config.hop / in->config.sample_rate);
    voices = voices < in->config.voices ? voices : in->config.voices;
    strike(&b, map, &in->performer, voices);
    for (int i = 0; i < steps; i++) {
        for (int v = 0; v < voices; v++) decoded(in, v);
        double begin = processor_seconds();
        for (int v = 0; v < voices; v++) {
            b.time[v] = (int64_t)(i + 1) * in->config.hop;
            modulation_follow(&b.hands[v], map, &b.channel, NULL, hop);
        }
        expression_net_step(&in->performer, &in->range, b.voice, b.played, b.time, voices, 1.0f, 1.0f);
        for (int v = 0; v < voices; v++) {
            ModValues gesture = modulation_values(&b.hands[v], map, &b.channel, NULL, &b.note[v].attributes);
            NoteContourFrame frame = note_contour_at(&b.note[v], &in->range, &gesture, b.time[v]);
            float *activation = in->activation[v];
            timbre_shaper_distribution(&in->bender, &frame.bend, activation + in->config.distribution);
            timbre_shaper_magnitudes(&in->bender, &frame.bend, activation + in->config.noise_magnitudes);
        }
        taken[i] = (float)(processor_seconds() - begin);
    }
}

size_t bench_room_bytes(int channels, int length) {
    Arena counted = {0};
    convolver_init(&counted, NULL, channels, length);
    return counted.used;
}

double bench_room(void *memory, const float *impulse, int channels, int length, int block, int blocks) {
    Arena arena = {memory, 0};
    Convolver *room = convolver_init(&arena, impulse, channels, length);
    float left[256] = {0.5f}, right[256] = {0.25f}, out_left[256], out_right[256];
    const float *const in[2] = {left, right};
    float *const out[2] = {out_left, out_right};
    double begin = processor_seconds();
    for (int i = 0; i < blocks; i++) convolver_render(room, in, out, block < 256 ? block : 256);
    return processor_seconds() - begin;
}

void bench_callbacks(Synth *synth, float *out, int frames, int count, float *taken, float *passed) {
    for (int i = 0; i < count; i++) {
        double processor = processor_seconds(), wall = clock_seconds();
        synth_callback(NULL, out, (unsigned long)frames, NULL, 0, synth);
        passed[i] = (float)(clock_seconds() - wall);
        taken[i] = (float)(processor_seconds() - processor);
    }
}
