/* A vibrato whose rate drifts, and the quick unsteadiness of a played pitch: closed forms of time. A change of the rate
   begins a new piece where the last one ends. */
#ifndef DDSP_VIBRATO_H
#define DDSP_VIBRATO_H
#include <stdint.h>

typedef struct Vibrato {
    uint32_t seed;     /* of the drift and the jitter, through a whole breath */
    float hz, wander;  /* of this piece: the rate, and its deviation as a share */
    float phase;       /* where it begins ... */
    float from;        /* ... seconds after the breath's beginning */
} Vibrato;

/* The phase so many seconds after the breath's beginning. */
float vibrato_phase(const Vibrato *v, float seconds);
/* Another rate from now on. */
void vibrato_change(Vibrato *v, float seconds, float hz, float wander);
/* Of deviation 1 between 12 and 60 Hz, and little below. */
float vibrato_jitter(const Vibrato *v, float seconds);

#endif
