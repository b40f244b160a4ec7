#include "midi/tuning.h"

void tuning_init(Tuning *t) {
    atomic_init(&t->changes, 0);
    for (int c = 0; c < TUNED_CHANNELS; c++)
        for (int k = 0; k < TUNED_KEYS; k++) atomic_init(&t->pitch[c][k], (float)k);
}

void tuning_set(Tuning *t, const float *pitches, int sounding) {
    for (int c = 0; c < TUNED_CHANNELS; c++)
        for (int k = 0; k < TUNED_KEYS; k++)
            atomic_store_explicit(&t->pitch[c][k], pitches[c * TUNED_KEYS + k], memory_order_relaxed);
    if (sounding) atomic_fetch_add_explicit(&t->changes, 1, memory_order_release);
}
