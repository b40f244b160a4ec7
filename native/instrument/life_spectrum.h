/* How the partials and the noise of a sounding note move by themselves, each partial and each band for itself. Behind
   the decoder, whichever it is, a state per voice; the loudness stays what the decoder made. */
#ifndef DDSP_LIFE_SPECTRUM_H
#define DDSP_LIFE_SPECTRUM_H
#include "api/life_numbers.h"
#include "base/arena.h"
#include "base/process.h"
#include "instrument/voice_renderer.h"
#include "midi/voice_allocator.h"

typedef struct LifeSpectrumVoice {
    float *partials;    /* [lanes, LIFE_SPEEDS, 2]: each process' values of the last even and of the last odd frame */
    float *noise[2];    /* [noise_lanes], the same */
    float *depth;       /* [lanes] dB below the strongest partial, smoothed */
    float *deviation;   /* [lanes] what each partial's sway is multiplied by */
    float *weight;      /* [lanes] its power's in the loudness */
    float scale;        /* drawn for the note */
    uint32_t seed, frames;
} LifeSpectrumVoice;

typedef struct LifeSpectrum {
    LifeNumbers numbers;
    int harmonics, bands, lanes, noise_lanes; /* lanes: padded */
    float nyquist; /* Hz */
    Process partials[LIFE_SPEEDS], noise;
    float total;       /* deviation of the first partial, all speeds together */
    float forget;      /* share of a new depth, a frame */
    float *log_number; /* [lanes]: half the slope times the binary logarithm of the partial's number */
    float *sway;       /* [lanes] scratch, behind zeros */
    float *out;        /* [lanes] scratch */
    LifeSpectrumVoice voice[MAX_SOUNDS];
} LifeSpectrum;

void life_spectrum_init(LifeSpectrum *l, Arena *arena, const LifeNumbers *numbers, int voices, int harmonics, int bands,
                        double sample_rate, double frame_rate);
/* The next frame of a voice, as the decoder made it, in place; frame->life is the amount, and a fresh frame begins. */
void life_spectrum_step(LifeSpectrum *l, int voice, VoiceFrame *frame);

#endif
