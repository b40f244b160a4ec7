#include "synth/patch_swap.h"

#include <math.h>

#define SWAP_SECONDS 0.02

Instrument *synth_load(Synth *s, Instrument *instrument) { return atomic_exchange(&s->incoming, instrument); }

Instrument *synth_retired(Synth *s) { return atomic_exchange(&s->retired, NULL); }

void patch_swap(Synth *s, int64_t position) {
    if (s->previous && position >= s->fade_out.begin + s->fade_out.length &&
        !atomic_load_explicit(&s->retired, memory_order_acquire)) {
        atomic_store_explicit(&s->retired, s->previous, memory_order_release);
        s->previous = NULL;
        atomic_store(&s->counters.swapping, 0);
    }
    if (s->previous || !atomic_load_explicit(&s->incoming, memory_order_relaxed)) return;
    s->previous = s->current;
    if (s->previous) atomic_store(&s->counters.swapping, 1);
    s->current = atomic_exchange(&s->incoming, NULL);
    const InstrumentConfig *config = &s->current->config;
    s->hop = config->hop;
    atomic_store_explicit(&s->counters.delay_ms,
                          (float)(1000.0 * config->delay_frames * config->hop / config->sample_rate),
                          memory_order_relaxed);
    if (!s->previous) return;
    int64_t begin = position; /* when the last voice has been taken over */
    for (int v = 0; v < s->config.voices; v++) {
        VoiceControl *part = &s->part[v];
        part->starts = part->continues = part->active;
        if (part->active && part->next_frame > begin) begin = part->next_frame;
    }
    s->input.starts = s->input.continues = s->input.follower.active;
    int64_t grid = (position + s->hop - 1) / s->hop * s->hop;
    if (s->input.follower.active && grid > begin) begin = grid;
    begin += (int64_t)s->hop * config->delay_frames;
    int length = (int)(SWAP_SECONDS * s->config.sample_rate);
    s->fade_in = (Ramp){begin, length, 0, 1};
    s->fade_out = (Ramp){begin, length, 1, 0};
}

void patch_swap_leave(Synth *s, int64_t position, ControlFrame *frames, int count) {
    const NoteContourRange *from = &s->current->range, *to = &s->previous->range;
    const float apart = (to->loudness_high - from->loudness_high) / 80.0f, top = to->loudness_top / 80.0f + 1.0f;
    for (int i = 0; i < count; i++) {
        frames[i].sound.starts = 0;
        frames[i].loudness_scaled = fmaxf(0.0f, fminf(top, frames[i].loudness_scaled + apart));
    }
    instrument_control(s->previous, s->chunk_start, position, frames, count);
}
