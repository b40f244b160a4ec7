#include "instrument/voice_renderer.h"

#include <math.h>

#define FADE_IN 48 /* samples: short enough to be an attack, long enough not to click */

void voice_renderer_init(VoiceRenderer *s, Arena *arena, const NoiseDesign *design, int harmonics, double sample_rate) {
    harmonic_init(&s->harmonic, arena, harmonics, sample_rate);
    noise_init(&s->noise, arena, design);
    s->mono = arena_floats(arena, CHUNK + LANES);
    s->out_left = arena_floats(arena, CHUNK + LANES);
    s->out_right = arena_floats(arena, CHUNK + LANES);
    s->noisy = arena_floats(arena, CHUNK + LANES);
    s->cosine = arena_floats(arena, CHUNK + LANES);
    s->magnitudes = arena_floats(arena, (size_t)design->bands);
}

static void clear(float *samples, int count) { memset(samples, 0, (size_t)count * sizeof *samples); }

/* mono [size] with the frame's gains, into left and right (room for whole lanes). Whole lanes only, so that no sample
   is left to other instructions than its neighbours. */
HOT static void apply_gains(const VoiceRenderer *s, int first, int size, float *restrict left, float *restrict right) {
    const float step = 1.0f / (float)s->frame.length;
    const float left_slope = (s->frame.gain_left - s->left) * step;
    const float right_slope = (s->frame.gain_right - s->right) * step;
    const int64_t since_onset = s->begin + first - s->onset;
    const int age = since_onset < FADE_IN ? (int)since_onset : FADE_IN, count = whole_lanes(size);
    const float *restrict mono = s->mono;
    for (int i = 0; i < count; i++) {
        float at = (float)(first + i), faded = (float)(age + i + 1) * (1.0f / FADE_IN);
        float sample = mono[i] * (faded < 1.0f ? faded : 1.0f);
        left[i] = sample * (s->left + at * left_slope);
        right[i] = sample * (s->right + at * right_slope);
    }
}

/* Adds noise that swells and fades with each period of f0, as breath does between a reed's pulses, at the power that it
   would have without: 1 + m cos has that of 1 + m^2 / 2. */
HOT static void add_in_step(VoiceRenderer *s, int first, int size) {
    const float begin = s->in_step, end = s->frame.noise_in_step, step = 1.0f / (float)s->frame.length;
    const float even = 1.0f / sqrtf(1.0f + 0.5f * begin * begin), even_end = 1.0f / sqrtf(1.0f + 0.5f * end * end);
    const float even_slope = (even_end - even) * step, slope = (end * even_end - begin * even) * step;
    const int count = whole_lanes(size);
    clear(s->noisy, count);
    noise_render(&s->noise, first, size, s->noisy);
    float *restrict mono = s->mono;
    const float *restrict noisy = s->noisy, *restrict cosine = s->cosine;
    for (int i = 0; i < count; i++) {
        const float at = (float)(first + i);
        mono[i] += noisy[i] * (even + at * even_slope + (begin * even + at * slope) * cosine[i]);
    }
}

/* [first, first + size) of the current frame. */
static void render(VoiceRenderer *s, int first, int size, float *left, float *right) {
    clear(s->mono, whole_lanes(size));
    const int in_step = s->in_step > 0 || s->frame.noise_in_step > 0;
    harmonic_render(&s->harmonic, first, size, s->mono, in_step ? s->cosine : NULL);
    if (in_step) add_in_step(s, first, size);
    else noise_render(&s->noise, first, size, s->mono);
    apply_gains(s, first, size, left, right);
}

void voice_renderer_advance(VoiceRenderer *s, int64_t chunk_start, int64_t position) {
    if (!s->active || position <= s->rendered) return;
    s->in_chunk = 1;
    int64_t end = s->begin + s->frame.length;
    int64_t stop = position < end ? position : end;
    if (stop > s->rendered) {
        int offset = (int)(s->rendered - chunk_start), size = (int)(stop - s->rendered);
        render(s, (int)(s->rendered - s->begin), size, s->out_left + offset, s->out_right + offset);
        /* Whole lanes were written; what lies behind is rendered next, or silent. */
        clear(s->out_left + offset + size, whole_lanes(size) - size);
        clear(s->out_right + offset + size, whole_lanes(size) - size);
    }
    s->rendered = position;
    if (position >= end && s->frame.last) s->active = 0;
}

static void play(VoiceRenderer *s, int64_t position, const VoiceFrame *frame, int length) {
    const float *magnitudes = frame->magnitudes;
    if (frame->scale != 1.0f) {
        for (int i = 0; i < s->noise.design->bands; i++) s->magnitudes[i] = frame->magnitudes[i] * frame->scale;
        magnitudes = s->magnitudes;
    }
    harmonic_frame(&s->harmonic, frame->f0_hz, *frame->amplitude * frame->voicing * frame->scale, frame->distribution, length);
    noise_frame(&s->noise, magnitudes, length);
    s->frame = *frame;
    s->frame.length = length;
    s->begin = s->rendered = position;
}

void voice_renderer_begin(VoiceRenderer *s, int64_t position, const VoiceFrame *frame) {
    if (frame->starts) {
        harmonic_reset(&s->harmonic, 0.0);
        noise_reset(&s->noise, frame->seed);
        s->left = frame->gain_left;
        s->right = frame->gain_right;
        s->in_step = frame->noise_in_step;
        s->onset = frame->fade_in ? position : position - FADE_IN;
        s->active = 1;
    } else {
        if (!s->active) return; /* cut off meanwhile */
        s->left = s->frame.gain_left;
        s->right = s->frame.gain_right;
        s->in_step = s->frame.noise_in_step;
    }
    play(s, position, frame, frame->length);
}

void voice_renderer_clear(VoiceRenderer *s, int size) {
    if (!s->in_chunk) return;
    clear(s->out_left, size);
    clear(s->out_right, size);
    s->in_chunk = 0;
}

void voice_renderer_cut(VoiceRenderer *s, int64_t position, Tail *tail) {
    if (!s->active) return;
    float left[TAIL + LANES], right[TAIL + LANES];
    int first = (int)(position - s->begin), size = s->frame.length - first;
    size = size < 0 ? 0 : size < TAIL ? size : TAIL;
    if (size) render(s, first, size, left, right);
    if (size < TAIL && !s->frame.last) { /* hold the frame's end for the rest of the fade */
        VoiceFrame hold = s->frame;
        s->left = hold.gain_left;
        s->right = hold.gain_right;
        s->in_step = hold.noise_in_step;
        play(s, s->begin + s->frame.length, &hold, TAIL);
        render(s, 0, TAIL - size, left + size, right + size);
        size = TAIL;
    }
    for (int i = 0; i < size; i++) {
        float x = 1.0f - (float)(i + 1) / (TAIL + 1), fade = x * x * (3.0f - 2.0f * x);
        int64_t at = (position + i) & (TAIL_RING - 1);
        tail->left[at] += left[i] * fade;
        tail->right[at] += right[i] * fade;
    }
    s->active = 0;
}
