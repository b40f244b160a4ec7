#include <string.h>

#include "rig.h"
#include "scenarios.h"

#define MESSAGES_A_SECOND 1000
#define FINGERS 10

static void controller(Rig *rig, int64_t time, int channel, int number, int value) {
    rig_send(rig, time, 0xB0 | channel, number, value);
}

static void zone(Rig *rig, int64_t time, int master, int members) {
    controller(rig, time, master, 101, 0);
    controller(rig, time, master, 100, 6);
    controller(rig, time, master, 6, members);
}

/* A finger's bend, pressure or slide; now and then the master's. */
static void gesture(Rig *rig, int64_t time) {
    int channel = (int)rig_random(rig, FINGERS + 1), value = (int)rig_random(rig, 128);
    switch (rig_random(rig, 3)) {
    case 0:
        rig_send(rig, time, 0xE0 | channel, (int)rig_random(rig, 128), value);
        break;
    case 1:
        rig_send(rig, time, 0xD0 | channel, value, 0);
        break;
    default:
        controller(rig, time, channel, 74, value);
        break;
    }
}

void mpe_storm(void) {
    Rig *rig = rig_new(16, MODE_POLY);
    rig_load(rig, 0, 1);
    zone(rig, 0, 0, FINGERS);
    for (int finger = 0; finger < FINGERS; finger++) rig_send(rig, 0, 0x91 + finger, 48 + 2 * finger, 100);
    rig_render(rig, 4800, 64, 0);
    CHECK(rig_stats(rig).sounding_voices == FINGERS, "a finger's note is missing");
    for (int64_t at = rig->position; rig->position < 2 * RATE; rig_render(rig, RATE / 100, 64, 0))
        for (; at < rig->position + RATE / 100; at += RATE / MESSAGES_A_SECOND) gesture(rig, at);
    for (int i = 0; i < 3000; i++) gesture(rig, -1); /* as many as the queue takes, at one moment */
    rig_render(rig, 4800, 64, 0);
    CHECK(rig_stats(rig).sounding_voices == FINGERS, "a finger's note was lost");
    rig_silence(rig);
    rig_free(rig);
}

/* Zones come, shrink and go while notes are held, and messages arrive on any channel. */
void zones_in_any_order(void) {
    Rig *rig = rig_new(8, MODE_POLY);
    rig_load(rig, 0, 1);
    for (int i = 0; i < 4000; i++) {
        int channel = (int)rig_random(rig, 16), a = (int)rig_random(rig, 128), b = (int)rig_random(rig, 128);
        static const int parameters[] = {0, 1, 2, 5, 6, 6, 6, 127};
        static const int numbers[] = {5, 6, 37, 38, 64, 65, 66, 67, 68, 74, 84, 96, 97, 98, 120, 121, 123, 126, 127};
        switch (rig_random(rig, 8)) {
        case 0:
            zone(rig, -1, rig_random(rig, 2) ? 15 : 0, b);
            break;
        case 1:
            controller(rig, -1, channel, a & 1 ? 100 : 101, a & 2 ? parameters[b % 8] : 0);
            break;
        case 2:
            controller(rig, -1, channel, numbers[(unsigned)a % (sizeof numbers / sizeof *numbers)], b);
            break;
        case 3:
            rig_send(rig, -1, 0xE0 | channel, a, b);
            break;
        default:
            rig_send(rig, -1, (a & 1 ? 0x90 : 0x80) | channel, 48 + b % 24, 100);
            break;
        }
        if (i % 50 == 0) rig_render(rig, 1 + (int)rig_random(rig, 700), 104, 0);
    }
    rig_silence(rig);
    rig_free(rig);
}

/* Maps come while notes sound; the newest one counts, and a map without rows leaves nothing to play with. */
void maps_while_it_sounds(void) {
    Rig *rig = rig_new(8, MODE_POLY);
    rig_load(rig, 0, 1);
    for (int i = 0; i < 200; i++) {
        ModMatrix map = {.count = (int)rig_random(rig, MOST_MOD_ROUTES + 1)};
        for (int r = 0; r < map.count; r++)
            map.rows[r] = (ModRoute){.gesture = (int)rig_random(rig, MOD_INPUT_ONSET + 1),
                                    .target = (int)rig_random(rig, MOD_TARGETS),
                                    .curve = (int)rig_random(rig, MOD_GATE + 1),
                                    .onset = (int)rig_random(rig, 2),
                                    .low = (float)rig_random(rig, 100) / 100.0f - 1.0f,
                                    .high = (float)rig_random(rig, 100) / 100.0f,
                                    .smoothing_seconds = (float)rig_random(rig, 3) / 100.0f,
                                    .rest = (float)rig_random(rig, 128)};
        synth_map(rig->synth, &map);
        if (i % 7 == 0) synth_map(rig->synth, &map); /* before the first was taken */
        for (int event = 0; event < 10; event++)
            rig_send(rig, -1, (event % 2 ? 0x90 : 0xB0) | (int)rig_random(rig, 3), (int)rig_random(rig, 120),
                     (int)rig_random(rig, 128));
        rig_render(rig, 300, 64, 0);
    }
    rig_silence(rig);
    rig_free(rig);
}

void tunings(void) {
    Rig *rig = rig_new(8, MODE_POLY);
    rig_load(rig, 0, 1);
    float pitches[16 * 128];
    for (int i = 0; i < 60; i++) {
        for (int key = 0; key < 16 * 128; key++) pitches[key] = (float)rig_random(rig, 200) - 20.0f;
        if (i % 3) rig_send(rig, rig->position + 100, 0x90, 60, 100);
        synth_tune(rig->synth, pitches, i % 2);
        rig_render(rig, 500, 64, 0);
    }
    for (int key = 0; key < 16 * 128; key++) pitches[key] = -1.0f;
    rig_silence(rig);
    synth_tune(rig->synth, pitches, 1);
    for (int note = 0; note < 128; note++) rig_send(rig, -1, 0x90 | note % 16, note, 100);
    rig_render(rig, 100, 64, 0);
    CHECK(rig_stats(rig).sounding_voices == 0, "a mute key sounds");
    rig_free(rig);
}

void any_block_gives_the_same_gestures(void) {
    static const int blocks[] = {1, 7, 64, 512};
    uint64_t hash = 0;
    for (int i = 0; i < 4; i++) {
        Rig *rig = rig_new(6, MODE_POLY);
        rig_load(rig, 0, 1);
        zone(rig, 0, 0, 5);
        for (int event = 0; event < 200; event++) {
            static const int numbers[] = {1, 2, 5, 7, 10, 11, 20, 21, 64, 65, 66, 67, 68, 84, 91, 121};
            int64_t time = rig_random(rig, 12000);
            int channel = (int)rig_random(rig, 8), a = (int)rig_random(rig, 128), b = (int)rig_random(rig, 128);
            int kind = (int)rig_random(rig, 6);
            if (kind < 3) rig_send(rig, time, (kind ? 0x90 : 0x80) | channel, 48 + a % 12, b);
            else if (kind == 3) controller(rig, time, channel, numbers[a % 16], b);
            else rig_send(rig, time, (kind == 4 ? 0xE0 : 0xD0) | channel, a, b);
        }
        rig_render(rig, 12288, blocks[i], 0);
        CHECK(i == 0 || hash == rig->hash, "blocks of %d give other gestures than blocks of 1", blocks[i]);
        hash = rig->hash;
        rig_free(rig);
    }
}
