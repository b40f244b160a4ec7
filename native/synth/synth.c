/* The engine: events become voices, voices become control frames, frames become samples. Control runs exactly at its
   own sample positions, whatever the block: at an event, and for each group of four voices on a grid of its own, so
   that a hop's decoding is spread over the hop and yet four voices share a pass over the weights. */
#include <math.h>
#include <string.h>

#include "base/db.h"
#include "synth/input_voice.h"
#include "synth/midi_dispatch.h"
#include "synth/note_lifecycle.h"
#include "synth/patch_swap.h"

#define GROUP 4
#define EVENT_RING 4096
#define EVENT_SCHEDULE 16384
#define EVENTS_PER_BLOCK 2048 /* taken from the ring, at most */
#define DEFAULT_HOP 192 /* until an instrument is loaded */

/* Lays out, and with memory behind the arena fills, the parts; s itself has been taken from the arena. */
static void build(Synth *s, Arena *arena, const SynthConfig *config) {
    memset(s, 0, sizeof *s);
    s->config = *config;
    s->hop = DEFAULT_HOP;
    event_queue_init(&s->ring, arena, EVENT_RING);
    event_schedule_init(&s->schedule, arena, EVENT_SCHEDULE);
    input_init(&s->input, arena, config->a_weighting, config->sample_rate);
    rack_init(&s->rack, arena, config->sample_rate, 0);
    s->left = arena_floats(arena, CHUNK + LANES);
    s->right = arena_floats(arena, CHUNK + LANES);
}

size_t synth_bytes(const SynthConfig *config) {
    Arena arena = {NULL, 0};
    Synth counted;
    arena_take(&arena, sizeof counted);
    build(&counted, &arena, config);
    return arena.used;
}

Synth *synth_init(void *memory, const SynthConfig *config) {
    Arena arena = {memory, 0};
    Synth *s = arena_take(&arena, sizeof *s);
    build(s, &arena, config);
    for (int c = 0; c < MIDI_CHANNELS; c++) channel_init(&s->channel[c]);
    mod_matrix_swap_init(&s->maps);
    rack_swap_init(&s->racks);
    voice_allocator_init(&s->voices, player_of(s), config->voices, config->mode);
    tuning_init(&s->tuning);
    limiter_init(&s->output, config->sample_rate);
    clock_init(&s->clock, config->sample_rate);
    atomic_init(&s->counters.reduction, 1.0f);
    atomic_init(&s->perform, 1.0f);
    atomic_init(&s->express, 0.0f);
    atomic_init(&s->life, 0.0f);
    s->fade_in = s->master = (Ramp){0, 1, 1, 1};
    s->master_target = 1;
    return s;
}

static void collect_events(Synth *s) {
    Event event;
    for (int i = 0; i < EVENTS_PER_BLOCK && !event_schedule_full(&s->schedule) && event_queue_pop(&s->ring, &event); i++)
        event_schedule_add(&s->schedule, event);
}

/* The first position behind this one where the voice's group has a frame. */
static int64_t grid_after(const Synth *s, int voice, int64_t position) {
    int64_t hop = s->hop, groups = (s->config.voices + GROUP - 1) / GROUP;
    int64_t phase = voice / GROUP * hop / groups;
    return position + hop - ((position - phase) % hop + hop) % hop;
}

static ControlFrame control_frame(Synth *s, int voice, int64_t position, float life) {
    VoiceControl *part = &s->part[voice];
    const ModValues gesture = part->asked;
    /* Ramps end where the frame ends: so that is the time to look at. */
    NoteContourFrame at = note_contour_at(&part->performance, &s->current->range, &gesture, part->next_frame);
    const float gain = at.gain * gain_of_dbf(part->performance.deviation.gain_db);
    ControlFrame frame = {.voice = voice,
                          .sound = {.starts = part->starts,
                                    .fade_in = !part->continues,
                                    .last = at.finished,
                                    .length = (int)(part->next_frame - position),
                                    .f0_hz = at.f0_hz,
                                    .gain_left = gain * gesture.gain_left,
                                    .gain_right = gain * gesture.gain_right,
                                    .voicing = 1.0f,
                                    .scale = 1.0f,
                                    .bend = at.bend,
                                    .life = life,
                                    .seed = s->config.seed * 0x9E3779B9u + s->notes * 64u + (uint32_t)voice},
                          .f0_scaled = at.decoder_pitch / 127.0f,
                          .loudness_scaled = at.loudness_db / 80.0f + 1.0f};
    part->starts = 0;
    readout_write(&s->readout,
                  &(VoiceReading){voice, part->performance.channel, part->performance.note,
                                  s->voices.slot[voice].state != VOICE_RELEASED, part->performance.onset, at.pitch,
                                  at.loudness_db},
                  at.gain);
    if (at.finished) {
        part->active = 0;
        readout_silent(&s->readout, voice);
        voice_allocator_finished(&s->voices, voice);
    }
    return frame;
}

/* Until when the voices' frames last, and how their notes are played until then. */
static void perform(Synth *s, int64_t position, const int *voices, int count, float life) {
    ExpressionNet *performer = &s->current->performer;
    LifeContour *contour = &s->current->life_contour;
    NoteContour *notes[MAX_VOICES];
    int64_t times[MAX_VOICES];
    for (int i = 0; i < count; i++) {
        VoiceControl *part = &s->part[voices[i]];
        note_lifecycle_retune(s, part);
        /* A note's first frame reaches to the grid, but is no shorter than a quarter of the rest. */
        part->next_frame = grid_after(s, voices[i], position + (part->starts ? s->hop / 4 - 1 : 0));
        note_lifecycle_follow(s, part, part->next_frame - position);
        player_ask(s, part, position);
        if (part->starts) {
            expression_net_reset(performer, voices[i]);
            life_contour_reset(contour, voices[i], &part->performance);
        }
        notes[i] = &part->performance;
        times[i] = part->next_frame;
        notes[i]->deviation = (Deviation){0, 0, 0};
    }
    float amount = atomic_load_explicit(&s->perform, memory_order_relaxed);
    expression_net_step(performer, &s->current->range, voices, notes, times, count, amount, 1.0f - life);
    for (int i = 0; i < count; i++) life_contour_step(contour, voices[i], notes[i], times[i], life);
}

/* Control frames of all voices that have one at this position. */
static void advance_control(Synth *s, int64_t position) {
    ControlFrame frames[MAX_SOUNDS];
    int voices[MAX_VOICES], count = 0;
    for (int v = 0; v < s->config.voices; v++)
        if (s->part[v].active && s->part[v].next_frame <= position) voices[count++] = v;
    const float life = atomic_load_explicit(&s->life, memory_order_relaxed);
    if (count) perform(s, position, voices, count, life);
    for (int i = 0; i < count; i++) frames[i] = control_frame(s, voices[i], position, life);
    count += input_voice_frame(s, &frames[count]);
    if (!count) return;
    instrument_control(s->current, s->chunk_start, position, frames, count);
    if (s->previous) patch_swap_leave(s, position, frames, count);
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t next_stop(const Synth *s, int64_t end) {
    int64_t next = earlier(end, event_schedule_next(&s->schedule));
    for (int v = 0; v < s->config.voices; v++)
        if (s->part[v].active) next = earlier(next, s->part[v].next_frame);
    if (s->current) next = earlier(next, instrument_due(s->current));
    if (s->previous) next = earlier(next, instrument_due(s->previous));
    return next;
}

static void run_control(Synth *s, int64_t start, int64_t end) {
    int64_t at = start;
    do {
        while (event_schedule_next(&s->schedule) <= at) {
            Event event = event_schedule_take(&s->schedule);
            s->playing = &event;
            midi_play(s, at, &event);
        }
        if (!s->current) continue;
        if (at % s->hop == 0) input_voice_control(s, at);
        advance_control(s, at);
        int late = instrument_begin_due(s->current, start, at);
        if (s->previous) instrument_begin_due(s->previous, start, at);
        if (late) atomic_fetch_add_explicit(&s->counters.late_frames, late, memory_order_relaxed);
    } while ((at = next_stop(s, end)) < end);
}

/* A chunk ends on the hop's grid, where slow parameters take their next step. */
static int chunk_size(const Synth *s, int frames) {
    int to_grid = s->hop - (int)(s->position % s->hop), size = frames < CHUNK ? frames : CHUNK;
    return size < to_grid ? size : to_grid;
}

static void step_room(Synth *s, int64_t position) {
    float hop = (float)(s->hop / s->config.sample_rate), from = ramp_at(&s->wet, position);
    float share = s->wet_smoothing > 0 ? 1.0f - expf(-hop / s->wet_smoothing) : 1.0f;
    float rest = s->wet_target - from;
    ramp_to(&s->wet, position, s->hop, fabsf(rest) < 1e-5f ? s->wet_target : from + share * rest);
}

static void step_racks(Synth *s, int64_t position) {
    const RackSettings settings = rack_swap_settings(&s->racks);
    rack_step(&s->rack, &settings, position, s->hop);
    if (s->current) instrument_step(s->current, position, s->hop);
    if (s->previous) instrument_step(s->previous, position, s->hop);
}

static void apply_master(Synth *s, int64_t position, int size) {
    if (s->master.from == 1.0f && s->master.to == 1.0f) return;
    for (int i = 0; i < size; i++) {
        float gain = ramp_at(&s->master, position + i);
        s->left[i] *= gain;
        s->right[i] *= gain;
    }
}

static void render_chunk(Synth *s, float *out, int size) {
    int64_t position = s->chunk_start = s->position;
    /* Before the chunk's events: how many of them a chunk holds depends on the block. */
    if (position % s->hop == 0) {
        step_room(s, position);
        step_racks(s, position);
        ramp_to(&s->master, position, s->hop, s->master_target);
    }
    run_control(s, position, position + size);
    memset(s->left, 0, (size_t)size * sizeof *s->left);
    memset(s->right, 0, (size_t)size * sizeof *s->right);
    if (s->current) instrument_render(s->current, position, size, &s->wet, &s->fade_in, s->left, s->right);
    if (s->previous) instrument_render(s->previous, position, size, &s->wet, &s->fade_out, s->left, s->right);
    rack_render(&s->rack, position, s->left, s->right, size);
    apply_master(s, position, size);
    if (input_is_on(&s->input)) {
        for (int i = 0; i < size; i++) {
            float gain = ramp_at(&s->input.duck, position + i);
            s->left[i] *= gain;
            s->right[i] *= gain;
        }
        input_push(&s->input, size);
    }
    float peak = limiter_render(&s->output, s->left, s->right, out, size);
    Tap *tap = atomic_load_explicit(&s->tap, memory_order_acquire);
    if (tap) tap_write(tap, out, size);
    s->input.out_peak = fmaxf(s->input.out_peak, peak);
    const float factor = rack_take_reduction(&s->rack);
    if (factor < atomic_load_explicit(&s->counters.reduction, memory_order_relaxed))
        atomic_store_explicit(&s->counters.reduction, factor, memory_order_relaxed);
    if (peak > atomic_load_explicit(&s->counters.peak, memory_order_relaxed))
        atomic_store_explicit(&s->counters.peak, peak, memory_order_relaxed);
    s->position += size;
}

void synth_render(Synth *s, float *out, int frames) NONBLOCKING {
    uint64_t mode = flush_subnormals();
    if (mod_matrix_swap_take(&s->maps)) {
        note_lifecycle_remap(s);
        input_voice_remap(s);
    }
    rack_swap_take(&s->racks);
    collect_events(s);
    patch_swap(s, s->position);
    while (frames > 0) {
        int size = chunk_size(s, frames);
        render_chunk(s, out, size);
        out += 2 * size;
        frames -= size;
    }
    int sounding = 0;
    for (int v = 0; v < s->config.voices; v++) sounding += s->part[v].active;
    sounding += s->input.follower.active;
    s->input.samples = NULL;
    atomic_store_explicit(&s->counters.sounding_voices, sounding, memory_order_relaxed);
    atomic_store_explicit(&s->counters.stolen_voices, s->voices.steals, memory_order_relaxed);
    atomic_store_explicit(&s->counters.position, s->position, memory_order_relaxed);
    restore_subnormals(mode);
}
