#include "rig.h"
#include "scenarios.h"

#define CHANGES 300
#define CONTROLLERS 8

/* By the rig's map; 86 and 87 rest in the middle. */
static const int controllers[CONTROLLERS] = {85, 86, 87, 91, 92, 93, 94, 95};

static float between(Rig *rig, float low, float high) {
    return low + (high - low) * (float)rig_random(rig, 10001) / 10000.0f;
}

/* Of all that Python lets through, and now and then of what nobody could mean. */
static RackSettings settings(Rig *rig) {
    static const float odd[] = {0.0f, -1e9f, 1e9f, -1.0f};
    RackSettings s = {
        .drive = {(int)rig_random(rig, 2), (int)rig_random(rig, 3), between(rig, 0, 36), between(rig, -0.5f, 0.5f),
                  between(rig, 500, 20000), between(rig, -24, 12), between(rig, 0, 1)},
        .equalizer = {(int)rig_random(rig, 2), between(rig, 16, 2000), between(rig, 0.5f, 10), between(rig, 30, 450),
                      between(rig, -18, 18), between(rig, 33, 5400), between(rig, -18, 18), between(rig, 0.2f, 20),
                      between(rig, 200, 17500), between(rig, -18, 18), between(rig, 0.2f, 20),
                      between(rig, 750, 16000), between(rig, -18, 18), between(rig, 200, 20000), between(rig, 0.5f, 10)},
        .compressor = {(int)rig_random(rig, 2), between(rig, -60, 0), between(rig, 1, 20), between(rig, 0.1f, 200),
                       between(rig, 5, 3000), between(rig, -90, 0), between(rig, 1, 4), between(rig, -12, 24),
                       (int)rig_random(rig, 2), (int)rig_random(rig, 2), between(rig, 0.1f, 50), (int)rig_random(rig, 2)},
        .chorus = {(int)rig_random(rig, 2), between(rig, 0.05f, 5), between(rig, 0, 8), between(rig, 0, 1),
                   between(rig, 0, 1)},
        .echo = {(int)rig_random(rig, 2), between(rig, 10, 2000), between(rig, 0, 0.95f), between(rig, 200, 20000),
                 (int)rig_random(rig, 3), between(rig, 0, 1), between(rig, -60, 0), between(rig, 0, 1)},
        .reverb = {(int)rig_random(rig, 2), between(rig, 0.1f, 20), between(rig, 50, 1000), between(rig, 1500, 12000),
                   between(rig, 0.25f, 4), between(rig, 0.05f, 1.5f), between(rig, 0.3f, 2), between(rig, 0, 200),
                   between(rig, -60, 6)},
    };
    if (rig_random(rig, 20) == 0) {
        const float nonsense = odd[rig_random(rig, 4)];
        s.drive.mix = s.equalizer.peak_1 = s.compressor.ratio = s.chorus.depth = s.echo.time = s.reverb.decay = nonsense;
        s.reverb.size = s.reverb.predelay = s.echo.feedback = s.compressor.attack = s.equalizer.low_pass_q = nonsense;
    }
    return s;
}

static void play(Rig *rig, int changes, int most, int block) {
    for (int i = 0; i < changes; i++) {
        RackSettings next = settings(rig);
        synth_rack(rig->synth, &next);
        for (int j = 0; j < 3; j++)
            rig_send(rig, rig->position + rig_random(rig, (uint32_t)most), 0xB0, controllers[rig_random(rig, CONTROLLERS)],
                     (int)rig_random(rig, 128));
        rig_send(rig, -1, 0x90, 40 + (int)rig_random(rig, 40), (int)rig_random(rig, 128));
        rig_render(rig, 1 + (int)rig_random(rig, (uint32_t)most), block, 0);
    }
}

void racks_at_random(void) {
    for (uint32_t seed = 1; seed < 4; seed++) {
        Rig *rig = rig_new(4, MODE_POLY);
        rig->random = seed;
        rig_load(rig, 0, seed);
        play(rig, CHANGES, 1500, 64);
        CHECK(rig->peak > 1e-3f, "nothing is heard through the rack");
        CHECK(rig_stats(rig).reduction_db <= 0, "the compressor makes it louder");
        rig_render(rig, 1500, 64, 0); /* what controllers are still to do */
        for (int i = 0; i < CONTROLLERS; i++) rig_send(rig, -1, 0xB0, controllers[i], controllers[i] / 2 == 43 ? 64 : 0);
        RackSettings off = {0};
        synth_rack(rig->synth, &off);
        rig_silence(rig);
        rig_free(rig);
    }
}

void any_block_gives_the_same_racks(void) {
    static const int blocks[] = {1, 7, 64, 104, 4096};
    uint64_t hash = 0;
    for (int i = 0; i < 5; i++) {
        Rig *rig = rig_new(4, MODE_POLY);
        rig_load(rig, 0, 1);
        play(rig, 20, 1500, blocks[i]);
        CHECK(i == 0 || hash == rig->hash, "with a rack, blocks of %d give other samples than blocks of 1", blocks[i]);
        hash = rig->hash;
        rig_free(rig);
    }
}
