/* The ring between the stages for decoders that run in a worker: control frames wait here, per voice, until they are
   due; the worker takes requests and writes what it decoded beside them. One audio thread, one worker, no locks. */
#ifndef DDSP_FRAME_QUEUE_H
#define DDSP_FRAME_QUEUE_H
#include <stdatomic.h>
#include "instrument/voice_renderer.h"

#define FRAME_SLOTS 32 /* per voice, a power of two: far more than any delay */

enum { SLOT_FREE, SLOT_REQUESTED, SLOT_READY };

typedef struct FrameSlot {
    _Atomic int state;
    int64_t due; /* position at which it begins to sound */
    VoiceFrame frame;
    uint32_t answered; /* which of the voice's frames was decoded: a very late answer is to one long gone */
    float *decoded;    /* [1 + K + M] */
} FrameSlot;

typedef struct FrameRequest {
    int voice, starts;
    uint32_t index; /* of the voice's frames */
    float f0_scaled, loudness_scaled;
} FrameRequest;

typedef struct FrameQueue {
    int voices, harmonics, bands;
    FrameSlot *slot;       /* [voices, FRAME_SLOTS] */
    uint32_t *head, *tail; /* [voices]: next to push and to play; audio thread's own */
    int *late;             /* [voices]: frames in a row that the worker was late */
    int *starts;            /* [voices]: the next request begins a note, although its frame may not */
    float *scale;          /* [voices]: of a held frame's amplitudes, while it decays */
    float *current;        /* [voices, 1 + K + M]: what sounds, safe from the worker */
    FrameRequest *request; /* single producer, single consumer */
    uint32_t mask;
    _Atomic uint32_t pushed, taken;
    FrameRequest *batch;   /* the worker's: what it works on */
    int batch_size;
} FrameQueue;

void frame_queue_init(FrameQueue *f, Arena *arena, int voices, int harmonics, int bands);
/* Audio thread: queue a frame and ask for its decoding. */
void frame_queue_push(FrameQueue *f, int voice, int64_t due, const VoiceFrame *frame, float f0_scaled, float loudness_scaled);
/* Audio thread: when the voice's next frame is due, or INT64_MAX. */
int64_t frame_queue_due(const FrameQueue *f, int voice);
/* Audio thread: whether that frame begins a note; what sounds must then be cut off before it is taken. */
int frame_queue_starts(const FrameQueue *f, int voice);
/* Audio thread: takes that frame. Where the worker is late, what it decoded last is held, decays after `hold_frames`,
   and 1 is returned. */
int frame_queue_take(FrameQueue *f, int voice, int hold_frames, VoiceFrame *frame);
/* Audio thread: forget what waits for a voice. */
void frame_queue_drop(FrameQueue *f, int voice);
/* Worker. */
int frame_queue_requests(FrameQueue *f, int most, int *voices, int *starts, float *f0_scaled, float *loudness_scaled);
void frame_queue_answer(FrameQueue *f, int count, const float *amplitude, const float *distribution, const float *magnitudes);

#endif
