/* What was played, for meters and recorders: a ring of the last samples that the audio thread writes and any number of
   others read, each at its own place. The writer waits for nobody; a reader that came too late is told so. */
#ifndef DDSP_TAP_H
#define DDSP_TAP_H
#include <stdatomic.h>

#include "api/synth.h"
#include "base/arena.h"

struct Tap {
    _Atomic float *sample; /* [size, 2] */
    int64_t size;          /* frames, a power of two */
    _Atomic int64_t begun, written; /* frames; between the two the writer is at work */
};

void tap_write(Tap *t, const float *frames, int count); /* audio thread; [count, 2] */

#endif
