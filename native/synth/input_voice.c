#include "synth/input_voice.h"

#include <math.h>
#include <string.h>

#include "base/db.h"
#include "synth/midi_dispatch.h"

#define FLOOR_BELOW_DB 6.0f  /* the decoder is told no less than this below its softest note, as it overshoots where loudness leaps */
#define LOWEST_DB -80.0f
#define DYNAMICS_DB 24.0f    /* between the softest and the hardest key, at least, as keys have it */
#define MOST_GAIN_DB 6.0f
#define USUAL_VELOCITY 64
#define HELD_VOICING 0.5f    /* below it the note is over, as others see it */

#define READ(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define WRITE(x, value) atomic_store_explicit(&(x), (value), memory_order_relaxed)

static float pitch_of(float f0_hz) { return 69.0f + 12.0f * log2f(f0_hz / 440.0f); }

static void count(_Atomic int64_t *counts, int size, float at) {
    int i = at > 0 ? (int)(at + 0.5f) : 0;
    atomic_fetch_add_explicit(&counts[i < size ? i : size - 1], 1, memory_order_relaxed);
}

static void tell(Input *in, const InputFrame *heard, double sample_rate, int hop, int mode) {
    InputCounters *c = &in->counters;
    WRITE(c->voiced, heard->voiced);
    WRITE(c->aperiodicity, heard->pitch.aperiodicity);
    WRITE(c->loudness_db, heard->loudness_db);
    WRITE(c->howls, in->howl.howls);
    WRITE(c->duck_db, in->howl.duck_db);
    for (int i = 0; i < MOD_INPUTS; i++) WRITE(c->gestures[i], in->gestures.place[i]);
    /* A breath is a level to play with, too. */
    if (heard->voiced || (mode == FOLLOW_CONTROL && in->gestures.sounds))
        count(c->loudness, MAP_SIZE, (heard->loudness_db - LOWEST_DB) / MAP_STEP_DB);
    if (!heard->voiced) return;
    WRITE(c->f0_hz, heard->pitch.f0_hz);
    WRITE(c->delay_ms, 1000.0f * (heard->pitch.age_seconds + (float)(REACTION_FRAMES * hop / sample_rate)));
    count(c->pitches, HEARD_PITCHES, pitch_of(heard->pitch.f0_hz));
}

static int velocity_of(const NoteContourRange *range, float target_db) {
    float dynamics = fmaxf(DYNAMICS_DB, range->loudness_high - range->loudness_low);
    float strength = fminf(1.0f, fmaxf(0.0f, 1.0f - (range->loudness_high - target_db) / dynamics));
    return 1 + (int)(126.0f * strength + 0.5f);
}

static void send(Synth *s, int64_t position, int status, int note, int velocity, const Attributes *attributes) {
    Event event = {.time = position, .size = 3, .bytes = {(uint8_t)status, (uint8_t)note, (uint8_t)velocity}};
    if (attributes) {
        event.shaped = 1;
        event.attributes = *attributes;
    }
    s->playing = &event;
    midi_play(s, position, &event);
}

static void cut_into_notes(Synth *s, int64_t position, const InputFrame *heard, int voiced, float seconds) {
    Input *in = &s->input;
    const NoteContourRange *range = &s->current->range;
    float pitch = pitch_of(fmaxf(1.0f, heard->pitch.f0_hz)) + READ(in->settings.shift);
    float decoder_db = pitch_follower_map(in->settings.decoder_db, heard->loudness_db);
    float target_db = pitch_follower_map(in->settings.target_db, heard->loudness_db);
    float level_db = amplitude_for(&range->map, pitch, decoder_db) + target_db - decoder_db;
    NoteChange change = note_detector_step(&in->segment, voiced, pitch, level_db, seconds);
    int channel = READ(in->settings.channel) & 15;
    if (change.off >= 0) {
        DetectedNote ended = {position, 0, change.off, 0, channel, change.seconds, change.played};
        send(s, position, 0x80 | channel, change.off, 64, NULL);
        input_report(in, &ended);
    }
    if (change.on >= 0) {
        Attributes volume = {level_db / 60.0f + 1.5f, NAN, NAN, NAN, NAN, NAN};
        int velocity = velocity_of(range, target_db);
        DetectedNote begun = {position, 1, change.on, velocity, channel, 0, volume};
        send(s, position, 0x90 | channel, change.on, velocity, &volume);
        input_report(in, &begun);
    }
}

/* All channels follow the input as they do a controller of their own, or no longer. */
static void play_gestures(Synth *s, const InputFrame *heard, int plays, float seconds) {
    Input *in = &s->input;
    if (plays) input_gestures_step(&in->gestures, heard, READ(in->settings.gate_db), READ(in->settings.loudest_db), seconds);
    else if (!in->plays) return;
    else input_gestures_init(&in->gestures);
    in->plays = plays;
    for (int i = 0; i < MIDI_CHANNELS; i++) {
        s->channel[i].input_plays = plays;
        memcpy(s->channel[i].input, in->gestures.place, sizeof in->gestures.place);
    }
}

void input_voice_control(Synth *s, int64_t position) {
    Input *in = &s->input;
    int mode = READ(in->settings.mode);
    in->waits = 0;
    in->ear.detailed = mode == FOLLOW_CONTROL;
    if (mode != FOLLOW_CONTROL) play_gestures(s, NULL, 0, 0);
    if (!input_is_on(in)) return;
    float seconds = (float)(s->hop / s->config.sample_rate);
    InputFrame heard = input_analysis_read(&in->ear, READ(in->settings.gate_db), s->hop);
    if (!mode) heard.voiced = heard.level = 0;
    float gain = feedback_guard_step(&in->howl, heard.voiced, heard.loudness_db, in->clipped, in->out_peak, seconds);
    ramp_to(&in->duck, position, s->hop, gain);
    if (mode == FOLLOW_CONTROL) play_gestures(s, &heard, 1, seconds);
    tell(in, &heard, s->config.sample_rate, s->hop, mode);
    in->clipped = 0;
    in->out_peak = 0;
    if (mode == FOLLOW_NOTES || in->segment.note >= 0)
        cut_into_notes(s, position, &heard, mode == FOLLOW_NOTES && heard.voiced, seconds);
    if (mode != FOLLOW_PITCH) heard.voiced = heard.level = 0;
    if (!in->follower.active && !heard.voiced) return;
    in->frame = pitch_follower_step(&in->follower, &in->settings, &heard, seconds);
    if (in->follower.begins) {
        in->starts = 1;
        in->continues = 0;
        in->onset = position;
        s->notes++;
    }
    in->waits = 1;
}

static const Channel *channel_of(const Synth *s) { return &s->channel[READ(s->input.settings.channel) & 15]; }

/* The channel of the whole zone, with MPE, or NULL. */
static const Channel *master_of(const Synth *s) {
    int channel = READ(s->input.settings.channel) & 15, master = mpe_master(&s->mpe, channel);
    return master >= 0 && master != channel ? &s->channel[master] : NULL;
}

void input_voice_remap(Synth *s) {
    if (s->input.follower.active)
        modulation_remap(&s->input.hands, mod_matrix_swap_front(&s->maps), channel_of(s), master_of(s));
}

/* What the channel's controllers ask of the voice. */
static ModValues gesture_now(Synth *s) {
    static const Attributes none = {NAN, NAN, NAN, NAN, NAN, NAN};
    const ModMatrix *map = mod_matrix_swap_front(&s->maps);
    Modulation *hands = &s->input.hands;
    if (s->input.starts && !s->input.continues) modulation_begin(hands, map, channel_of(s), master_of(s), USUAL_VELOCITY);
    modulation_follow(hands, map, channel_of(s), master_of(s), (float)(s->hop / s->config.sample_rate));
    return modulation_values(hands, map, channel_of(s), master_of(s), &none);
}

int input_voice_frame(Synth *s, ControlFrame *frame) {
    Input *in = &s->input;
    const NoteContourRange *range = &s->current->range;
    const int voice = s->config.voices;
    if (!in->waits || s->current->config.voices <= voice) return 0;
    const ModValues gesture = gesture_now(s);
    const FollowFrame *at = &in->frame;
    float pitch = at->pitch + gesture.bend, loudness = at->loudness_db + gesture.level_db;
    float floor_db = fmaxf(LOWEST_DB, range->loudness_low - FLOOR_BELOW_DB);
    float input_db = fminf(range->loudness_top, fmaxf(floor_db, loudness));
    float gain = at->gain * gain_of_dbf(fminf(MOST_GAIN_DB, loudness - input_db));
    *frame = (ControlFrame){.voice = voice,
                            .sound = {.starts = in->starts,
                                      .fade_in = !in->continues,
                                      .last = at->finished,
                                      .length = s->hop,
                                      .f0_hz = 440.0f * exp2f((pitch - 69.0f) / 12.0f),
                                      .gain_left = gain * gesture.gain_left,
                                      .gain_right = gain * gesture.gain_right,
                                      .scale = 1.0f,
                                      .voicing = at->voicing,
                                      .bend = {.brighter = gesture.brightness},
                                      .life = READ(s->life),
                                      .seed = s->config.seed * 0x9E3779B9u + s->notes * 64u + (uint32_t)voice},
                            .f0_scaled = formant_pitch(&range->formants, pitch, gesture.formant) / 127.0f,
                            .loudness_scaled = input_db / 80.0f + 1.0f};
    formant_shape(&range->formants, pitch, gesture.formant, &frame->sound.bend);
    in->starts = in->continues = in->waits = 0;
    WRITE(in->counters.pitch, pitch);
    int note = (int)(fminf(127.0f, fmaxf(0.0f, pitch)) + 0.5f), channel = READ(in->settings.channel) & 15;
    readout_write(&s->readout, &(VoiceReading){voice, channel, note, at->voicing > HELD_VOICING, in->onset, pitch, loudness},
                  at->gain);
    if (at->finished) readout_silent(&s->readout, voice);
    return 1;
}
