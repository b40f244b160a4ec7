/* From a flat file to an instrument for the host's rate. Allocates; not for the audio thread. */
#ifndef DDSP_PLUGIN_LOADER_H
#define DDSP_PLUGIN_LOADER_H
#include <stddef.h>

#include "plugin/flat.h"

typedef struct Loaded {
    Instrument *instrument;
    void *memory;
    struct Loaded *next;
} Loaded;

/* Zeroed memory, aligned to 64 bytes; *raw: what to free. NULL where there is none. */
void *loader_zeroed(size_t bytes, void **raw);
/* For a synth of so many voices. room: what the wet control adds, NULL or without channels: nothing. NULL if the layers
   do not fit together or the memory is full. */
Loaded *loader_instrument(const FlatPatch *patch, const FlatRoom *room, double rate, int voices, int trim);
void loader_free(Loaded *loaded);

#endif
