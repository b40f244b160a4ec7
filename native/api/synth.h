/* The whole interface of the kernel. Python owns all memory: `*_bytes` tells how much, `*_init` fills zeroed memory
   aligned to 64 bytes, and nothing is allocated after that. A Synth plays one Instrument (a loaded patch) at a time. */
#ifndef DDSP_SYNTH_H
#define DDSP_SYNTH_H
#include <stddef.h>
#include <stdint.h>
#include "api/attributes.h"
#include "api/input_voice.h"
#include "api/instrument.h"
#include "api/mod_matrix.h"
#include "api/rack_settings.h"
#include "base/realtime.h"

typedef struct SynthConfig {
    double sample_rate;
    int block_size, voices; /* largest block of one step; 1 to 64 voices */
    int mode;               /* MODE_POLY ... */
    uint32_t seed;
    float join_seconds; /* of silence between two keys that legato bridges: 0 played live */
    const double *a_weighting; /* second-order sections [3, 6] at this rate, for what comes in; NULL: nothing will */
} SynthConfig;

#define MODE_POLY 0
#define MODE_MONO 1
#define MODE_LEGATO 2

#define MASTER_RESET 1  /* silence, and all as it was in the beginning but the room's level, zones and the tuning of keys */
#define MASTER_VOLUME 2 /* gain after everything, 0 to 1 */
#define MASTER_FINE 3   /* semitones that all notes are moved by ... */
#define MASTER_COARSE 4 /* ... and more of them */

#define LOAD_BINS 40 /* of the histogram below: each 5 % of the block's time, the last one and beyond */

typedef struct SynthStats {
    int64_t position; /* samples rendered */
    int64_t callbacks, xruns, late_frames, stolen_voices, dropped_events;
    int64_t load_histogram[LOAD_BINS]; /* callbacks by the share of the block's time that they took */
    int sounding_voices, swapping;
    float load, peak_load;             /* smoothed, and the highest since the last read */
    float peak_cpu;                    /* the same by the thread's own clock, where measured (synth_measure) */
    float peak;                        /* highest |sample| since the last read */
    float delay_ms;                    /* of the decoder: 0 unless a worker decodes */
    float reduction_db;                /* by which the rack's compressor lowers most since the last read, 0 or less */
} SynthStats;

/* What one voice does now. */
typedef struct VoiceReading {
    int voice, channel, note;
    int held;          /* its key is down, or a pedal holds it */
    int64_t onset;     /* sample at which it began */
    float pitch;       /* MIDI note, bends and vibrato included */
    float loudness_db; /* that is asked for, before volume and pan */
} VoiceReading;

typedef struct Tap Tap;

size_t synth_bytes(const SynthConfig *config);
Synth *synth_init(void *memory, const SynthConfig *config);
/* Any thread but the audio thread. */
/* Fades the instrument in from the next block, or when the swap before it is over. Returns one that was still waiting
   for that and will now never be played, or NULL. */
Instrument *synth_load(Synth *synth, Instrument *instrument);
Instrument *synth_retired(Synth *synth); /* one that the audio thread has let go of, or NULL */
/* A short MIDI message, 1 to 3 bytes. time: its sample, negative for as soon as possible. 0 where the queue is full. */
int synth_send(Synth *synth, int64_t time, const uint8_t *bytes, int size);
/* What gestures do from the next block on, to notes that sound as well; nothing until this is called. One thread at a
   time. */
void synth_map(Synth *synth, const ModMatrix *map);
/* What the rack of the whole instrument does from the next frame on; nothing until this is called. One thread at a
   time. */
void synth_rack(Synth *synth, const RackSettings *settings);
/* The pitch of every key on every channel, [16, 128] MIDI notes, below 0 for a mute key. `sounding`: notes that sound
   follow within a frame, else only those that begin. */
void synth_tune(Synth *synth, const float *pitches, int sounding);
/* The sample at which what arrived at `seconds` of the monotonic clock is played: exactly one block later. Negative
   before the first block. */
int64_t synth_event_time(Synth *synth, double seconds);
int synth_send_live(Synth *synth, double seconds, const uint8_t *bytes, int size);
/* A note-on that sounds `cents` above its key's pitch, with its attributes (NULL: none are set), and its length in
   seconds: 0 where that is not known, negative where it is guessed. */
int synth_send_note(Synth *synth, int64_t time, int channel, int note, int velocity, float cents, float seconds,
                    const Attributes *attributes);
/* What one sounding note adds to a target of the modulation matrix (MOD_PITCH ...), in that target's unit, until it ends.
   0 where the queue is full. */
int synth_send_expression(Synth *synth, int64_t time, int channel, int note, int target, float value);
/* A change of the whole synth, in its place among the messages. 0 where the queue is full. */
int synth_send_master(Synth *synth, int64_t time, int what, float value);
/* How much of the patch's performer is heard, 0 to 1. */
void synth_perform(Synth *synth, float amount);
/* How notes of a line follow each other, and how their vibrato goes: 0, as if each stood alone, to 1, with all that
   players differ by from note to note. For notes to come. */
void synth_express(Synth *synth, float amount);
/* How much notes move by themselves, 0 to 1. */
void synth_life(Synth *synth, float amount);
void synth_read_stats(Synth *synth, SynthStats *stats); /* peaks begin anew */
/* The voices that sound, [voices of the synth + 1] at the most, as one may follow the input, and how many they are. */
int synth_read_voices(Synth *synth, VoiceReading *readings);
/* From the next block on, all that is played goes through this tap too, for as long as the synth lives. */
void synth_tap(Synth *synth, Tap *tap);
size_t tap_bytes(int frames); /* of a tap that remembers at least so many */
Tap *tap_init(void *memory, int frames);
int64_t tap_written(Tap *tap); /* frames so far */
/* Copies up to `frames` from frame `from` on, [frames, 2], and returns how many; -1 where some are no longer there. */
int tap_read(Tap *tap, int64_t from, float *out, int frames);
int64_t synth_position(Synth *synth); /* samples rendered */
int64_t synth_callbacks(Synth *synth);
void synth_measure(Synth *synth, int on); /* take the thread's clock in each callback: a system call, for tests only */
/* SCHED_FIFO for the thread that calls back now, where the system grants it: its priority then, 0 where not, -1 before
   the first callback. Only while that thread runs. */
int synth_raise_priority(Synth *synth, int priority);
/* Audio thread, or offline the caller's. */
void synth_render(Synth *synth, float *out, int frames) NONBLOCKING; /* [frames, 2] */
/* A PaStreamCallback; user is the Synth. */
int synth_callback(const void *in, void *out, unsigned long frames, const void *time_info, unsigned long flags,
                   void *user) NONBLOCKING;

#endif
