#include "instrument/instrument.h"
#include "instrument/frame_recorder.h"

#include <math.h>
#include <string.h>

#include "base/db.h"

#define HOLD_SECONDS 0.1
#define MAP_BELOW_DB 20.0f /* the softest key, that the loudness map begins at */
#define MAP_FRAMES 20      /* until a decoder is steady */

/* Lays out, and with memory behind the arena fills, the parts; `in` itself has been taken from the arena. */
static void build(Instrument *in, Arena *arena, const InstrumentConfig *config) {
    memset(in, 0, sizeof *in);
    in->config = *config;
    in->range = (NoteContourRange){.sample_rate = config->sample_rate,
                                   .loudness_low = config->loudness_low,
                                   .loudness_high = config->loudness_high,
                                   .loudness_top = config->loudness_top,
                                   .attack_seconds = config->attack_ms / 1000.0f,
                                   .release_seconds = config->release_ms / 1000.0f,
                                   .ring_db = config->ring_db,
                                   .ring_seconds = config->ring_ms / 1000.0f,
                                   .formants = {config->pitch_low, config->pitch_high, config->keeps_formants},
                                   .expression = config->expression};
    in->trim = gain_of_dbf(config->trim_db);
    in->hold_frames = (int)(HOLD_SECONDS * config->sample_rate / config->hop);
    network_init(&in->decoder, arena, config->layers, config->layer_count, config->activations, config->state_size);
    expression_net_init(&in->performer, arena, config);
    const double frame_rate = config->sample_rate / config->hop;
    life_contour_init(&in->life_contour, &config->life, config->sample_rate, frame_rate);
    life_spectrum_init(&in->life_spectrum, arena, &config->life, config->voices, config->harmonics, config->noise_bands,
                       config->sample_rate, frame_rate);
    timbre_shaper_init(&in->bender, arena, config->harmonics, config->noise_bands, config->patch_rate);
    formant_shift_init(&in->formants, arena, config->harmonics, config->noise_bands, config->patch_rate);
    if (config->resonances) {
        const size_t steps = RESONANCE_STEPS * RESONANCE_OCTAVES + 1;
        in->resonances = arena_floats(arena, steps);
        if (in->resonances) memcpy(in->resonances, config->resonances, steps * sizeof(float));
    }
    noise_design_init(&in->noise, arena, config->noise_bands, config->patch_rate, config->sample_rate);
    if (config->delay_frames)
        frame_queue_init(&in->frames, arena, config->voices, config->harmonics, config->noise_bands);
    for (int v = 0; v < config->voices; v++) {
        voice_renderer_init(&in->sound[v], arena, &in->noise, config->harmonics, config->sample_rate);
        in->activation[v] = arena_floats(arena, (size_t)config->activations);
        in->state[v] = arena_floats(arena, (size_t)config->state_size);
    }
    in->tail.left = arena_floats(arena, TAIL_RING);
    in->tail.right = arena_floats(arena, TAIL_RING);
    biquad_cascade_init(&in->body, arena, config->body, config->body_sections, 2);
    rack_init(&in->inserts, arena, config->sample_rate, 1);
    if (config->inserts) in->inserted = *config->inserts;
    if (config->room_length) in->room = convolver_init(arena, config->room, config->room_channels, config->room_length);
    for (int c = 0; c < 2; c++) {
        in->dry[c] = arena_floats(arena, CHUNK + LANES);
        in->wet[c] = arena_floats(arena, CHUNK + LANES);
    }
}

static int expression_net_fits(const InstrumentConfig *c) {
    return !network_check(c->performer_layers, c->performer_layer_count, c->performer_activations,
                          c->performer_state_size) &&
           c->performer_activations >= PERFORMER_INPUTS && c->performer_contour >= 0 &&
           c->performer_contour <= c->performer_activations - PERFORMER_OUTPUTS;
}

size_t instrument_bytes(const InstrumentConfig *config) {
    if (network_check(config->layers, config->layer_count, config->activations, config->state_size)) return 0;
    if (config->performer_layer_count && !expression_net_fits(config)) return 0;
    Arena arena = {NULL, 0};
    Instrument counted;
    arena_take(&arena, sizeof counted);
    build(&counted, &arena, config);
    return arena.used;
}

/* What amplitude the decoder gives for a steady note of each pitch and loudness. */
static void measure_map(Instrument *in) {
    const InstrumentConfig *c = &in->config;
    LoudnessMap *map = &in->range.map;
    float *activation = in->activation[0], *state = in->state[0];
    *map = (LoudnessMap){.known = c->pitch_high > c->pitch_low,
                         .pitch_low = c->pitch_low,
                         .pitch_high = c->pitch_high,
                         .loudness_low = c->loudness_low - MAP_BELOW_DB,
                         .loudness_high = c->loudness_top};
    for (int column = 0; column < MAP_PITCHES; column++) {
        float pitch = map->pitch_low + (map->pitch_high - map->pitch_low) * (float)column / (MAP_PITCHES - 1);
        float before = -1000.0f;
        for (int i = 0; i < MAP_LEVELS; i++) {
            float step = (map->loudness_high - map->loudness_low) / (MAP_LEVELS - 1);
            memset(state, 0, (size_t)c->state_size * sizeof *state);
            for (int frame = 0; frame < MAP_FRAMES; frame++) {
                activation[c->f0_input] = pitch / 127.0f;
                activation[c->loudness_input] = (map->loudness_low + step * (float)i) / 80.0f + 1.0f;
                network_step(&in->decoder, &activation, &state, 1);
            }
            float level = 20.0f * log10f(fmaxf(1e-6f, activation[c->amplitude]));
            before = map->amplitude_db[column][i] = fmaxf(level, before + 0.01f); /* so that it can be inverted */
        }
    }
    memset(state, 0, (size_t)c->state_size * sizeof *state);
}

Instrument *instrument_init(void *memory, const InstrumentConfig *config) {
    Arena arena = {memory, 0};
    Instrument *in = arena_take(&arena, sizeof *in);
    build(in, &arena, config);
    measure_map(in);
    return in;
}

float instrument_volume(const Instrument *in, float pitch, float strength) {
    return note_contour_volume(&in->range, pitch, strength);
}

int instrument_requests(Instrument *in, int most, int *voices, int *starts, float *f0_scaled, float *loudness_scaled) {
    return frame_queue_requests(&in->frames, most, voices, starts, f0_scaled, loudness_scaled);
}

void instrument_answer(Instrument *in, int count, const float *amplitude, const float *distribution,
                       const float *magnitudes) {
    frame_queue_answer(&in->frames, count, amplitude, distribution, magnitudes);
}

void instrument_controls(Instrument *in, FrameLog *kept, FrameLog *score) {
    in->kept = kept;
    in->score = score;
}

/* The score's next record. */
static void play_record(Instrument *in, int64_t chunk_start, int64_t position) {
    int64_t i = in->score->played++;
    const FrameRecord *record = &in->score->record[i];
    VoiceRenderer *sound = &in->sound[record->voice];
    voice_renderer_advance(sound, chunk_start, position);
    if (record->begins || !record->length) voice_renderer_cut(sound, position, &in->tail);
    if (!record->length) return;
    const VoiceFrame frame = frame_recorder_frame(in->score, &in->config, i);
    voice_renderer_begin(sound, position, &frame);
}

static int64_t score_due(const Instrument *in) {
    const FrameLog *score = in->score;
    return score && score->played < score->count ? score->record[score->played].start : INT64_MAX;
}

static void move_formants(Instrument *in, VoiceFrame *frame) {
    const TimbreShape *shape = &frame->bend;
    const float decoder_hz = frame->f0_hz * exp2f(-shape->held - shape->formant);
    formant_shift_partials(&in->formants, shape->held, decoder_hz, frame->f0_hz, frame->amplitude, frame->distribution);
    formant_shift_noise(&in->formants, shape->formant, frame->magnitudes);
}

static void bend(Instrument *in, VoiceFrame *frame) {
    if (frame->bend.held != 0 || frame->bend.formant != 0) move_formants(in, frame);
    timbre_shaper_resonate(&in->bender, &frame->bend, in->resonances, frame->distribution);
    timbre_shaper_distribution(&in->bender, &frame->bend, frame->distribution);
    timbre_shaper_magnitudes(&in->bender, &frame->bend, frame->magnitudes);
    timbre_shaper_balance(&frame->bend, frame->amplitude, frame->magnitudes, in->config.noise_bands);
}

static void decode_now(Instrument *in, int64_t chunk_start, int64_t position, const ControlFrame *frames, int count) {
    const InstrumentConfig *c = &in->config;
    float *activations[MAX_SOUNDS], *states[MAX_SOUNDS];
    const ControlFrame *wanted[MAX_SOUNDS];
    int decoded = 0;
    for (int i = 0; i < count; i++) {
        int v = frames[i].voice;
        voice_renderer_advance(&in->sound[v], chunk_start, position);
        if (frames[i].sound.starts) {
            voice_renderer_cut(&in->sound[v], position, &in->tail);
            memset(in->state[v], 0, (size_t)c->state_size * sizeof(float));
        } else if (!in->sound[v].active) {
            continue; /* cut off meanwhile */
        }
        wanted[decoded] = &frames[i];
        activations[decoded] = in->activation[v];
        states[decoded] = in->state[v];
        activations[decoded][c->f0_input] = frames[i].f0_scaled;
        activations[decoded++][c->loudness_input] = frames[i].loudness_scaled;
    }
    if (!decoded) return;
    network_step(&in->decoder, activations, states, decoded);
    for (int i = 0; i < decoded; i++) {
        silence_nonsense(activations[i] + c->amplitude, 1);
        silence_nonsense(activations[i] + c->distribution, c->harmonics);
        silence_nonsense(activations[i] + c->noise_magnitudes, c->noise_bands);
        VoiceFrame frame = wanted[i]->sound;
        frame.scale = 1.0f;
        frame.amplitude = activations[i] + c->amplitude;
        frame.distribution = activations[i] + c->distribution;
        frame.magnitudes = activations[i] + c->noise_magnitudes;
        bend(in, &frame);
        life_spectrum_step(&in->life_spectrum, wanted[i]->voice, &frame);
        frame_recorder_keep(in->kept, &in->config, position, wanted[i]->voice, &frame);
        voice_renderer_begin(&in->sound[wanted[i]->voice], position, &frame);
    }
}

void instrument_control(Instrument *in, int64_t chunk_start, int64_t position, const ControlFrame *frames, int count) {
    if (!in->config.delay_frames) {
        decode_now(in, chunk_start, position, frames, count);
        return;
    }
    int64_t due = position + (int64_t)in->config.delay_frames * in->config.hop;
    for (int i = 0; i < count; i++)
        frame_queue_push(&in->frames, frames[i].voice, due, &frames[i].sound, frames[i].f0_scaled,
                    frames[i].loudness_scaled);
}

int64_t instrument_due(const Instrument *in) {
    int64_t next = score_due(in);
    for (int v = 0; in->config.delay_frames && v < in->config.voices; v++) {
        int64_t due = frame_queue_due(&in->frames, v);
        if (due < next) next = due;
    }
    return next;
}

int instrument_begin_due(Instrument *in, int64_t chunk_start, int64_t position) {
    int late = 0;
    while (score_due(in) <= position) play_record(in, chunk_start, position);
    for (int v = 0; in->config.delay_frames && v < in->config.voices; v++) {
        while (frame_queue_due(&in->frames, v) <= position) {
            voice_renderer_advance(&in->sound[v], chunk_start, position);
            if (frame_queue_starts(&in->frames, v)) voice_renderer_cut(&in->sound[v], position, &in->tail);
            VoiceFrame frame;
            int held = frame_queue_take(&in->frames, v, in->hold_frames, &frame);
            if (!held) {
                bend(in, &frame);
                life_spectrum_step(&in->life_spectrum, v, &frame);
            }
            late += held;
            voice_renderer_begin(&in->sound[v], position, &frame);
        }
    }
    return late;
}

void instrument_cut(Instrument *in, int64_t chunk_start, int64_t position, int voice) {
    if (in->config.delay_frames) frame_queue_drop(&in->frames, voice);
    if (in->sound[voice].active) frame_recorder_keep(in->kept, &in->config, position, voice, NULL);
    voice_renderer_advance(&in->sound[voice], chunk_start, position);
    voice_renderer_cut(&in->sound[voice], position, &in->tail);
}

static void mix(Instrument *in, int64_t start, int size, int right, float *out) {
    float *tail = right ? in->tail.right : in->tail.left;
    for (int i = 0; i < size; i++) {
        int64_t at = (start + i) & (TAIL_RING - 1);
        out[i] = tail[at];
        tail[at] = 0;
    }
    for (int v = 0; v < in->config.voices; v++) {
        const VoiceRenderer *s = &in->sound[v];
        if (!s->in_chunk) continue;
        const float *from = right ? s->out_right : s->out_left;
        for (int i = 0; i < size; i++) out[i] += from[i];
    }
}

void instrument_step(Instrument *in, int64_t position, int hop) {
    rack_step(&in->inserts, &in->inserted, position, hop);
}

void instrument_render(Instrument *in, int64_t start, int size, const Ramp *wet, const Ramp *gain, float *left,
                       float *right) {
    for (int v = 0; v < in->config.voices; v++) voice_renderer_advance(&in->sound[v], start, start + size);
    float *const out[2] = {left, right};
    for (int c = 0; c < 2; c++) {
        mix(in, start, size, c, in->dry[c]);
        biquad_cascade_render(&in->body, c, in->dry[c], size);
    }
    rack_render(&in->inserts, start, in->dry[0], in->dry[1], size);
    in->room_runs |= in->room && (wet->from > 0 || wet->to > 0);
    if (in->room_runs) {
        convolver_render(in->room, (const float *const *)in->dry, in->wet, size);
        for (int c = 0; c < 2; c++)
            for (int i = 0; i < size; i++) in->dry[c][i] += ramp_at(wet, start + i) * in->wet[c][i];
    }
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < size; i++) out[c][i] += in->dry[c][i] * (ramp_at(gain, start + i) * in->trim);
    for (int v = 0; v < in->config.voices; v++) voice_renderer_clear(&in->sound[v], size);
}
