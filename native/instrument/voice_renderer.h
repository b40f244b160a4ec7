/* One voice's sound: harmonics and noise, frame by frame, into the voice's own stereo buffers. Each voice runs up to
   its own frame ends; the instrument adds the buffers in voice order, so sums never depend on the block. */
#ifndef DDSP_VOICE_RENDERER_H
#define DDSP_VOICE_RENDERER_H
#include "dsp/harmonic.h"
#include "dsp/noise.h"
#include "dsp/timbre_shaper.h"

#define CHUNK 256       /* samples that are mixed at once, at most */
#define TAIL 128        /* samples in which a voice that is cut off fades out */
#define TAIL_RING 1024  /* a power of two > CHUNK + TAIL */

typedef struct VoiceFrame {
    int starts;      /* a new note: phases and noise begin anew */
    int fade_in;    /* with fresh: a note's onset, against one that is taken over from another instrument */
    int last;       /* silence follows */
    int length;     /* samples */
    float f0_hz, gain_left, gain_right; /* where the frame's ramps end */
    float voicing;  /* 0 .. 1, of the harmonics alone: 0 leaves breath */
    float scale;    /* of the amplitudes: below 1 while a late decoder's last frame decays */
    uint32_t seed;  /* of a fresh note's noise */
    TimbreShape bend;      /* of what the decoder makes, towards the note's attributes */
    float life;     /* 0 .. 1: how much its partials and its noise move by themselves */
    float noise_in_step; /* 0 .. 1, where the frame's ramp ends: how far the noise follows the phase of f0 */
    float *amplitude, *distribution, *magnitudes; /* [1], [K], [M]: kept readable until the next frame */
} VoiceFrame;

/* Weights may be finite and yet make a number that is not, or is no amplitude: such values become 0. Sums of every
   sixteenth value don't wait for each other. */
static inline void silence_nonsense(float *values, int count) {
    float sums[LANES] = {0}, sum = 0;
    int i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++) sums[lane] += values[i + lane] < 0 ? -values[i + lane] : values[i + lane];
    for (; i < count; i++) sum += values[i] < 0 ? -values[i] : values[i];
    for (int lane = 0; lane < LANES; lane++) sum += sums[lane];
    if (!(sum < 1e4f)) memset(values, 0, (size_t)count * sizeof *values); /* NaN fails this too */
}

typedef struct Tail {
    float *left, *right; /* [TAIL_RING], indexed by position */
} Tail;

typedef struct VoiceRenderer {
    Harmonic harmonic;
    Noise noise;
    VoiceFrame frame;      /* the current one */
    float left, right;     /* gains at its first sample */
    float in_step;         /* the noise's, there */
    int active;
    int64_t begin;         /* the frame's first sample */
    int64_t rendered;      /* the next sample to render */
    int64_t onset;         /* first sample of the fade-in */
    int in_chunk;          /* the buffers hold something for this chunk */
    float *mono, *out_left, *out_right; /* [CHUNK], padded */
    float *noisy, *cosine; /* scratch [CHUNK], padded */
    float *magnitudes; /* scratch [M] for scaled magnitudes */
} VoiceRenderer;

void voice_renderer_init(VoiceRenderer *s, Arena *arena, const NoiseDesign *design, int harmonics, double sample_rate);
/* Render up to `position` into the chunk that began at chunk_start. */
void voice_renderer_advance(VoiceRenderer *s, int64_t chunk_start, int64_t position);
/* After the chunk, of so many samples, was taken: its buffers are silent again. */
void voice_renderer_clear(VoiceRenderer *s, int size);
/* From `position` on (to which the sound has advanced) play this frame. A fresh one needs what sounds to be cut. */
void voice_renderer_begin(VoiceRenderer *s, int64_t position, const VoiceFrame *frame);
/* Fade out within TAIL samples from `position` on, into the tail. Reads the current frame's values once more. */
void voice_renderer_cut(VoiceRenderer *s, int64_t position, Tail *tail);

#endif
