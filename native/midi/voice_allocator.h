/* Who sounds: keys, pedals and modes become starts, releases and steals of numbered voices. What a voice is, this file
   does not know: it tells a Player. */
#ifndef DDSP_VOICE_ALLOCATOR_H
#define DDSP_VOICE_ALLOCATOR_H
#include <stdint.h>

#define MAX_VOICES 64
#define MAX_SOUNDS 65 /* with the one that follows the input: MAX_VOICES + 1, which cffi cannot add */
#define MAX_KEYS 32 /* held keys that are remembered, to go back to in mono and legato */

typedef struct Player {
    void *self;
    /* Begin a note on a voice; what still sounds there fades out within a few milliseconds. */
    void (*start)(void *self, int voice, int64_t time, int channel, int note, int velocity);
    /* Another note in the same breath. bound: in legato. */
    void (*move)(void *self, int voice, int64_t time, int channel, int note, int velocity, int bound);
    /* Whether what sounds on a voice leads into the next note of its line, which then is a move. */
    int (*leads)(void *self, int voice, int64_t time);
    void (*release)(void *self, int voice, int64_t time);
    void (*stop)(void *self, int voice, int64_t time); /* fade out at once */
    float (*level)(void *self, int voice, int64_t time); /* how loud it is now, in any unit that orders voices */
} Player;

enum { VOICE_FREE, VOICE_RELEASED, VOICE_SUSTAINED, VOICE_HELD };

typedef struct VoiceSlot {
    int8_t state;
    uint8_t channel, note;
    uint8_t caught;  /* by the sostenuto pedal */
    int64_t started; /* count of starts: its age */
} VoiceSlot;

typedef struct Key {
    uint8_t channel, note, velocity;
} Key;

typedef struct VoiceAllocator {
    Player player;
    int count, mode;
    VoiceSlot slot[MAX_VOICES];
    uint8_t mono[16], legato[16]; /* CC126 and CC68, of channels */
    uint8_t sustain[16], sostenuto[16];
    Key keys[MAX_KEYS]; /* that are down, oldest first */
    int held;
    int64_t starts, steals;
} VoiceAllocator;

void voice_allocator_init(VoiceAllocator *v, Player player, int count, int mode);
void voice_allocator_note_on(VoiceAllocator *v, int64_t time, int channel, int note, int velocity);
void voice_allocator_note_off(VoiceAllocator *v, int64_t time, int channel, int note);
/* Where `from` still sounds, its voice goes over to the new key (CC84 before a note), and 1 is returned. */
int voice_allocator_lead(VoiceAllocator *v, int64_t time, int channel, int from, int note, int velocity);
void voice_allocator_sustain(VoiceAllocator *v, int64_t time, int channel, int down);
/* Holds the keys that are down when it goes down, and no others. */
void voice_allocator_sostenuto(VoiceAllocator *v, int64_t time, int channel, int down);
/* While on, a key that is pressed while another is held takes over that one's voice (CC68). */
void voice_allocator_legato(VoiceAllocator *v, int channel, int on);
/* One voice for the channel's keys, or many again (CC126 and CC127); lets go of what sounds. Where all channels share
   a voice, poly gives them all many. */
void voice_allocator_mono(VoiceAllocator *v, int64_t time, int channel, int on);
/* All channels as they were made for: CC126, CC127 and CC68 are forgotten. For when nothing sounds. */
void voice_allocator_reset_modes(VoiceAllocator *v, int mode);
void voice_allocator_all_notes_off(VoiceAllocator *v, int64_t time, int channel); /* as if every key were let go: pedals hold */
void voice_allocator_all_sound_off(VoiceAllocator *v, int64_t time, int channel);
/* Whether a channel's keys follow each other on one voice. */
int voices_in_line(const VoiceAllocator *v, int channel);
void voice_allocator_finished(VoiceAllocator *v, int voice); /* the player: a released voice has died away */

#endif
