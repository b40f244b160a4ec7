/* The whole interface of the kernel. Python owns all memory: `*_bytes` tells how much, `*_init` fills zeroed memory
   aligned to 64 bytes, and nothing is allocated after that. A Synth plays one Instrument (a loaded patch) at a time. */
#ifndef DDSP_SYNTH_H
#define DDSP_SYNTH_H
#include <stddef.h>
#include <stdint.h>

#define LAYER_DENSE 0       /* y = W x + b; weight [output_size, input_size], bias [output_size] */
#define LAYER_LAYER_NORM 1  /* over the range's channels; weight, bias [size], parameter = epsilon */
#define LAYER_LEAKY_RELU 2  /* parameter = slope below zero */
#define LAYER_EXP_SIGMOID 3 /* 2 sigmoid(x)^ln 10 + 1e-7 */
#define LAYER_NORMALIZE 4   /* x / sum x */
#define LAYER_DIFFERENCE 5  /* y = x, then x - x[lag frames ago] for each lag; state: past inputs, then a flag */
#define LAYER_GRU 6         /* torch.nn.GRUCell; weight [3H, I], bias [3H], weight_hidden [3H, H], bias_hidden [3H] */

typedef struct LayerSpec {
    int kind;
    int input, input_size;   /* range of the activation vector, in floats */
    int output, output_size;
    int state, state_size;   /* range of the state, DIFFERENCE and GRU only */
    float parameter;
    int lag_count;
    int lags[8];             /* frames, ascending */
    const float *weight, *bias, *weight_hidden, *bias_hidden;
} LayerSpec;

typedef struct Instrument Instrument;
typedef struct InstrumentConfig {
    double sample_rate, patch_rate; /* Hz: the device's, and the one the patch was trained at */
    int hop;                        /* samples per frame at the device's rate */
    int voices, harmonics, noise_bands, state_size;
    const LayerSpec *layers;
    int layer_count, activations;
    int f0_input, loudness_input;                  /* offsets in the activation vector */
    int amplitude, distribution, noise_magnitudes; /* the same, of the outputs */
    int delay_frames;               /* 0: frames are decoded in the callback; else a worker decodes, this far ahead */
    float loudness_low, loudness_high, loudness_top; /* dB that the softest and hardest key aim at; the most trained */
    float attack_ms, release_ms;
    const double *body;             /* [body_sections, 6] */
    int body_sections;
    const float *room;              /* [room_channels, room_length] at the device's rate */
    int room_length, room_channels;
} InstrumentConfig;

typedef struct Synth Synth;
typedef struct SynthConfig {
    double sample_rate;
    int block_size, voices; /* largest block of one step; 1 to 64 voices */
    int mode;               /* MODE_POLY ... */
    uint32_t seed;
} SynthConfig;

#define MODE_POLY 0
#define MODE_MONO 1
#define MODE_LEGATO 2

typedef struct SynthStats {
    int64_t position;          /* samples rendered */
    int64_t callbacks, xruns, late_frames, stolen_voices, dropped_events, slow_callbacks;
    int sounding_voices;
    float load, peak_load;     /* of the block's time: smoothed, and the highest since the last read */
    float peak;                /* highest |sample| since the last read */
} SynthStats;

size_t instrument_bytes(const InstrumentConfig *config);
Instrument *instrument_init(void *memory, const InstrumentConfig *config);
/* For the worker of a delayed decoder: takes up to `most` requests that are due together and returns how many. Row i
   is voice voices[i]; fresh[i] is 1 where its state must be zeroed first; then the frames are handed back. */
int instrument_requests(Instrument *instrument, int most, int *voices, int *fresh, float *f0_scaled, float *loudness_scaled);
void instrument_answer(Instrument *instrument, int count, const float *amplitude, const float *distribution, const float *magnitudes);

size_t synth_bytes(const SynthConfig *config);
Synth *synth_init(void *memory, const SynthConfig *config);
int synth_load(Synth *synth, Instrument *instrument); /* swaps it in at the next block; 0 while a swap is under way */
Instrument *synth_retired(Synth *synth);              /* one that the callback has let go of, or NULL */
int synth_send(Synth *synth, int64_t time, const uint8_t *bytes, int size); /* time in samples, -1: now; 0 if full */
void synth_render(Synth *synth, float *out, int frames);                    /* [frames, 2] */
void synth_read_stats(Synth *synth, SynthStats *stats);

#endif
