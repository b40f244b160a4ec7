/* An instrument: a patch made ready for the device's rate. Python owns its memory, as that of a synth. */
#ifndef DDSP_API_INSTRUMENT_H
#define DDSP_API_INSTRUMENT_H
#include <stddef.h>
#include "api/expression.h"
#include "api/frame_log.h"
#include "api/layer_spec.h"
#include "api/life_numbers.h"
#include "api/rack_settings.h"

typedef struct Instrument Instrument;
typedef struct InstrumentConfig {
    double sample_rate, patch_rate; /* Hz: the device's, and the one the patch was trained at */
    int hop;                        /* samples per frame at the device's rate */
    int voices, harmonics, noise_bands, state_size; /* one voice more than the synth has, for the input */
    const LayerSpec *layers;
    int layer_count, activations;
    int f0_input, loudness_input;                  /* offsets in the activation vector */
    int amplitude, distribution, noise_magnitudes; /* the same, of the outputs */
    int delay_frames;               /* 0: frames are decoded in the callback; else a worker decodes, this far ahead */
    float loudness_low, loudness_high, loudness_top; /* dB that the softest and hardest key aim at; the most trained */
    float pitch_low, pitch_high; /* trained range, MIDI notes */
    int keeps_formants;          /* beyond that range, the spectral envelope stays in Hz */
    float trim_db;               /* gain after body and room, the same for all notes */
    float attack_ms, release_ms;
    float ring_db, ring_ms; /* how far below a held note it rings on, < 0, and the time of 60 dB; 0 ms: it does not */
    Expression expression;
    const float *resonances; /* that vibrato moves partials through: see timbre_shaper_resonate; NULL: none */
    const LayerSpec *performer_layers; /* the performer's network, where the patch has one: inputs come first */
    int performer_layer_count, performer_activations, performer_state_size;
    int performer_contour; /* offset of its output */
    LifeNumbers life;
    const double *body;             /* [body_sections, 6] */
    int body_sections;
    const RackSettings *inserts;    /* drive, equalizer and compressor behind the body; NULL: none */
    const float *room;              /* [room_channels, room_length] at the device's rate */
    int room_length, room_channels;
} InstrumentConfig;

size_t instrument_bytes(const InstrumentConfig *config); /* 0 where a layer leaves the activations or the state */
Instrument *instrument_init(void *memory, const InstrumentConfig *config);
/* MIDI-DDSP's volume that a key has with this instrument; strength: mod_matrix_strength of its velocity. */
float instrument_volume(const Instrument *instrument, float pitch, float strength);
/* Before it is loaded, offline, for a decoder that runs in the callback: keep all frames in `kept`, and play those in
   `score`, sorted by start, beside what the voices ask for. NULL: none. */
void instrument_controls(Instrument *instrument, FrameLog *kept, FrameLog *score);
/* For the worker of a delayed decoder: takes up to `most` requests, at most one a voice, and returns how many. Row i
   is of voices[i]; where starts[i], its state must be zeroed first. Then the decoded rows are handed back. */
int instrument_requests(Instrument *instrument, int most, int *voices, int *starts, float *f0_scaled,
                        float *loudness_scaled);
void instrument_answer(Instrument *instrument, int count, const float *amplitude, const float *distribution,
                       const float *magnitudes);

#endif
