/* What a Core is made of, for its own files. */
#ifndef DDSP_PLUGIN_CORE_PARTS_H
#define DDSP_PLUGIN_CORE_PARTS_H
#include <stdatomic.h>

#include "plugin/bank.h"
#include "plugin/core.h"
#include "plugin/loader.h"
#include "plugin/tables.h"
#include "plugin/tuning_messages.h"

#define STEP 1024 /* samples rendered at once */

/* What the instrument is made from. */
typedef struct Request {
    int patch, room, trim;
} Request;

struct Core {
    CoreHost host;
    Bank bank;
    double rate; /* 0: stopped */
    int voices;
    Synth *synth; /* NULL: silent */
    void *memory;
    _Atomic float value[PARAMETERS];
    _Atomic uint64_t changed; /* a bit for each parameter that another thread has set */
    _Atomic int patch;        /* that is wanted; -1: none */
    _Atomic int offline;
    FlatTexts missing; /* the patch of a state that is not there */

    /* Loading: by whoever holds `busy`. */
    atomic_flag busy;
    Loaded *known;
    Request made;
    int any; /* something was made, or at least tried */
    _Atomic uint64_t wanted, done; /* codes of requests */
    _Atomic(Instrument *) trash;

    /* Audio side. */
    uint64_t asked; /* code of the request that the host was woken for */
    float *left, *right;
    int frames, at, sent;
    int silenced; /* what sounded of a patch that is not there any more */
    int64_t start;
    int64_t quiet; /* samples since something was heard */
    uint8_t bank_select[16][2];
    TuningMessages tuning;
    float out[2 * STEP];
};

/* core_block.c */
void core_send(Core *core, int at, int status, int a, int b); /* a channel message */
void core_look(Core *core, int at); /* whether there is work for another thread */
/* core_parameters.c */
void core_apply(Core *core, int at, int parameter);   /* audio side: what it does now */
void core_apply_all(Core *core);                      /* all that are not as a new synth has them */
/* core_patch.c */
uint64_t core_request(const Core *core);
void core_forget(Core *core); /* frees all instruments; the synth is gone */

#endif
