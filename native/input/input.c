#include "input/input.h"

#include <math.h>

#include "base/simd.h"

#define PIECE 256
#define FULL_SCALE 0.999f

void input_init(Input *in, Arena *arena, const double *a_weighting, double sample_rate) {
    if (!a_weighting) return;
    input_analysis_init(&in->ear, arena, a_weighting, sample_rate);
    if (!arena->base) return;
    in->there = 1;
    in->duck = (Ramp){0, 1, 1, 1};
    pitch_follower_settings_init(&in->settings);
    note_detector_init(&in->segment);
    input_gestures_init(&in->gestures);
    feedback_guard_init(&in->howl);
}

int input_is_on(const Input *in) {
    int mode = atomic_load_explicit(&in->settings.mode, memory_order_relaxed);
    return in->there && (mode != FOLLOW_OFF || in->follower.active || in->segment.note >= 0);
}

void input_push(Input *in, int size) {
    static const float silence[PIECE];
    int channels = atomic_load_explicit(&in->channels, memory_order_relaxed);
    int channel = atomic_load_explicit(&in->channel, memory_order_relaxed);
    if (!in->samples || channel >= channels) {
        for (int done = 0; done < size; done += PIECE)
            input_analysis_push(&in->ear, silence, 1, size - done < PIECE ? size - done : PIECE);
        return;
    }
    float peak = atomic_load_explicit(&in->counters.peak, memory_order_relaxed);
    int64_t clipped = 0;
    for (int i = 0; i < size; i++) {
        float level = fabsf(in->samples[i * channels + channel]);
        peak = fmaxf(peak, level);
        clipped += level >= FULL_SCALE;
    }
    input_analysis_push(&in->ear, in->samples + channel, channels, size);
    in->samples += (size_t)size * (size_t)channels;
    in->clipped |= clipped > 0;
    atomic_store_explicit(&in->counters.peak, peak, memory_order_relaxed);
    if (clipped) atomic_fetch_add_explicit(&in->counters.clipped, clipped, memory_order_relaxed);
}

void input_report(Input *in, const DetectedNote *note) {
    uint32_t head = atomic_load_explicit(&in->queued, memory_order_relaxed);
    if (head - atomic_load_explicit(&in->taken, memory_order_acquire) == NOTE_QUEUE) {
        atomic_fetch_add_explicit(&in->counters.missed_notes, 1, memory_order_relaxed);
        return;
    }
    in->queue[head & (NOTE_QUEUE - 1)] = *note;
    atomic_store_explicit(&in->queued, head + 1, memory_order_release);
}
