/* The plug-in in a browser: what an AudioWorklet calls. Compiled to WebAssembly only, by tools/web/build.py; each page has
   one instance. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/core_parts.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define LARGEST 4096 /* samples of a block */

static Core *core;
static float sound[2][LARGEST];
static char sentence[512]; /* the newest one for the page's log */

static void log_for_core(void *self, const char *text) {
    (void)self;
    snprintf(sentence, sizeof sentence, "%s", text);
}

static int wake(void *self) { return (void)self, 1; }

/* 1, or 0 where the memory is full. Patches are loaded where they are asked for: there is no other thread. */
EXPORT(web_start) int web_start(double rate) {
    core = core_new("", (CoreHost){NULL, log_for_core, wake});
    if (!core) return 0;
    sentence[0] = 0; /* that there are no patches yet is no news here */
    core_offline(core, 1);
    core_start(core, rate);
    return core->synth != NULL;
}

EXPORT(web_memory) void *web_memory(size_t bytes) { return malloc(bytes); }

/* A flat file in web_memory, which it takes over; the patch's number, -1 if it is refused. */
EXPORT(web_add) int web_add(char *data, size_t size) { return bank_add_data(&core->bank, data, size); }

EXPORT(web_begin) void web_begin(int frames) { core_begin(core, sound[0], sound[1], frames < LARGEST ? frames : LARGEST); }
EXPORT(web_set) void web_set(int at, int parameter, float value) { core_parameter(core, at, parameter, value); }
EXPORT(web_midi) void web_midi(int at, int status, int a, int b) {
    const uint8_t bytes[3] = {(uint8_t)status, (uint8_t)a, (uint8_t)b};
    core_midi(core, at, bytes, (status & 0xE0) == 0xC0 ? 2 : 3);
}
EXPORT(web_end) void web_end(void) { core_end(core); }
EXPORT(web_sound) float *web_sound(int channel) { return sound[channel & 1]; }
EXPORT(web_sentence) const char *web_sentence(void) { return sentence; }
