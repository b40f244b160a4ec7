#include "rig.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* IEC 61672-1 at RATE, by bilinear transform: near enough for a driver. */
static const double a_weighting[3][6] = {
    {1.0, -2.0, 1.0, 1.0, -1.99461446, 0.99462171},
    {1.0, -2.0, 1.0, 1.0, -1.89387049, 0.89515977},
    {0.2343, 0.4686, 0.2343, 1.0, -0.22455846, 0.01260662}};

#define MINUS_90_DB 3.1623e-5f

void fail(const char *file, int line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

/* Every target and curve, each by another gesture. */
static const ModMatrix all_rows = {
    .count = 27,
    .rows = {{MOD_VELOCITY, MOD_VOLUME, MOD_LINEAR, 0, 0, 1, 0, 0},
             {MOD_VELOCITY, MOD_ATTACK_NOISE, MOD_HARD, 0, -6, 6, 0, 0},
             {MOD_PRESSURE, MOD_VOLUME, MOD_SOFT, 0, 0, 1, 0.01f, 0},
             {MOD_KEY_PRESSURE, MOD_VOLUME, MOD_LINEAR, 0, 0, 1, 0.005f, 0},
             {MOD_BEND, MOD_PITCH, MOD_LINEAR, 0, 0, 0, 0, 0},
             {1, MOD_VIBRATO, MOD_LINEAR, 0, 0, 50, 0.01f, 0},
             {2, MOD_LEVEL, MOD_GATE, 0, -200, 0, 0, 127},
             {7, MOD_GAIN, MOD_DECIBEL, 0, -200, 0, 0, 100},
             {10, MOD_PAN, MOD_CENTRED, 0, -1, 1, 0.005f, 64},
             {11, MOD_LEVEL, MOD_DECIBEL, 0, -200, 0, 0.005f, 127},
             {20, MOD_VOLUME_FLUCTUATION, MOD_LINEAR, 0, 0, 12, 0.02f, 0},
             {21, MOD_VOLUME_PEAK_POSITION, MOD_SWITCH, 0, 0, 0.5f, 0.02f, 0},
             {67, MOD_LEVEL, MOD_LINEAR, 1, 0, -6, 0, 0},
             {85, MOD_SQUEEZE, MOD_LINEAR, 0, 0, 1, 0, 0},
             {86, MOD_LOW, MOD_CENTRED, 0, 0, 1, 0, 64},
             {87, MOD_HIGH, MOD_CENTRED, 0, 0, 1, 0, 64},
             {91, MOD_ROOM, MOD_LINEAR, 0, 0, 1, 0.01f, 0},
             {92, MOD_DRIVE, MOD_LINEAR, 0, 0, 1, 0, 0},
             {93, MOD_CHORUS, MOD_LINEAR, 0, 0, 1, 0, 0},
             {94, MOD_ECHO, MOD_LINEAR, 0, 0, 1, 0, 0},
             {95, MOD_REVERB, MOD_LINEAR, 0, 0, 1, 0, 0},
             {18, MOD_FORMANT, MOD_CENTRED, 0, -12, 12, 0.01f, 64},
             {MOD_INPUT_LEVEL, MOD_LEVEL, MOD_DECIBEL, 0, -200, 0, 0.002f, 127},
             {MOD_INPUT_PITCH, MOD_PITCH, MOD_CENTRED, 0, -1, 1, 0.002f, 64},
             {MOD_INPUT_BRIGHTNESS, MOD_BRIGHTNESS, MOD_CENTRED, 0, -1, 1, 0.005f, 64},
             {MOD_INPUT_NOISE, MOD_BALANCE, MOD_LINEAR, 0, 0, 12, 0.01f, 0},
             {MOD_INPUT_ONSET, MOD_ATTACK_NOISE, MOD_LINEAR, 0, 0, 9, 0, 0}},
};

Rig *rig_new(int voices, int mode) {
    SynthConfig config = {.sample_rate = RATE, .block_size = MOST_BLOCK, .voices = voices, .mode = mode, .seed = 7,
                          .a_weighting = a_weighting[0]};
    Rig *rig = calloc(1, sizeof *rig);
    size_t bytes = (synth_bytes(&config) + 63) / 64 * 64;
    void *memory = aligned_alloc(64, bytes);
    memset(memory, 0, bytes);
    rig->synth = synth_init(memory, &config);
    synth_life(rig->synth, 1.0f);
    synth_map(rig->synth, &all_rows);
    rig->voices = voices;
    rig->hash = 14695981039346656037u;
    rig->random = 1;
    rig->workers_on = 1;
    return rig;
}

void rig_free(Rig *rig) {
    for (int i = 0; i < rig->loaded_count; i++) tiny_free(rig->loaded[i]);
    free(rig->synth);
    free(rig);
}

static void let_go(Rig *rig, Instrument *instrument) {
    if (!instrument) return;
    int kept = 0;
    for (int i = 0; i < rig->loaded_count; i++)
        if (rig->loaded[i] != instrument) rig->loaded[kept++] = rig->loaded[i];
    CHECK(kept == rig->loaded_count - 1, "an instrument came back that was not loaded");
    rig->loaded_count = kept;
    tiny_free(instrument);
}

void rig_load(Rig *rig, int delay_frames, uint32_t seed) {
    Instrument *instrument = tiny_instrument(RATE, rig->voices + 1, delay_frames, seed); /* one follows the input */
    CHECK(rig->loaded_count < MOST_LOADED, "retired instruments do not come back");
    rig->loaded[rig->loaded_count++] = instrument;
    let_go(rig, synth_load(rig->synth, instrument));
}

void rig_collect(Rig *rig) { let_go(rig, synth_retired(rig->synth)); }

int rig_send(Rig *rig, int64_t time, int status, int a, int b) {
    uint8_t bytes[3] = {(uint8_t)status, (uint8_t)a, (uint8_t)b};
    int kind = status & 0xF0;
    return synth_send(rig->synth, time, bytes, status >= 0xF8 ? 1 : kind == 0xC0 || kind == 0xD0 ? 2 : 3);
}

static void look_at(Rig *rig, const float *out, int frames) {
    for (int i = 0; i < 2 * frames; i++) {
        uint32_t bits;
        CHECK(isfinite(out[i]), "a sample is not finite at %lld", (long long)rig->position + i / 2);
        CHECK(fabsf(out[i]) <= 1.0f, "a sample is %g at %lld", out[i], (long long)rig->position + i / 2);
        rig->peak = fmaxf(rig->peak, fabsf(out[i]));
        memcpy(&bits, &out[i], sizeof bits);
        rig->hash = (rig->hash ^ bits) * 1099511628211u;
    }
}

/* What a microphone with rig->channels brings, of that size exactly; the last one sings. */
static float *rig_sung(Rig *rig, int size) {
    float *in = malloc((size_t)(size * rig->channels) * sizeof *in);
    for (int i = 0; i < size * rig->channels; i++)
        in[i] = i % rig->channels == rig->channels - 1 ? rig->sing(rig->position + i / rig->channels) : 1e30f;
    return in;
}

void rig_render(Rig *rig, int frames, int block, unsigned long flags) {
    while (frames > 0) {
        int size = frames < block ? frames : block;
        float *out = malloc((size_t)size * 2 * sizeof *out); /* of that size exactly, for ASan */
        float *in = rig->sing ? rig_sung(rig, size) : NULL;
        int result = synth_callback(in, out, (unsigned long)size, NULL, flags, rig->synth);
        CHECK(result == 0, "the callback asked to be stopped");
        look_at(rig, out, size);
        free(out);
        free(in);
        for (int i = 0; rig->workers_on && i < rig->loaded_count; i++)
            while (tiny_worker(rig->loaded[i])) {}
        rig->position += size;
        frames -= size;
    }
}

uint32_t rig_random(Rig *rig, uint32_t below) {
    rig->random = rig->random * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)rig->random * below >> 32);
}

void rig_silence(Rig *rig) {
    const int release = (int)(TINY_RING_MS * RATE / 1000.0) + 6 * RATE / 250; /* and frames, some of them delayed */
    rig_render(rig, 64, 64, 0); /* makes room in the queue */
    for (int channel = 0; channel < 16; channel++) {
        rig_send(rig, -1, 0xB0 | channel, 121, 0);
        rig_send(rig, -1, 0xB0 | channel, 123, 0);
    }
    rig_render(rig, release + TINY_ROOM, MOST_BLOCK, 0);
    rig->peak = 0;
    rig_render(rig, 2 * RATE / 250, 64, 0);
    CHECK(rig->peak < MINUS_90_DB, "%g still sounds after all notes off", rig->peak);
    CHECK(rig_stats(rig).sounding_voices == 0, "a voice is left over");
}

SynthStats rig_stats(Rig *rig) {
    SynthStats stats;
    synth_read_stats(rig->synth, &stats);
    return stats;
}
