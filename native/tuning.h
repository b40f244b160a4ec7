/* What pitch each key has, on each channel. Python writes it while notes sound; the audio thread reads single values. */
#ifndef DDSP_TUNING_H
#define DDSP_TUNING_H
#include <stdatomic.h>

#define TUNED_CHANNELS 16
#define TUNED_KEYS 128
#define MUTE_KEY -1.0f

typedef struct Tuning {
    _Atomic float pitch[TUNED_CHANNELS][TUNED_KEYS]; /* MIDI notes, or MUTE_KEY */
} Tuning;

void tuning_init(Tuning *t); /* equal temperament */
void tuning_set(Tuning *t, const float *pitches); /* [16, 128]; below 0: mute. Any thread */

static inline float tuning_pitch(const Tuning *t, int channel, int key) {
    return atomic_load_explicit(&t->pitch[channel][key], memory_order_relaxed);
}

#endif
