/* A synth on a stand, for the scenarios: renders through the audio callback and looks at every sample. */
#ifndef RIG_H
#define RIG_H
#include "tiny_instrument.h"

#define RATE 48000
#define MOST_BLOCK 4096
#define MOST_LOADED 64

#define CHECK(condition, ...) ((condition) ? (void)0 : fail(__FILE__, __LINE__, __VA_ARGS__))
_Noreturn void fail(const char *file, int line, const char *format, ...);

typedef struct Rig {
    Synth *synth;
    Instrument *loaded[MOST_LOADED]; /* all that are not yet retired, the newest last */
    int loaded_count, voices;
    int workers_on; /* delayed instruments are answered after every block */
    int64_t position;
    uint64_t hash;  /* of all samples so far */
    float peak;     /* since it was last set to 0 */
    uint32_t random;
    float (*sing)(int64_t position); /* what comes in, NULL: no input */
    int channels;   /* of the input */
} Rig;

Rig *rig_new(int voices, int mode);
void rig_free(Rig *rig);
void rig_load(Rig *rig, int delay_frames, uint32_t seed);
void rig_collect(Rig *rig);
int rig_send(Rig *rig, int64_t time, int status, int a, int b); /* as synth_send */
void rig_render(Rig *rig, int frames, int block, unsigned long flags);
uint32_t rig_random(Rig *rig, uint32_t below);
/* Lets go of everything on all channels, then checks that what is left falls below -90 dB. */
void rig_silence(Rig *rig);
SynthStats rig_stats(Rig *rig);

#endif
