/* A patch or a room from a flat file, as engine/kernel/flat.py writes it. Nothing that the file says is believed before
   it is checked. Not for the audio thread. */
#ifndef DDSP_PLUGIN_FLAT_H
#define DDSP_PLUGIN_FLAT_H
#include <stddef.h>

#include "api/instrument.h"

#define FLAT_NAME 72
#define FLAT_TITLE 408
#define FLAT_HASH 72

/* What a file is called. */
typedef struct FlatTexts {
    char name[FLAT_NAME], title[FLAT_TITLE], hash[FLAT_HASH];
} FlatTexts;

/* An impulse response: samples [channels, length] at `rate` Hz; channels 0: there is none. */
typedef struct FlatRoom {
    FlatTexts texts;
    double rate;
    int length, channels;
    const float *samples;
    void *memory;
} FlatRoom;

/* A patch at its own rate. `config` lacks what is the host's: rate, hop, voices, room. */
typedef struct FlatPatch {
    FlatTexts texts;
    double frame_rate;
    InstrumentConfig config;
    FlatRoom room; /* the patch's own */
    void *memory, *layers;
} FlatPatch;

/* Each function returns NULL, or a sentence's end that says why the file is refused; then nothing needs to be freed. */
const char *flat_read_texts(FlatTexts *texts, const char *path); /* looks at the beginning only */
const char *flat_read_patch(FlatPatch *patch, const char *path);
const char *flat_take_patch(FlatPatch *patch, char *data, size_t size); /* data: malloc'd, and the patch's from now on */
const char *flat_read_room(FlatRoom *room, const char *path);
void flat_free_patch(FlatPatch *patch);
void flat_free_room(FlatRoom *room);

#endif
