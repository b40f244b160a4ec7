#include "plugin/loader.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/at_rate.h"

#define ALIGNMENT 64

void *loader_zeroed(size_t bytes, void **raw) {
    char *memory = calloc(1, bytes + ALIGNMENT);
    *raw = memory;
    if (!memory) return NULL;
    for (size_t i = 0; i < bytes; i += 4096) ((volatile char *)memory)[i] = 0; /* a page fault later would be a system call */
    return memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT);
}

/* The room at the host's rate, [channels, length]; NULL where there is none. */
static float *room_at_rate(const FlatRoom *room, double rate, InstrumentConfig *config) {
    if (!room || !room->channels) return NULL;
    const int length = impulse_length_at_rate(room->length, room->rate, rate);
    float *samples = calloc((size_t)length * (size_t)room->channels, sizeof *samples);
    for (int c = 0; samples && c < room->channels; c++) {
        const float *from = room->samples + (size_t)c * (size_t)room->length;
        if (room->rate == rate) memcpy(samples + (size_t)c * (size_t)length, from, (size_t)length * sizeof *samples);
        else impulse_at_rate(from, room->length, room->rate, rate, samples + (size_t)c * (size_t)length);
    }
    if (samples) {
        config->room = samples;
        config->room_length = length;
        config->room_channels = room->channels;
    }
    return samples;
}

static double *body_at_rate(const InstrumentConfig *patch, double rate) {
    const size_t bytes = (size_t)patch->body_sections * 6 * sizeof(double);
    double *sos = bytes ? malloc(bytes) : NULL;
    if (!sos) return NULL;
    memcpy(sos, patch->body, bytes);
    biquad_at_rate(sos, patch->body_sections, patch->patch_rate, rate);
    return sos;
}

/* All that the configuration points to is copied when the instrument is made. */
static Loaded *make(const InstrumentConfig *config) {
    const size_t bytes = instrument_bytes(config);
    Loaded *loaded = bytes ? calloc(1, sizeof *loaded) : NULL;
    if (!loaded) return NULL;
    void *memory = loader_zeroed(bytes, &loaded->memory);
    if (!memory) {
        free(loaded);
        return NULL;
    }
    loaded->instrument = instrument_init(memory, config);
    return loaded;
}

Loaded *loader_instrument(const FlatPatch *patch, const FlatRoom *room, double rate, int voices, int trim) {
    InstrumentConfig config = patch->config;
    config.sample_rate = rate;
    config.hop = (int)lrint(rate / patch->frame_rate);
    if (config.hop < 1) config.hop = 1;
    config.voices = voices + 1; /* Python's synth has one more, for the input: so that both have the same bits */
    if (!trim) config.trim_db = 0;
    float *samples = room_at_rate(room, rate, &config);
    double *sos = body_at_rate(&patch->config, rate);
    config.body = sos;
    if (!sos) config.body_sections = 0;
    Loaded *loaded = make(&config);
    free(samples);
    free(sos);
    return loaded;
}

void loader_free(Loaded *loaded) {
    if (loaded) free(loaded->memory);
    free(loaded);
}
