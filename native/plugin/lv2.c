/* The plug-in as an LV2: a port of MIDI, two of sound, and one for each parameter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/clap_abi.h" /* PLUGIN_EXPORT */
#include "plugin/core.h"
#include "plugin/lv2_abi.h"
#include "plugin/tables.h"

#define URI "urn:ddsp-live:instrument"
#define STATE_KEY "urn:ddsp-live:state"

/* engine/plugins/bundle.py describes them to hosts. */
enum { PORT_EVENTS, PORT_LEFT, PORT_RIGHT, PORT_FREEWHEEL, FIRST_PARAMETER };

typedef struct Instance {
    Core *core;
    double rate;
    const Lv2Sequence *events;
    float *left, *right;
    const float *freewheel, *parameter[PARAMETERS];
    float seen[PARAMETERS];
    int restored; /* the patch is the state's until its port moves */
    int no_stereo, logged;
    const Lv2Schedule *schedule;
    const Lv2Log *log;
    uint32_t midi, string, warning, key;
} Instance;

static void log_for_core(void *self, const char *sentence) {
    const Instance *it = self;
    if (it->log) it->log->print(it->log->handle, it->warning, "%s\n", sentence);
}

static int wake(void *self) {
    const Instance *it = self;
    return !it->schedule->schedule(it->schedule->handle, 0, NULL);
}

static void *feature(const Lv2Feature *const *features, const char *uri) {
    for (; features && *features; features++)
        if (!strcmp((*features)->uri, uri)) return (*features)->data;
    return NULL;
}

static void *instantiate(const Lv2Descriptor *descriptor, double rate, const char *bundle, const Lv2Feature *const *features) {
    (void)descriptor, (void)bundle;
    const Lv2Map *map = feature(features, LV2_MAP);
    const Lv2Schedule *schedule = feature(features, LV2_SCHEDULE);
    Instance *it = map && schedule ? calloc(1, sizeof *it) : NULL;
    if (!it) return NULL;
    it->schedule = schedule;
    it->log = feature(features, LV2_LOG);
    it->midi = map->map(map->handle, LV2_MIDI_EVENT);
    it->string = map->map(map->handle, LV2_ATOM_STRING);
    it->warning = map->map(map->handle, LV2_WARNING);
    it->key = map->map(map->handle, STATE_KEY);
    it->rate = rate;
    for (int i = 0; i < PARAMETERS; i++) it->seen[i] = NAN;
    it->core = core_new(NULL, (CoreHost){it, log_for_core, wake});
    if (it->core) {
        core_start(it->core, rate);
        return it;
    }
    free(it);
    return NULL;
}

static void connect(void *instance, uint32_t port, void *data) {
    Instance *it = instance;
    if (port == PORT_EVENTS) it->events = data;
    else if (port == PORT_LEFT) it->left = data;
    else if (port == PORT_RIGHT) it->right = data;
    else if (port == PORT_FREEWHEEL) it->freewheel = data;
    else if (port < FIRST_PARAMETER + PARAMETERS) it->parameter[port - FIRST_PARAMETER] = data;
}

/* How many voices there are is settled here. */
static void activate(void *instance) {
    Instance *it = instance;
    const float *voices = it->parameter[P_VOICES];
    if (!voices || *voices == core_get(it->core, P_VOICES)) return;
    core_set(it->core, P_VOICES, *voices);
    core_start(it->core, it->rate);
}

static void read_ports(Instance *it) {
    if (it->freewheel) core_offline(it->core, *it->freewheel > 0);
    for (int i = 0; i < PARAMETERS; i++) {
        if (!it->parameter[i]) continue;
        const float value = *it->parameter[i];
        if (value == it->seen[i]) continue;
        it->seen[i] = value;
        if (i == P_PATCH && it->restored) it->restored = 0;
        else if (value == value) core_parameter(it->core, 0, i, value);
    }
}

static void read_events(Instance *it, uint32_t frames) {
    const Lv2Sequence *s = it->events;
    if (!s || s->atom.size < sizeof *s - sizeof s->atom) return;
    const char *at = (const char *)(s + 1), *end = (const char *)&s->unit + s->atom.size;
    while (end - at >= (ptrdiff_t)sizeof(Lv2Event)) {
        const Lv2Event *event = (const Lv2Event *)(const void *)at;
        const uint32_t size = event->body.size;
        if (size > (size_t)(end - at) - sizeof *event) return;
        const int64_t last = frames ? (int64_t)frames - 1 : 0;
        const int sample = (int)(event->frames < 0 ? 0 : event->frames > last ? last : event->frames);
        if (event->body.type == it->midi && size < 65536)
            core_midi(it->core, sample, (const uint8_t *)(event + 1), (int)size);
        at += sizeof *event + ((size_t)size + 7) / 8 * 8;
    }
}

static void run(void *instance, uint32_t frames) NONBLOCKING {
    Instance *it = instance;
    if (!it->no_stereo && frames && (!it->left || !it->right)) it->no_stereo = wake(it);
    core_begin(it->core, it->left, it->right, (int)frames);
    read_ports(it);
    read_events(it, frames);
    core_end(it->core);
}

static void deactivate(void *instance) {
    Instance *it = instance;
    core_begin(it->core, NULL, NULL, 0);
    core_silence(it->core);
    core_end(it->core);
}

static void cleanup(void *instance) {
    core_free(((Instance *)instance)->core);
    free(instance);
}

static int work(void *instance, int (*respond)(void *, uint32_t, const void *), void *handle, uint32_t size, const void *data) {
    Instance *it = instance;
    (void)respond, (void)handle, (void)size, (void)data;
    core_work(it->core);
    if (it->no_stereo && !it->logged) {
        it->logged = 1;
        log_for_core(it, "ddsp-live has a stereo output and the host connects none: it stays silent.");
    }
    return 0;
}

static int response(void *instance, uint32_t size, const void *data) {
    (void)instance, (void)size, (void)data;
    return 0;
}

static int save(void *instance, Lv2Store *store, void *handle, uint32_t flags, const Lv2Feature *const *features) {
    Instance *it = instance;
    char state[CORE_STATE + 1];
    (void)flags, (void)features;
    const size_t size = core_save(it->core, state);
    state[size] = 0;
    return store(handle, it->key, state, size + 1, it->string, LV2_PLAIN | LV2_PORTABLE);
}

static int restore(void *instance, Lv2Retrieve *retrieve, void *handle, uint32_t flags, const Lv2Feature *const *features) {
    Instance *it = instance;
    size_t size = 0;
    uint32_t type = 0, stored = 0;
    (void)flags, (void)features;
    const char *state = retrieve(handle, it->key, &size, &type, &stored);
    if (!state) return LV2_DONE; /* a session from before the plug-in had one */
    const char *problem = type == it->string && size && !state[size - 1] ? core_restore(it->core, state, size - 1)
                                                                        : "The session's state of ddsp-live is damaged.";
    if (problem) log_for_core(it, problem);
    else it->restored = 1;
    it->seen[P_PATCH] = NAN;
    return problem ? LV2_FAILED : LV2_DONE;
}

static const void *extension(const char *uri) {
    static const Lv2Work work_extension = {work, response, NULL};
    static const Lv2State state_extension = {save, restore};
    return !strcmp(uri, LV2_WORK) ? (const void *)&work_extension : !strcmp(uri, LV2_STATE) ? &state_extension : NULL;
}

PLUGIN_EXPORT const Lv2Descriptor *lv2_descriptor(uint32_t index);
PLUGIN_EXPORT const Lv2Descriptor *lv2_descriptor(uint32_t index) {
    static const Lv2Descriptor descriptor = {URI, instantiate, connect, activate, run, deactivate, cleanup, extension};
    return index ? NULL : &descriptor;
}
