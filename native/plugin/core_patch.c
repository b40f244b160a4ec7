/* The patch that is played: wanted by a parameter, a program change or a state; made off the audio thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/core_parts.h"

static uint64_t code_of(Request r) { return (uint64_t)(r.patch + 1) << 8 | (uint64_t)r.room << 1 | (uint64_t)r.trim; }

static Request request_of(uint64_t code) { return (Request){(int)(code >> 8) - 1, (int)(code >> 1) & 127, (int)(code & 1)}; }

uint64_t core_request(const Core *core) {
    return code_of((Request){atomic_load(&core->patch), (int)core_get(core, P_ROOM_KIND), (int)core_get(core, P_TRIM)});
}

static void say(Core *core, const char *what, const char *which, const char *why) {
    char sentence[BANK_PATH + 512];
    snprintf(sentence, sizeof sentence, "%s%s %s.", what, which, why);
    core->host.log(core->host.self, sentence);
}

static void let_go(Core *core, const Instrument *instrument) {
    for (Loaded **at = &core->known; *at; at = &(*at)->next)
        if ((*at)->instrument == instrument) {
            Loaded *gone = *at;
            *at = gone->next;
            loader_free(gone);
            return;
        }
}

/* The room that the control adds: 1 where it was read from a file of its own, and must be freed. */
static int find_room(Core *core, int which, FlatPatch *patch, FlatRoom *room) {
    char path[BANK_PATH];
    *room = patch->room; /* "own" */
    if (which == 0) return 0;
    memset(room, 0, sizeof *room);
    if (which == 1 || !bank_room_path(&core->bank, room_names[which], path)) return 0; /* "none" */
    const char *problem = flat_read_room(room, path);
    if (problem) say(core, "The room ", path, problem);
    return !problem;
}

static Loaded *make(Core *core, Request request) {
    if (request.patch < 0 || request.patch >= core->bank.count) return NULL;
    const BankEntry *entry = &core->bank.entries[request.patch];
    const char *file = entry->path ? entry->path : entry->texts.name;
    FlatPatch patch;
    FlatRoom room;
    const char *problem = bank_read(&core->bank, request.patch, &patch);
    if (problem) {
        say(core, "The patch ", file, problem);
        return NULL;
    }
    const int own = find_room(core, request.room, &patch, &room);
    Loaded *made = loader_instrument(&patch, &room, core->rate, core->voices, request.trim);
    if (!made) say(core, "The patch ", file, "cannot be played: its layers do not fit, or the memory is full");
    if (own) flat_free_room(&room);
    flat_free_patch(&patch);
    return made;
}

static void load(Core *core, uint64_t code) {
    Loaded *made = core->synth ? make(core, request_of(code)) : NULL;
    if (made) {
        made->next = core->known;
        core->known = made;
        Instrument *unplayed = synth_load(core->synth, made->instrument);
        if (unplayed) let_go(core, unplayed);
    }
    atomic_store(&core->done, code);
}

static void collect(Core *core) {
    Instrument *gone = atomic_exchange(&core->trash, NULL);
    if (gone) let_go(core, gone);
}

void core_work(Core *core) {
    /* Whoever comes while another is at work leaves it to that one, which looks again before it ends. */
    do {
        if (atomic_flag_test_and_set(&core->busy)) return;
        collect(core);
        for (uint64_t code; core->synth && (code = core_request(core)) != atomic_load(&core->done);) load(core, code);
        atomic_flag_clear(&core->busy);
    } while (atomic_load(&core->trash) || (core->synth && core_request(core) != atomic_load(&core->done)));
}

void core_forget(Core *core) {
    while (core->known) {
        Loaded *gone = core->known;
        core->known = gone->next;
        loader_free(gone);
    }
    atomic_store(&core->trash, NULL);
}
