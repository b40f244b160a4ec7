#include "instrument/frame_queue.h"

#define LATE_DECAY 0.8f /* per frame */

void frame_queue_init(FrameQueue *f, Arena *arena, int voices, int harmonics, int bands) {
    uint32_t capacity = 64;
    while (capacity < (uint32_t)voices * FRAME_SLOTS) capacity *= 2;
    size_t decoded = (size_t)(1 + harmonics + bands);
    f->voices = voices;
    f->harmonics = harmonics;
    f->bands = bands;
    f->slot = arena_take(arena, (size_t)voices * FRAME_SLOTS * sizeof *f->slot);
    float *values = arena_floats(arena, (size_t)voices * FRAME_SLOTS * decoded);
    f->head = arena_take(arena, (size_t)voices * sizeof *f->head);
    f->tail = arena_take(arena, (size_t)voices * sizeof *f->tail);
    f->late = arena_take(arena, (size_t)voices * sizeof *f->late);
    f->starts = arena_take(arena, (size_t)voices * sizeof *f->starts);
    f->request = arena_take(arena, capacity * sizeof *f->request);
    f->batch = arena_take(arena, (size_t)voices * sizeof *f->batch);
    f->scale = arena_floats(arena, (size_t)voices);
    f->current = arena_floats(arena, (size_t)voices * decoded);
    f->mask = capacity - 1;
    atomic_init(&f->pushed, 0);
    atomic_init(&f->taken, 0);
    for (int i = 0; values && i < voices * FRAME_SLOTS; i++) {
        atomic_init(&f->slot[i].state, SLOT_FREE);
        f->slot[i].decoded = values + (size_t)i * decoded;
    }
}

static FrameSlot *slot_of(const FrameQueue *f, int voice, uint32_t index) {
    return &f->slot[voice * FRAME_SLOTS + (int)(index & (FRAME_SLOTS - 1))];
}

void frame_queue_push(FrameQueue *f, int voice, int64_t due, const VoiceFrame *frame, float f0_scaled, float loudness_scaled) {
    uint32_t index = f->head[voice];
    FrameSlot *slot = slot_of(f, voice, index);
    f->starts[voice] |= frame->starts;
    if (index - f->tail[voice] >= FRAME_SLOTS - 1) return;
    f->head[voice]++;
    slot->due = due;
    slot->frame = *frame;
    /* A slot that a very late worker still writes to is not asked for again: its frame counts as late. */
    uint32_t pushed = atomic_load_explicit(&f->pushed, memory_order_relaxed);
    if (atomic_load_explicit(&slot->state, memory_order_acquire) == SLOT_REQUESTED) return;
    atomic_store_explicit(&slot->state, SLOT_FREE, memory_order_relaxed);
    if (pushed - atomic_load_explicit(&f->taken, memory_order_acquire) > f->mask) return;
    atomic_store_explicit(&slot->state, SLOT_REQUESTED, memory_order_relaxed);
    f->request[pushed & f->mask] = (FrameRequest){voice, f->starts[voice], index, f0_scaled, loudness_scaled};
    f->starts[voice] = 0;
    atomic_store_explicit(&f->pushed, pushed + 1, memory_order_release);
}

int64_t frame_queue_due(const FrameQueue *f, int voice) {
    return f->tail[voice] == f->head[voice] ? INT64_MAX : slot_of(f, voice, f->tail[voice])->due;
}

int frame_queue_starts(const FrameQueue *f, int voice) { return slot_of(f, voice, f->tail[voice])->frame.starts; }

int frame_queue_take(FrameQueue *f, int voice, int hold_frames, VoiceFrame *frame) {
    uint32_t index = f->tail[voice]++;
    FrameSlot *slot = slot_of(f, voice, index);
    size_t decoded = (size_t)(1 + f->harmonics + f->bands);
    float *current = f->current + (size_t)voice * decoded;
    int late = atomic_load_explicit(&slot->state, memory_order_acquire) != SLOT_READY || slot->answered != index;
    *frame = slot->frame;
    if (!late) {
        memcpy(current, slot->decoded, decoded * sizeof *current);
        silence_nonsense(current, (int)decoded);
        f->late[voice] = 0;
        f->scale[voice] = 1.0f;
    } else if (frame->starts) {
        memset(current, 0, decoded * sizeof *current);
        f->late[voice] = 0;
    } else if (++f->late[voice] > hold_frames) {
        f->scale[voice] *= LATE_DECAY;
    }
    frame->scale = f->scale[voice];
    frame->amplitude = current;
    frame->distribution = current + 1;
    frame->magnitudes = current + 1 + f->harmonics;
    return late;
}

void frame_queue_drop(FrameQueue *f, int voice) { f->tail[voice] = f->head[voice]; }

int frame_queue_requests(FrameQueue *f, int most, int *voices, int *starts, float *f0_scaled, float *loudness_scaled) {
    uint32_t taken = atomic_load_explicit(&f->taken, memory_order_relaxed);
    uint32_t pushed = atomic_load_explicit(&f->pushed, memory_order_acquire);
    uint64_t present = 0; /* a voice's frames follow from each other: one of each voice at a time */
    int count = 0;
    for (; taken != pushed && count < most && count < f->voices; taken++, count++) {
        const FrameRequest *r = &f->request[taken & f->mask];
        if (present >> r->voice & 1) break;
        present |= (uint64_t)1 << r->voice;
        f->batch[count] = *r;
        voices[count] = r->voice;
        starts[count] = r->starts;
        f0_scaled[count] = r->f0_scaled;
        loudness_scaled[count] = r->loudness_scaled;
    }
    f->batch_size = count;
    atomic_store_explicit(&f->taken, taken, memory_order_release);
    return count;
}

void frame_queue_answer(FrameQueue *f, int count, const float *amplitude, const float *distribution, const float *magnitudes) {
    for (int i = 0; i < count && i < f->batch_size; i++) {
        FrameSlot *slot = slot_of(f, f->batch[i].voice, f->batch[i].index);
        slot->answered = f->batch[i].index;
        slot->decoded[0] = amplitude[i];
        memcpy(slot->decoded + 1, distribution + (size_t)i * (size_t)f->harmonics,
               (size_t)f->harmonics * sizeof(float));
        memcpy(slot->decoded + 1 + f->harmonics, magnitudes + (size_t)i * (size_t)f->bands,
               (size_t)f->bands * sizeof(float));
        atomic_store_explicit(&slot->state, SLOT_READY, memory_order_release);
    }
    f->batch_size = 0;
}
