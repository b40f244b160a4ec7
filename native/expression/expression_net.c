#include "expression/expression_net.h"

#include <math.h>
#include <string.h>

#define FARTHEST_SEMITONES 1.5f
#define FARTHEST_DB 18.0f
#define CENTRE_SECONDS 1.5f /* in which a lasting deviation of level is taken back */
#define DRIFT_SECONDS 0.25f /* a drift's memory: slower than any vibrato */
#define LASTING_FLUCTUATIONS 0.4f /* of the deviation that a note is asked for */
#define ATTACK_FLUCTUATIONS 2.5f
#define ATTACK_SECONDS 0.06f
#define RELEASED_DB 150.0f /* a second, that the instrument's own release may stray more */
#define LINE_SECONDS 0.05
#define PEAK_SHARE 0.6f /* of how far below its peak a note is */
#define LOUDEST_DB 15.0f

static const float age_seconds[] = {0.015f, 0.05f, 0.15f, 0.5f, 2.0f};
static const float release_seconds[] = {0.02f, 0.08f, 0.3f};
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

void expression_net_init(ExpressionNet *p, Arena *arena, const InstrumentConfig *config) {
    p->present = config->performer_layer_count > 0;
    if (!p->present) return;
    p->contour = config->performer_contour;
    p->state_size = config->performer_state_size;
    network_init(&p->network, arena, config->performer_layers, config->performer_layer_count,
                 config->performer_activations, config->performer_state_size);
    for (int v = 0; v < config->voices; v++) {
        p->voice[v].activation = arena_floats(arena, (size_t)config->performer_activations);
        p->voice[v].state = arena_floats(arena, (size_t)config->performer_state_size);
    }
}

static float clamp(float x, float low, float high) { return fminf(high, fmaxf(low, x)); }

/* How far an attribute is from an ordinary one; not set: not at all. */
static float from_usual(float value, float usual, float spread) { return isnan(value) ? 0.0f : (value - usual) / spread; }

void expression_net_inputs(const NoteContour *note, const NoteContourRange *range, int64_t time, float *inputs) {
    const Attributes *a = &note->attributes;
    const double seconds = 1.0 / range->sample_rate;
    const float age = (float)((double)(time - note->breath) * seconds);
    float *to = inputs;
    *to++ = (note->pitch - 60.0f) / 24.0f;
    *to++ = clamp(note->interval / 12.0f, -2.0f, 2.0f);
    *to++ = note->joined;
    *to++ = (note_contour_aim_db(note, range) + 2.0f * LOUDEST_DB) / LOUDEST_DB;
    for (int i = 0; i < COUNT(age_seconds); i++) *to++ = expf(-age / age_seconds[i]);
    /* Where another note may follow, the end waits for it: the network has heard notes that stand alone. */
    const double waits = note->in_line ? LINE_SECONDS : 0.0;
    const double let_go = (double)(time - note->released) * seconds - waits;
    const int held = note->released < 0 || (waits > 0 && let_go < 0);
    const float since = held ? 0.0f : fmaxf(0.0f, (float)let_go);
    *to++ = held ? 1.0f : 0.0f;
    for (int i = 0; i < COUNT(release_seconds); i++) *to++ = held ? 0.0f : expf(-since / release_seconds[i]);
    const float length = note->length_seconds, known = note->length_known ? 1.0f : 0.0f;
    *to++ = known * log2f(length);
    *to++ = known * expf(-fmaxf(0.0f, length - age) / 0.15f);
    *to++ = known * fminf(1.0f, age / length);
    *to++ = isnan(a->volume_fluctuation) ? 0.0f : 1.0f;
    *to++ = from_usual(a->volume_fluctuation, 0.0f, 0.1f);
    *to++ = from_usual(a->volume_peak_position, 0.35f, 0.3f);
    *to++ = from_usual(a->vibrato, 0.0f, 1.0f);
    *to++ = from_usual(a->brightness, 0.4f, 0.3f);
    *to++ = from_usual(a->attack_noise, 1.5f, 0.5f);
}

void expression_net_reset(ExpressionNet *p, int voice) {
    if (!p->present) return;
    ExpressionNetVoice *v = &p->voice[voice];
    memset(v->state, 0, (size_t)p->state_size * sizeof *v->state);
    v->pitch_drift = v->level_drift = v->centre = 0;
    v->frames = 0;
}

/* Noise of variance 1 within +-3, the same for a seed and a place. */
static float drawn(uint32_t seed, uint32_t place) {
    float sum = 0;
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t x = (seed ^ (place * 3u + i) * 0x9E3779B9u) * 0x85EBCA6Bu;
        x = (x ^ x >> 15) * 0xC2B2AE35u;
        sum += (float)((x ^ x >> 13) >> 8) / 8388608.0f - 1.0f;
    }
    return sum;
}

static void advance_drift(ExpressionNetVoice *v, uint32_t seed, float seconds) {
    const float keep = v->frames ? expf(-seconds / DRIFT_SECONDS) : 0.0f, fresh = sqrtf(1.0f - keep * keep);
    v->pitch_drift = keep * v->pitch_drift + fresh * drawn(seed, 2 * v->frames);
    v->level_drift = keep * v->level_drift + fresh * drawn(seed, 2 * v->frames + 1);
    v->frames++;
}

/* Weights are a stranger's: what they make of a note is kept within bounds, and what is no number is nothing. */
static float bounded(float x, float most) { return x >= -most && x <= most ? x : x > most ? most : x < -most ? -most : 0; }

/* A note whose level was asked to go a certain way goes it, but for how it begins, and peaks when it was asked to: what
   comes near the peak stays below it. Once it is let go, the instrument takes over, without a jump. */
static float farthest_db(const NoteContour *note, const NoteContourRange *range, int64_t time) {
    const float fluctuation = note->attributes.volume_fluctuation;
    if (isnan(fluctuation)) return FARTHEST_DB;
    const int64_t held = note->released >= 0 && note->released < time ? note->released : time;
    const float age = (float)((double)(held - note->breath) / range->sample_rate);
    const float since = (float)((double)(time - held) / range->sample_rate);
    const float times = LASTING_FLUCTUATIONS + ATTACK_FLUCTUATIONS * expf(-age / ATTACK_SECONDS);
    const float most = fminf(times * 24.0f * fluctuation, PEAK_SHARE * note_contour_below_peak_db(note, range, held));
    return fminf(FARTHEST_DB, most + RELEASED_DB * since);
}

static void deviate(const ExpressionNet *p, ExpressionNetVoice *v, const NoteContourRange *range, NoteContour *note,
                    int64_t time, float amount, float drift) {
    const float *contour = v->activation + p->contour;
    const float hop = v->frames ? (float)((double)(time - v->at) / range->sample_rate) : 0.0f;
    v->at = time;
    advance_drift(v, note->seed, hop);
    float pitch = contour[0] + drift * fmaxf(0.0f, contour[2]) * v->pitch_drift;
    float level_db = 10.0f * (contour[1] + drift * fmaxf(0.0f, contour[3]) * v->level_drift);
    pitch = bounded(pitch, FARTHEST_SEMITONES);
    level_db = bounded(bounded(level_db, FARTHEST_DB) - v->centre, farthest_db(note, range, time));
    if (note->released < 0) v->centre += level_db * hop / CENTRE_SECONDS;
    note->deviation = (Deviation){amount * pitch, amount * level_db, 0};
}

void expression_net_step(ExpressionNet *p, const NoteContourRange *range, const int *voices, NoteContour *const *notes,
                    const int64_t *times, int count, float amount, float drift) {
    float *activations[MAX_VOICES] = {NULL}, *states[MAX_VOICES] = {NULL};
    if (!p->present || count <= 0) return;
    for (int i = 0; i < count; i++) {
        activations[i] = p->voice[voices[i]].activation;
        states[i] = p->voice[voices[i]].state;
        expression_net_inputs(notes[i], range, times[i], activations[i]);
    }
    network_step(&p->network, activations, states, count);
    for (int i = 0; i < count; i++) deviate(p, &p->voice[voices[i]], range, notes[i], times[i], amount, drift);
}
