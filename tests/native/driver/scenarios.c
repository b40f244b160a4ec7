#include "scenarios.h"

#include <stdio.h>

#include "rig.h"

static const int blocks[] = {1, 3, 7, 64, 104, 512, 4096};
#define BLOCKS ((int)(sizeof blocks / sizeof *blocks))

static void chord(Rig *rig, int64_t time, int notes, int velocity) {
    for (int i = 0; i < notes; i++) rig_send(rig, time, 0x90 | i % 16, 32 + i, velocity);
}

static void every_status(void) {
    static const int data[] = {0, 1, 63, 64, 127, 128, 255};
    Rig *rig = rig_new(4, MODE_POLY);
    rig_load(rig, 0, 1);
    for (int status = 0; status < 256; status++)
        for (int i = 0; i < 7 * 7; i++) {
            uint8_t bytes[4] = {(uint8_t)status, (uint8_t)data[i / 7], (uint8_t)data[i % 7], 0};
            CHECK(synth_send(rig->synth, -1, bytes, 1 + i % 4), "an event was dropped");
            if (i % 16 == 0) rig_render(rig, 5, 5, 0);
        }
    rig_silence(rig);
    rig_free(rig);
}

static void every_controller(void) {
    static const int values[] = {127, 64, 63, 1, 0};
    Rig *rig = rig_new(8, MODE_POLY);
    rig_load(rig, 0, 1);
    for (int number = 0; number < 128; number++)
        for (int i = 0; i < 5; i++) {
            rig_send(rig, -1, 0x90 | number % 16, 40 + i, 100);
            rig_send(rig, -1, 0xB0 | number % 16, number, values[i]);
            rig_render(rig, 33, 33, 0);
        }
    rig_silence(rig);
    rig_free(rig);
}

static void chords_and_steals(void) {
    static const int voices[] = {1, 5, 64};
    for (int i = 0; i < 3; i++) {
        Rig *rig = rig_new(voices[i], MODE_POLY);
        rig_load(rig, 0, 1);
        chord(rig, 0, 64, 127);
        rig_render(rig, 1500, 64, 0);
        CHECK(rig_stats(rig).sounding_voices == voices[i], "a chord leaves voices unused");
        chord(rig, -1, 64, 1);
        for (int note = 0; note < 200; note++) rig_send(rig, 1600 + 3 * note, 0x90, note % 128, 1 + note % 127);
        rig_render(rig, 2000, 104, 0);
        CHECK(rig_stats(rig).stolen_voices >= 200, "no voices were stolen");
        CHECK(rig_stats(rig).sounding_voices <= voices[i], "more voices sound than there are");
        rig_silence(rig);
        rig_free(rig);
    }
}

static void modes(void) {
    Rig *rig = rig_new(4, MODE_LEGATO);
    rig_load(rig, 0, 1);
    for (int round = 0; round < 6; round++) {
        for (int key = 0; key < 40; key++) rig_send(rig, rig->position + 20 * key, 0x90, 40 + key, 100);
        for (int key = 39; key >= 0; key -= 2) rig_send(rig, rig->position + 1600 - 20 * key, 0x80, 40 + key, 0);
        rig_render(rig, 1700, 64, 0);
        CHECK(round % 2 || rig_stats(rig).sounding_voices == 1, "a solo mode plays a chord");
        rig_send(rig, -1, 0xB0, round % 2 ? 126 : 127, 1);
        rig_render(rig, RATE / 8, 512, 0);
    }
    rig_silence(rig);
    rig_free(rig);
}

/* delay_frames of the instruments that follow each other. */
static void swaps_between(int before, int after) {
    Rig *rig = rig_new(6, MODE_POLY);
    rig_load(rig, before, 1);
    chord(rig, 0, 6, 110);
    rig_send(rig, 0, 0xB0, 91, 100);
    rig_render(rig, 4800, 64, 0);
    for (int i = 0; i < 24; i++) {
        rig_load(rig, i % 2 ? before : after, (uint32_t)i);
        rig_send(rig, rig->position + 37 * i, 0x90, 60 + i, 100);
        rig_send(rig, rig->position + 50 * i, 0x80, 50 + i, 0);
        rig_render(rig, 1 + 130 * (i % 12), 64, 0);
        if (i % 5 == 0) rig_load(rig, after, 100u + (uint32_t)i); /* a swap of the swap */
        if (i % 3) rig_collect(rig); /* now and then nobody takes what is retired */
    }
    rig->peak = 0;
    rig_render(rig, 4800, 64, 0);
    CHECK(rig->peak > 1e-4f, "held notes were lost in a swap");
    for (int i = 0; i < 4; i++) {
        rig_collect(rig);
        rig_render(rig, 4800, 64, 0);
    }
    CHECK(rig->loaded_count == 1, "%d instruments are left after the swaps", rig->loaded_count);
    CHECK(!rig_stats(rig).swapping, "a swap never ends");
    rig_silence(rig);
    rig_free(rig);
}

static void swaps(void) {
    swaps_between(0, 0);
    swaps_between(3, 3);
    swaps_between(0, 3);
    swaps_between(3, 0);
}

static void worker_on_time_late_and_dead(void) {
    Rig *rig = rig_new(8, MODE_POLY);
    rig_load(rig, 3, 1);
    chord(rig, 0, 8, 110);
    rig_render(rig, 9600, 64, 0);
    CHECK(rig_stats(rig).late_frames == 0, "a worker on time counts as late");
    CHECK(rig->peak > 1e-3f, "a worker's notes are silent");
    for (int i = 0; i < 20; i++) { /* answers come in heaps, most of them late */
        rig->workers_on = i % 2;
        rig_render(rig, 1000, 64, 0);
        chord(rig, -1, 2 + i % 7, 90);
    }
    int64_t late = rig_stats(rig).late_frames;
    CHECK(late > 0, "a late worker is not counted");
    rig->workers_on = 0;
    rig_render(rig, RATE / 2, 512, 0);
    CHECK(rig_stats(rig).late_frames > late, "a dead worker is not counted");
    rig->peak = 0;
    rig_render(rig, RATE / 10, 64, 0);
    CHECK(rig->peak < 1e-4f, "%g still sounds long after the worker died", rig->peak);
    chord(rig, -1, 8, 127);
    rig->workers_on = 1;
    rig->peak = 0;
    rig_render(rig, RATE / 4, 64, 0);
    CHECK(rig->peak > 1e-3f, "a worker that came back is not heard");
    rig_silence(rig);
    rig_free(rig);
}

static void any_block_gives_the_same_samples(void) {
    uint64_t hash = 0;
    for (int i = 0; i < BLOCKS; i++) {
        Rig *rig = rig_new(5, MODE_POLY);
        rig_load(rig, 0, 1);
        for (int event = 0; event < 100; event++) {
            int64_t time = rig_random(rig, 12000);
            int kind = (int)rig_random(rig, 6), a = (int)rig_random(rig, 128), b = (int)rig_random(rig, 128);
            static const int controllers[] = {1, 2, 7, 10, 11, 64, 91, 91};
            if (kind < 4) rig_send(rig, time, kind ? 0x90 : 0x80, 40 + a % 24, b);
            else if (kind == 4) rig_send(rig, time, 0xB0, controllers[a % 8], b);
            else rig_send(rig, time, 0xE0, a, b);
        }
        rig_render(rig, 12288, blocks[i], 0);
        CHECK(i == 0 || hash == rig->hash, "blocks of %d give other samples than blocks of 1", blocks[i]);
        hash = rig->hash;
        rig_free(rig);
    }
}

static void times_out_of_reach(void) {
    static const int64_t times[] = {INT64_MIN, -1000000, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    Rig *rig = rig_new(4, MODE_POLY);
    rig_load(rig, 0, 1);
    for (int i = 0; i < 7; i++) {
        rig_send(rig, times[i], 0x90, 60 + i, 100);
        synth_send_live(rig->synth, (double)times[i], (const uint8_t[]){0x90, 70, 100}, 3);
        rig_render(rig, 300, 64, 0);
    }
    synth_send_live(rig->synth, __builtin_nan(""), (const uint8_t[]){0x90, 70, 100}, 3);
    int64_t sent = 0, accepted = 0;
    for (; sent < 40000; sent++) { /* more than the queue and the schedule hold, all for tomorrow */
        accepted += rig_send(rig, (int64_t)RATE * 86400, 0x90, 60, 100);
        if (sent % 1000 == 0) rig_render(rig, 3, 3, 0);
    }
    CHECK(accepted < sent, "an endless schedule");
    CHECK(rig_stats(rig).dropped_events == sent - accepted, "dropped events are not counted");
    rig_render(rig, 100, 100, 0);
    rig_free(rig);
}

static void flags_and_odd_blocks(void) {
    Rig *rig = rig_new(2, MODE_POLY);
    rig_load(rig, 0, 1);
    synth_measure(rig->synth, 0);
    for (unsigned long flags = 0; flags < 32; flags++) rig_render(rig, 64, 64, flags);
    SynthStats stats = rig_stats(rig);
    CHECK(stats.callbacks == 32 && synth_callbacks(rig->synth) == 32, "callbacks are not counted");
    CHECK(stats.xruns == 16, "%lld of 16 underflows were counted", (long long)stats.xruns);
    CHECK(stats.position == 32 * 64, "the position is wrong");
    int64_t counted = 0;
    for (int bin = 0; bin < LOAD_BINS; bin++) counted += stats.load_histogram[bin];
    CHECK(counted == 32, "the histogram does not add up");
    synth_callback(NULL, NULL, 0, NULL, 0, rig->synth); /* no host asks for nothing, but it must not harm */
    CHECK(rig_stats(rig).load < 1e9f, "an empty block spoils the load");
    rig_free(rig);
}

static void no_instrument(void) {
    Rig *rig = rig_new(4, MODE_MONO);
    chord(rig, -1, 40, 100);
    for (int number = 0; number < 128; number++) rig_send(rig, -1, 0xB0, number, 127);
    rig_send(rig, -1, 0xFF, 0, 0);
    rig_render(rig, 500, 64, 0);
    CHECK(rig->peak == 0, "sound without an instrument");
    rig_load(rig, 0, 1);
    rig_send(rig, -1, 0x90, 60, 100);
    rig_render(rig, 4800, 64, 0);
    CHECK(rig->peak > 1e-4f, "the first instrument is not heard");
    rig_silence(rig);
    rig_free(rig);
}

static void random_events(void) {
    for (int delay = 0; delay <= 3; delay += 3) {
        Rig *rig = rig_new(6, MODE_POLY);
        rig_load(rig, delay, 1);
        for (int i = 0; i < 60000; i++) {
            uint32_t random = rig_random(rig, 0xFFFFFFFFu), kind = random >> 16 & 7;
            int status = kind < 4 ? 0x80 | (int)(random & 0x1F) : (int)(random & 0xFF);
            uint8_t bytes[3] = {(uint8_t)status, (uint8_t)rig_random(rig, 256), (uint8_t)rig_random(rig, 256)};
            int64_t time = kind & 1 ? rig->position + rig_random(rig, 2000) : -1;
            synth_send(rig->synth, time, bytes, 1 + (int)rig_random(rig, 3));
            if (i % 300 == 0) rig_render(rig, 1 + (int)rig_random(rig, 700), blocks[i / 300 % BLOCKS], 0);
            if (i % 9000 == 0) rig_load(rig, delay, (uint32_t)i);
            if (i % 5000 == 0) rig_collect(rig);
        }
        rig_render(rig, 4000, 512, 0); /* plays what is still scheduled */
        rig_silence(rig);
        rig_free(rig);
    }
}

const Scenario scenarios[] = {
    {"every_status", every_status},
    {"every_controller", every_controller},
    {"chords_and_steals", chords_and_steals},
    {"modes", modes},
    {"swaps", swaps},
    {"worker_on_time_late_and_dead", worker_on_time_late_and_dead},
    {"any_block_gives_the_same_samples", any_block_gives_the_same_samples},
    {"times_out_of_reach", times_out_of_reach},
    {"flags_and_odd_blocks", flags_and_odd_blocks},
    {"no_instrument", no_instrument},
    {"random_events", random_events},
    {"mpe_storm", mpe_storm},
    {"zones_in_any_order", zones_in_any_order},
    {"maps_while_it_sounds", maps_while_it_sounds},
    {"tunings", tunings},
    {"any_block_gives_the_same_gestures", any_block_gives_the_same_gestures},
    {"sections", sections},
    {"shaped_notes", shaped_notes},
    {"controls_kept_and_played", controls_kept_and_played},
    {"listening", listening},
    {"howling", howling},
    {"any_block_hears_the_same", any_block_hears_the_same},
    {"racks_at_random", racks_at_random},
    {"any_block_gives_the_same_racks", any_block_gives_the_same_racks},
    {"threads", threads},
    {NULL, NULL},
};
