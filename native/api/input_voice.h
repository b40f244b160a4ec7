/* Sound that comes in: a voice of its own follows its pitch, or it is cut into notes. */
#ifndef DDSP_API_INPUT_VOICE_H
#define DDSP_API_INPUT_VOICE_H
#include <stdint.h>
#include "api/attributes.h"
#include "api/mod_matrix.h"
#include "base/realtime.h"

typedef struct Synth Synth;

#define FOLLOW_OFF 0
#define FOLLOW_PITCH 1
#define FOLLOW_NOTES 2
#define FOLLOW_CONTROL 3 /* it moves what the modulation matrix has for it, and plays no note */
#define MAP_SIZE 41      /* loudness -80, -78 ... 0 dB */
#define SCALE_SIZE 128
#define HEARD_PITCHES 128

/* A note that was heard: its key went down, or up again, and then how it was played. */
typedef struct DetectedNote {
    int64_t time; /* sample */
    int down, note, velocity, channel;
    float seconds;
    Attributes played; /* of one that went down its volume only */
} DetectedNote;

typedef struct InputStats {
    float f0_hz, aperiodicity, loudness_db; /* as heard; f0 the last one there was */
    float pitch;                            /* as played, MIDI notes */
    float peak;                             /* highest |sample| that came in since it was begun anew */
    float duck_db;                          /* what the output is lowered by against feedback, <= 0 */
    float delay_ms;                         /* from a pitch to the voice that follows it, without the device's */
    float gestures[MOD_INPUTS];             /* where its sources are as a controller, 0 .. 1 */
    int voiced, howls;
    int64_t clipped, missed_notes;          /* samples at full scale; notes that nobody took */
    int64_t loudness[MAP_SIZE], pitches[HEARD_PITCHES]; /* voiced frames so far, by loudness and by MIDI note, as heard */
} InputStats;

/* The input's channels, and the one that is heard. */
void synth_listen(Synth *synth, int channels, int channel);
/* What to do with it: shift in semitones; snap from 0, as sung, to 1, on the scale; from which loudness there can be a
   note. channel: whose controllers apply, and on which notes are played. */
void synth_follow(Synth *synth, int mode, int channel, float shift, float snap, float gate_db);
/* By the loudness that is heard, -80 to 0 dB in steps of 2, what the decoder is told and how loud it is to be. */
void synth_follow_loudness(Synth *synth, const float *decoder_db, const float *target_db);
/* The loudness that moves a controller all the way. */
void synth_follow_loudest(Synth *synth, float loudest_db);
void synth_follow_scale(Synth *synth, const float *notes, int count); /* MIDI notes, at most SCALE_SIZE */
void synth_read_input(Synth *synth, InputStats *stats, int anew); /* whether the peak begins anew */
int synth_take_note(Synth *synth, DetectedNote *note);     /* one thread; 0 where there is none */
/* What comes in while the next render goes out, [frames, channels]; otherwise there is silence. */
void synth_hear(Synth *synth, const float *samples) NONBLOCKING;

#endif
