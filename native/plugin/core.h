/* The plug-in without its host's interface: events at samples of a block, parameters, state, patches. lv2.c and clap.c
   put the interfaces around it.

   Two sides. The audio side calls core_begin, then events in order, then core_end; it allocates nothing and waits for
   nobody. Other threads call all else; the two never share more than atomics and the kernel's own queues. */
#ifndef DDSP_PLUGIN_CORE_H
#define DDSP_PLUGIN_CORE_H
#include <stddef.h>
#include <stdint.h>

#include "api/synth.h"

#define CORE_STATE 4096 /* bytes of a state, at most */

typedef struct Core Core;

typedef struct CoreHost {
    void *self;
    void (*log)(void *self, const char *sentence); /* never called from the audio thread */
    int (*wake)(void *self); /* on the audio thread: let core_work be called soon on another; 0 where that failed */
} CoreHost;

/* folder: of the bank, NULL for the user's. NULL where the memory is full. */
Core *core_new(const char *folder, CoreHost host);
void core_free(Core *core);
/* Gets ready to play at a rate. A rate that no patch can be played at is logged, and the core stays silent. */
void core_start(Core *core, double rate);
void core_stop(Core *core); /* the audio side has ended */
/* Loads the patch that is wanted, and frees those that are no longer played. */
void core_work(Core *core);
/* While the host renders faster or slower than time, a patch is loaded at its very sample, however long that takes. */
void core_offline(Core *core, int on);

int core_patches(const Core *core);
const char *core_patch_title(const Core *core, int patch); /* "" where there is none */
void core_set(Core *core, int parameter, float value);
float core_get(const Core *core, int parameter);
/* Writes the state as text; returns its size, at most CORE_STATE. */
size_t core_save(Core *core, char to[CORE_STATE]);
/* NULL, or a sentence that says why the state is not one; then nothing was changed. A patch that is not there is logged,
   and the core stays silent until another is chosen. */
const char *core_restore(Core *core, const char *text, size_t size);

/* A parameter's value as a text to show, whatever the locale, and back. 0 where there is no such text or value. */
int core_to_text(const Core *core, int parameter, float value, char *text, size_t size);
int core_from_text(const Core *core, int parameter, const char *text, float *value);

/* Audio side. Outputs may be NULL. `at`: a sample of this block; events come in order. */
void core_begin(Core *core, float *left, float *right, int frames) NONBLOCKING;
void core_parameter(Core *core, int at, int parameter, float value) NONBLOCKING;
void core_midi(Core *core, int at, const uint8_t *bytes, int size) NONBLOCKING; /* system exclusive, too */
void core_note(Core *core, int at, int channel, int key, double velocity) NONBLOCKING; /* 0: lets go */
void core_expression(Core *core, int at, int channel, int key, int target, float value) NONBLOCKING; /* MOD_PITCH ... */
void core_silence(Core *core) NONBLOCKING; /* all notes, at once */
void core_end(Core *core) NONBLOCKING;
int core_is_silent(const Core *core); /* nothing sounds, and nothing has for a while */
int core_voices(Core *core, VoiceReading readings[64 + 1]);
int core_delay(const Core *core); /* samples: 0 */
uint32_t core_tail(const Core *core); /* samples that may sound after the last key, at most */

#endif
