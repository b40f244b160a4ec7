#include <math.h>
#include <stdlib.h>

#include "rig.h"
#include "scenarios.h"

#define NOTES 40
#define SECONDS 2

/* Room for so many records, of that size exactly. */
static FrameLog controls_of(int64_t capacity) {
    size_t count = (size_t)capacity;
    return (FrameLog){.capacity = capacity,
                      .record = malloc(count * sizeof(FrameRecord)),
                      .distribution = malloc(count * TINY_HARMONICS * sizeof(float)),
                      .magnitudes = malloc(count * TINY_BANDS * sizeof(float))};
}

static void controls_free(FrameLog *c) {
    free(c->record);
    free(c->distribution);
    free(c->magnitudes);
}

static Rig *with_controls(FrameLog *kept, FrameLog *score) {
    Rig *rig = rig_new(6, MODE_POLY);
    rig_load(rig, 0, 1);
    instrument_controls(rig->loaded[0], kept, score);
    return rig;
}

/* An attribute that is set two times in three, now and then to what nobody could mean. */
static float attribute(Rig *rig) {
    static const float odd[] = {-1e30f, 1e30f, INFINITY, -INFINITY, 0.0f, -1.0f, 100.0f};
    switch (rig_random(rig, 8)) {
    case 0:
        return odd[rig_random(rig, sizeof odd / sizeof *odd)];
    case 1:
    case 2:
        return NAN;
    default:
        return (float)rig_random(rig, 2000) / 1000.0f;
    }
}

/* Notes with attributes, more than there are voices, some of them let go or cut off. */
static void play_shaped(Rig *rig) {
    for (int i = 0; i < NOTES; i++) {
        int64_t at = rig_random(rig, SECONDS * RATE);
        int key = 40 + (int)rig_random(rig, 40), channel = (int)rig_random(rig, 3);
        Attributes wanted = {attribute(rig), attribute(rig), attribute(rig), attribute(rig), attribute(rig), attribute(rig)};
        synth_send_note(rig->synth, at, channel, key, 1 + (int)rig_random(rig, 127), 0.0f,
                        attribute(rig), &wanted);
        rig_send(rig, at + rig_random(rig, RATE / 2), 0x80 | channel, key, 64);
        if (i % 16 == 0) rig_send(rig, at + 3000, 0xB0 | channel, 120, 0);
        rig_send(rig, at + 999, 0xB0 | channel, 20 + i % 2, (int)rig_random(rig, 128)); /* fluctuation and peak */
    }
    rig_render(rig, SECONDS * RATE, 104, 0);
}

void shaped_notes(void) {
    for (uint32_t seed = 2; seed < 12; seed++) {
        Rig *rig = with_controls(NULL, NULL);
        rig->random = seed;
        play_shaped(rig);
        rig_silence(rig);
        rig_free(rig);
    }
}

/* What was kept sounds the same when it is played, and what finds no room is counted. */
void controls_kept_and_played(void) {
    const int64_t enough = NOTES * SECONDS * 250;
    FrameLog kept = controls_of(enough), few = controls_of(17);
    Rig *rig = with_controls(&kept, NULL);
    play_shaped(rig);
    uint64_t hash = rig->hash;
    CHECK(rig->peak > 1e-4f && kept.count > 1000 && !kept.lost, "%lld records were kept, %lld lost",
          (long long)kept.count, (long long)kept.lost);
    rig_free(rig);

    FrameLog score = kept;
    score.played = 0;
    rig = with_controls(NULL, &score);
    rig_render(rig, SECONDS * RATE, 64, 0);
    CHECK(rig->hash == hash, "what was kept sounds different");
    CHECK(score.played == score.count, "%lld of %lld records were played", (long long)score.played,
          (long long)score.count);
    rig_free(rig);

    rig = with_controls(&few, NULL);
    play_shaped(rig);
    CHECK(few.count == few.capacity && few.count + few.lost == kept.count, "%lld records were lost",
          (long long)few.lost);
    CHECK(rig->hash == hash, "that there was no room is heard");
    rig_free(rig);
    controls_free(&kept);
    controls_free(&few);
}
