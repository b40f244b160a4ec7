#include <math.h>

#include "rig.h"
#include "scenarios.h"

static const int blocks[] = {1, 7, 64, 191, 192, 193, 480, 4096};
#define BLOCKS 8

/* Notes and rests of a fifth of a second, with a glide, breath, full scale and nonsense among them. */
static float melody(int64_t position) {
    int64_t note = position / (RATE / 5), phase = position % RATE;
    double seconds = (double)position / RATE, hz = 110.0 * (double)(1 + note % 7);
    float noise = (float)((uint32_t)position * 2654435761u >> 8) / 8388608.0f - 1.0f;
    switch (note % 9) {
        case 3: return 0.0f;
        case 5: return 0.05f * noise;
        case 6: return phase % 97 ? (float)sin(6.283185 * 300.0 * seconds) : NAN;
        case 7: return phase % 2 ? 1e30f : -INFINITY;
        case 8: return 3.0f * (float)sin(6.283185 * 200.0 * seconds);
        default: return 0.2f * (float)(sin(6.283185 * hz * seconds) + 0.5 * sin(12.56637 * hz * seconds));
    }
}

static void all_modes(Rig *rig) {
    float told[MAP_SIZE], scale[3] = {57.0f, 60.5f, 64.0f};
    DetectedNote note;
    for (int i = 0; i < MAP_SIZE; i++) told[i] = -80.0f + 2.0f * (float)i;
    for (int mode = FOLLOW_PITCH; mode <= FOLLOW_CONTROL; mode++) {
        synth_follow(rig->synth, mode, 3, 12.0f * (float)(mode - 1), 0.5f, -50.0f);
        synth_follow_loudness(rig->synth, told, told);
        synth_follow_loudest(rig->synth, -10.0f * (float)mode);
        synth_follow_scale(rig->synth, scale, mode == FOLLOW_PITCH ? 3 : 0);
        rig_render(rig, 2 * RATE, 64, 0);
        while (synth_take_note(rig->synth, &note)) CHECK(note.note >= 0 && note.note < 128, "note %d", note.note);
    }
    synth_follow(rig->synth, FOLLOW_OFF, 0, 0, 0, -50.0f);
}

void listening(void) {
    for (int delay = 0; delay <= 3; delay += 3)
        for (int channels = 1; channels <= 3; channels += 2) {
            Rig *rig = rig_new(4, MODE_POLY);
            rig_load(rig, delay, 1);
            rig->sing = melody;
            rig->channels = channels;
            synth_listen(rig->synth, channels, channels - 1);
            rig_send(rig, -1, 0x90, 60, 100); /* keys play beside it */
            all_modes(rig);
            InputStats heard;
            synth_read_input(rig->synth, &heard, 1);
            CHECK(heard.f0_hz > 40 && heard.clipped > 0, "nothing was heard");
            rig_load(rig, delay, 2);
            rig_render(rig, RATE / 10, 64, 0);
            rig_collect(rig);
            rig_silence(rig);
            rig_free(rig);
        }
}

static float shout(int64_t position) { return (float)fmin(1.0, 1e-5 * (double)position) * melody(position % 5); }

void howling(void) {
    Rig *rig = rig_new(1, MODE_POLY);
    rig_load(rig, 0, 1);
    rig->sing = shout;
    rig->channels = 1;
    synth_listen(rig->synth, 1, 0);
    synth_follow(rig->synth, FOLLOW_PITCH, 0, 0, 0, -50.0f);
    rig_render(rig, 12 * RATE, 64, 0);
    rig_free(rig);
}

void any_block_hears_the_same(void) {
    for (int mode = FOLLOW_PITCH; mode <= FOLLOW_CONTROL; mode++) {
        uint64_t hash = 0;
        for (int i = 0; i < BLOCKS; i++) {
            Rig *rig = rig_new(4, MODE_POLY);
            rig_load(rig, 0, 1);
            rig->sing = melody;
            rig->channels = 2;
            synth_listen(rig->synth, 2, 1);
            synth_follow(rig->synth, mode, 0, 12.0f, 0.7f, -50.0f);
            if (mode == FOLLOW_CONTROL) rig_send(rig, 0, 0x90, 60, 100);
            rig_render(rig, RATE, blocks[i], 0);
            CHECK(!i || rig->hash == hash, "blocks of %d sound otherwise", blocks[i]);
            CHECK(rig->peak > 1e-3f, "what was heard is not played");
            hash = rig->hash;
            rig_free(rig);
        }
    }
}
