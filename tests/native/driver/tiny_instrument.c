#include "tiny_instrument.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 16
#define WIDE 80 /* more than an INT8_RUN, so that some inputs are quantized and some stay floats */
#define MOST_WEIGHTS 8192
#define MOST_REQUESTS 64

/* Where the values lie in the activation vector, and the states. */
enum { INPUTS = 0, CONTEXT = 16, HIDDEN = 32, RECURRENT = 48, AMPLITUDE = 64, DISTRIBUTION = 80, MAGNITUDES = 112 };
enum { SPREAD = 144, ACTIVATIONS = SPREAD + WIDE, PAST = 0, PAST_SIZE = 9, GRU_STATE = 9, STATE_SIZE = GRU_STATE + WIDTH };

static uint32_t next(uint32_t *state) { return *state = *state * 1664525u + 1013904223u; }

/* Uniform within +-scale. */
static const float *numbers(float **from, int count, float scale, uint32_t *random) {
    float *taken = *from;
    for (int i = 0; i < count; i++) taken[i] = scale * ((float)(next(random) >> 8) / 8388608.0f - 1.0f);
    *from += count;
    return taken;
}

static LayerSpec dense(int input, int inputs, int output, int outputs, float **weights, uint32_t *random) {
    LayerSpec layer = {LAYER_DENSE, input, inputs, output, outputs, .parameter = 0};
    layer.weight = numbers(weights, inputs * outputs, 0.5f, random);
    layer.bias = numbers(weights, outputs, 0.5f, random);
    return layer;
}

static LayerSpec in_place(int kind, int at, int size, float parameter) {
    return (LayerSpec){kind, at, size, at, size, .parameter = parameter};
}

static int decoder(LayerSpec *layers, float *weights, uint32_t random) {
    int n = 0;
    layers[n++] = (LayerSpec){LAYER_DIFFERENCE, INPUTS, 2, CONTEXT, 8, PAST, PAST_SIZE, 0, 3, {1, 2, 4}, .weight = NULL};
    layers[n++] = dense(CONTEXT, 8, SPREAD, WIDE, &weights, &random);
    layers[n] = dense(SPREAD, WIDE, HIDDEN, WIDTH, &weights, &random);
    layers[n++].kind = LAYER_DENSE_INT8;
    layers[n] = in_place(LAYER_LAYER_NORM, HIDDEN, WIDTH, 1e-5f);
    layers[n].weight = numbers(&weights, WIDTH, 1.0f, &random);
    layers[n++].bias = numbers(&weights, WIDTH, 0.1f, &random);
    layers[n++] = in_place(LAYER_LEAKY_RELU, HIDDEN, WIDTH, 0.01f);
    layers[n] = (LayerSpec){LAYER_GRU, HIDDEN, WIDTH, RECURRENT, WIDTH, GRU_STATE, WIDTH, .parameter = 0};
    layers[n].weight = numbers(&weights, 3 * WIDTH * WIDTH, 0.3f, &random);
    layers[n].bias = numbers(&weights, 3 * WIDTH, 0.3f, &random);
    layers[n].weight_hidden = numbers(&weights, 3 * WIDTH * WIDTH, 0.3f, &random);
    layers[n++].bias_hidden = numbers(&weights, 3 * WIDTH, 0.3f, &random);
    layers[n++] = dense(RECURRENT, WIDTH, AMPLITUDE, 1, &weights, &random);
    layers[n++] = dense(RECURRENT, WIDTH, DISTRIBUTION, TINY_HARMONICS, &weights, &random);
    layers[n++] = dense(RECURRENT, WIDTH, MAGNITUDES, TINY_BANDS, &weights, &random);
    layers[n++] = in_place(LAYER_EXP_SIGMOID, AMPLITUDE, 1, 0);
    layers[n++] = in_place(LAYER_EXP_SIGMOID, DISTRIBUTION, TINY_HARMONICS, 0);
    layers[n++] = in_place(LAYER_NORMALIZE, DISTRIBUTION, TINY_HARMONICS, 0);
    layers[n++] = in_place(LAYER_EXP_SIGMOID, MAGNITUDES, TINY_BANDS, 0);
    return n;
}

/* A performer with a memory, whose output is the last layer's. */
enum { PLAYED = 0, PLAYED_HIDDEN = 32, PLAYED_CONTOUR = 48, PLAYED_ACTIVATIONS = 64, PLAYED_INPUTS = 22 };

static int performer(LayerSpec *layers, float *weights, uint32_t random) {
    layers[0] = (LayerSpec){LAYER_GRU, PLAYED, PLAYED_INPUTS, PLAYED_HIDDEN, WIDTH, 0, WIDTH, .parameter = 0};
    layers[0].weight = numbers(&weights, 3 * WIDTH * PLAYED_INPUTS, 0.3f, &random);
    layers[0].bias = numbers(&weights, 3 * WIDTH, 0.3f, &random);
    layers[0].weight_hidden = numbers(&weights, 3 * WIDTH * WIDTH, 0.3f, &random);
    layers[0].bias_hidden = numbers(&weights, 3 * WIDTH, 0.3f, &random);
    layers[1] = dense(PLAYED_HIDDEN, WIDTH, PLAYED_CONTOUR, 4, &weights, &random);
    return 2;
}

Instrument *tiny_instrument(double sample_rate, int voices, int delay_frames, uint32_t seed) {
    /* Neither weights nor room are read after init, so they may live here: ASan would see it if they were. */
    const RackSettings inserts = {.drive = {.on = 1, .amount = 6, .mix = 0.5f, .tone = 9000},
                                  .compressor = {.on = 1, .threshold = -30, .ratio = 2, .attack = 1, .release = 50}};
    float weights[MOST_WEIGHTS], played[MOST_WEIGHTS], room[2 * TINY_ROOM];
    double body[2][6] = {{1.0, -1.8, 0.85, 1.0, -1.7, 0.8}, {0.9, 0.1, 0.0, 1.0, 0.2, 0.1}};
    LayerSpec layers[16], playing[2];
    uint32_t random = seed;
    for (int i = 0; i < 2 * TINY_ROOM; i++)
        room[i] = 0.02f * ((float)(next(&random) >> 8) / 8388608.0f - 1.0f);
    InstrumentConfig config = {
        .sample_rate = sample_rate, .patch_rate = 44100, .hop = (int)(sample_rate / 250 + 0.5), .voices = voices,
        .harmonics = TINY_HARMONICS, .noise_bands = TINY_BANDS, .state_size = STATE_SIZE,
        .layers = layers, .layer_count = decoder(layers, weights, seed), .activations = ACTIVATIONS,
        .f0_input = INPUTS, .loudness_input = INPUTS + 1,
        .amplitude = AMPLITUDE, .distribution = DISTRIBUTION, .noise_magnitudes = MAGNITUDES,
        .delay_frames = delay_frames, .loudness_low = -45, .loudness_high = -12, .loudness_top = -6,
        .performer_layers = playing, .performer_layer_count = performer(playing, played, seed),
        .performer_activations = PLAYED_ACTIVATIONS, .performer_state_size = WIDTH,
        .performer_contour = PLAYED_CONTOUR,
        .attack_ms = 20, .release_ms = TINY_RELEASE_MS,
        .life = {.partials = {1.5f, 1, 0.5f, 0.3f}, .slope = 0.5f, .depth = 2, .neighbours = 0.9f, .partial_spread = 0.8f,
                 .level = {3, 1, 0.5f, 0.3f}, .level_spread = 0.8f, .pitch = {30, 10, 2, 1}, .pitch_spread = 0.8f,
                 .vibrato_cents = 30, .vibrato_hz = 5, .noise_db = 4, .noise_in_step = seed % 3 ? 0.9f : 0, .gestures = 2,
                 .gesture_pitch = {50, 70}, .gesture_db = {{-9, -6, -3, 6, 3, 1}, {6, -9}},
                 .gesture_cents = {{-60, -40, -20, 60, 30, 0, 5}, {60, -60}}},
        .ring_db = TINY_RING_DB, .ring_ms = seed % 2 ? TINY_RING_MS : 0, .body = body[0], .body_sections = 2,
        .inserts = seed % 4 == 1 ? &inserts : NULL, .room = room, .room_length = TINY_ROOM, .room_channels = 2,
    };
    size_t bytes = (instrument_bytes(&config) + 63) / 64 * 64;
    void *memory = aligned_alloc(64, bytes);
    memset(memory, 0, bytes);
    return instrument_init(memory, &config);
}

void tiny_free(Instrument *instrument) { free(instrument); }

int tiny_worker(Instrument *instrument) {
    int voices[MOST_REQUESTS], starts[MOST_REQUESTS];
    float f0[MOST_REQUESTS], loudness[MOST_REQUESTS], amplitude[MOST_REQUESTS];
    static _Thread_local float distribution[MOST_REQUESTS * TINY_HARMONICS], magnitudes[MOST_REQUESTS * TINY_BANDS];
    int count = instrument_requests(instrument, MOST_REQUESTS, voices, starts, f0, loudness);
    for (int i = 0; i < count; i++) {
        amplitude[i] = 0.2f * loudness[i];
        for (int k = 0; k < TINY_HARMONICS; k++) distribution[i * TINY_HARMONICS + k] = 1.0f / TINY_HARMONICS;
        for (int m = 0; m < TINY_BANDS; m++) magnitudes[i * TINY_BANDS + m] = 0.01f * f0[i];
    }
    instrument_answer(instrument, count, amplitude, distribution, magnitudes);
    return count;
}
