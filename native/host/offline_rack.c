#include "api/offline_rack.h"
#include "base/realtime.h"
#include "effects/rack.h"

#define STEPS_A_SECOND 250

typedef struct OfflineRack {
    Rack rack;
    int64_t position;
    int hop;
} OfflineRack;

size_t offline_rack_bytes(double sample_rate) {
    Arena counted = {0};
    Rack rack;
    arena_take(&counted, sizeof(OfflineRack));
    rack_init(&rack, &counted, sample_rate, 0);
    return counted.used;
}

void offline_rack_init(void *memory, double sample_rate) {
    Arena arena = {memory, 0};
    OfflineRack *o = arena_take(&arena, sizeof *o);
    rack_init(&o->rack, &arena, sample_rate, 0);
    o->position = 0;
    o->hop = (int)(sample_rate / STEPS_A_SECOND + 0.5);
}

void offline_rack(void *memory, const RackSettings *settings, float *samples, int64_t frames) {
    OfflineRack *o = memory;
    float left[RACK_MOST], right[RACK_MOST];
    const uint64_t mode = flush_subnormals();
    for (int64_t done = 0; done < frames;) {
        const int to_step = o->hop - (int)(o->position % o->hop), most = to_step < RACK_MOST ? to_step : RACK_MOST;
        const int size = frames - done < most ? (int)(frames - done) : most;
        float *at = samples + 2 * done;
        if (o->position % o->hop == 0) rack_step(&o->rack, settings, o->position, o->hop);
        for (int i = 0; i < size; i++) left[i] = at[2 * i], right[i] = at[2 * i + 1];
        rack_render(&o->rack, o->position, left, right, size);
        for (int i = 0; i < size; i++) at[2 * i] = left[i], at[2 * i + 1] = right[i];
        o->position += size;
        done += size;
    }
    restore_subnormals(mode);
}

float offline_rack_reduction(void *memory) { return rack_take_reduction(&((OfflineRack *)memory)->rack); }
