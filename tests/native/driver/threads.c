#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "rig.h"
#include "scenarios.h"

#define PRODUCERS 3
#define EVENTS 8000 /* of each producer */
#define SWAPS 30
#define BLOCK 64

typedef struct Stage {
    Synth *synth;
    _Atomic int over, producing;
} Stage;

/* One alone asks the clock for the time: the others must not owe their order to what it reads. */
typedef struct Producer {
    Stage *stage;
    pthread_t thread;
    int live;
    int64_t refused;
} Producer;

/* An instrument with the worker that answers for it; sometimes it falls asleep. */
typedef struct Loaded {
    Instrument *instrument;
    pthread_t worker;
    _Atomic int stop;
    int delayed;
} Loaded;

static void *produce(void *of) {
    Producer *p = of;
    Synth *synth = p->stage->synth;
    for (int i = 0; i < EVENTS; i++) {
        uint8_t bytes[3] = {(uint8_t)(0x80 | i % 0x70), (uint8_t)(i * 7 % 128), (uint8_t)(i * 3 % 128)};
        while (!(p->live ? synth_send_live(synth, 1e-3 * i, bytes, 3) : synth_send(synth, -1, bytes, 3))) {
            p->refused++; /* full: the ring goes round many times */
            sched_yield();
        }
    }
    p->stage->producing--;
    return NULL;
}

static void *call_back(void *of) {
    Stage *stage = of;
    float out[2 * BLOCK];
    while (!stage->over) {
        synth_callback(NULL, out, BLOCK, NULL, 0, stage->synth);
        for (int i = 0; i < 2 * BLOCK; i++) CHECK(out[i] >= -1 && out[i] <= 1, "a sample is %g", out[i]);
        sched_yield();
    }
    return NULL;
}

static void *work(void *of) {
    Loaded *loaded = of;
    for (int i = 0; !loaded->stop; i++) {
        tiny_worker(loaded->instrument);
        for (int nap = i % 50 ? 1 : 200; nap; nap--) sched_yield();
    }
    return NULL;
}

static void *read_stats(void *of) {
    Stage *stage = of;
    float pitches[16 * 128];
    ModMatrix map = {.count = 1};
    RackSettings rack = {.reverb = {.on = 1}, .compressor = {.on = 1}};
    for (int key = 0; key < 16 * 128; key++) pitches[key] = (float)(key % 128) + 0.5f;
    for (int64_t before = 0; !stage->over; sched_yield()) {
        SynthStats stats;
        synth_read_stats(stage->synth, &stats);
        synth_raise_priority(stage->synth, 1);
        synth_tune(stage->synth, pitches, 1);
        map.count = (map.count + 1) % MOST_MOD_ROUTES;
        synth_map(stage->synth, &map);
        rack.reverb.decay = (float)(map.count % 5);
        synth_rack(stage->synth, &rack);
        CHECK(stats.position >= before, "the position went back");
        before = stats.position;
    }
    return NULL;
}

static Loaded *load(Stage *stage, int voices, int delayed, uint32_t seed) {
    Loaded *loaded = calloc(1, sizeof *loaded);
    loaded->delayed = delayed;
    loaded->instrument = tiny_instrument(RATE, voices, delayed ? 3 : 0, seed);
    if (delayed) pthread_create(&loaded->worker, NULL, work, loaded);
    CHECK(!synth_load(stage->synth, loaded->instrument), "a swap was lost that had been waited for");
    return loaded;
}

static void unload(Loaded *loaded) {
    loaded->stop = 1;
    if (loaded->delayed) pthread_join(loaded->worker, NULL);
    tiny_free(loaded->instrument);
    free(loaded);
}

void threads(void) {
    enum { VOICES = 4 };
    Rig *rig = rig_new(VOICES, MODE_POLY);
    Stage stage = {.synth = rig->synth, .producing = PRODUCERS};
    Producer producer[PRODUCERS];
    pthread_t callback, reader;
    Loaded *playing = load(&stage, VOICES, 1, 0);
    pthread_create(&callback, NULL, call_back, &stage);
    pthread_create(&reader, NULL, read_stats, &stage);
    for (int i = 0; i < PRODUCERS; i++) {
        producer[i] = (Producer){.stage = &stage, .live = i == 0};
        pthread_create(&producer[i].thread, NULL, produce, &producer[i]);
    }
    while (!synth_callbacks(stage.synth)) sched_yield(); /* until then a second one would take the first one's place */
    for (int i = 1; i <= SWAPS || stage.producing; i++) {
        Loaded *next = load(&stage, VOICES, i % 3 != 0, (uint32_t)i);
        Instrument *retired;
        while (!(retired = synth_retired(stage.synth))) sched_yield();
        CHECK(retired == playing->instrument, "another instrument came back than the one before");
        unload(playing);
        playing = next;
    }
    int64_t refused = 0;
    for (int i = 0; i < PRODUCERS; i++) {
        pthread_join(producer[i].thread, NULL);
        refused += producer[i].refused;
    }
    stage.over = 1;
    pthread_join(callback, NULL);
    pthread_join(reader, NULL);
    CHECK(rig_stats(rig).dropped_events == refused, "dropped events are not counted");
    unload(playing);
    rig_free(rig);
}
