/* What clap.c and clap_extensions.c share. */
#ifndef DDSP_PLUGIN_CLAP_PLUGIN_H
#define DDSP_PLUGIN_CLAP_PLUGIN_H
#include <stdatomic.h>

#include "plugin/clap_abi.h"
#include "plugin/core.h"
#include "plugin/tables.h"

#define MOST_NOTES 128

/* A note of the host's, until its end was reported. */
typedef struct ClapHeldNote {
    int32_t id;
    int16_t port, channel, key;
    int16_t state; /* HELD_... */
} ClapHeldNote;

typedef struct ClapInstance {
    ClapPlugin plugin;
    const ClapHost *host;
    Core *core;
    ClapHeldNote notes[MOST_NOTES];
    int note_count;
    _Atomic int no_stereo; /* 1: the host gives no stereo output; 2: and that was logged */
    _Atomic int rescan;    /* a program change moved the patch */
    float shown_patch;     /* that the host was last told of */
    int processing;
} ClapInstance;

static inline ClapInstance *clap_instance(const ClapPlugin *plugin) { return plugin->data; }

/* One event of the host's; at: its sample in the block. Audio thread, or the main thread while not active. */
void clap_take_event(ClapInstance *it, const ClapEvent *event, int at);
int clap_parameter(uint32_t id); /* its place in the table, -1: there is none */
const void *clap_extension(const ClapPlugin *plugin, const char *id);
void clap_log(ClapInstance *it, const char *sentence);

#endif
