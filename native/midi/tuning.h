/* What pitch each key has, on each channel. Python writes it while notes sound; the audio thread reads single values. */
#ifndef DDSP_TUNING_H
#define DDSP_TUNING_H
#include <stdatomic.h>
#include <stdint.h>

#define TUNED_CHANNELS 16
#define TUNED_KEYS 128
#define MUTE_KEY -1.0f

typedef struct Tuning {
    _Atomic float pitch[TUNED_CHANNELS][TUNED_KEYS]; /* MIDI notes, or MUTE_KEY */
    _Atomic uint32_t changes; /* that concern notes that sound, too */
} Tuning;

void tuning_init(Tuning *t); /* equal temperament */
/* pitches [16, 128], below 0: mute. sounding: notes that sound follow; else only those that begin. Any thread. */
void tuning_set(Tuning *t, const float *pitches, int sounding);

static inline float tuning_pitch(const Tuning *t, int channel, int key) {
    return atomic_load_explicit(&t->pitch[channel][key], memory_order_relaxed);
}

/* How often the tuning has changed for notes that sound. What is read after it is at least as new. */
static inline uint32_t tuning_changes(const Tuning *t) {
    return atomic_load_explicit(&t->changes, memory_order_acquire);
}

#endif
