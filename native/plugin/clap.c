/* The plug-in as a CLAP: notes with their expressions, MIDI and MPE, parameters at their samples. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/clap_plugin.h"

enum { HELD_DOWN, HELD_RELEASED };
enum { LAW_LINEAR, LAW_GAIN, LAW_LEVEL };
#define SHUT_DB -200.0f

/* What a note expression moves, from `low` at 0 to `high` at 1. */
static const struct { int target, law; float low, high; } expressions[CLAP_EXPRESSIONS] = {
    [CLAP_OF_VOLUME] = {MOD_GAIN, LAW_GAIN, 0, 0},
    [CLAP_OF_PAN] = {MOD_PAN, LAW_LINEAR, -1, 1},
    [CLAP_OF_TUNING] = {MOD_PITCH, LAW_LINEAR, 0, 1}, /* semitones as they are */
    [CLAP_OF_VIBRATO] = {MOD_VIBRATO, LAW_LINEAR, 0, 50},
    [CLAP_OF_EXPRESSION] = {MOD_LEVEL, LAW_LEVEL, 0, 0},
    [CLAP_OF_BRIGHTNESS] = {MOD_BRIGHTNESS, LAW_LINEAR, -1, 1},
    [CLAP_OF_PRESSURE] = {MOD_VOLUME, LAW_LINEAR, 0, 1},
};

static float moved(int expression, double value) {
    const int law = expressions[expression].law;
    if (law == LAW_LINEAR)
        return (float)(expressions[expression].low + value * (expressions[expression].high - expressions[expression].low));
    return value > 0 ? fmaxf(SHUT_DB, (law == LAW_GAIN ? 20.0f : 40.0f) * log10f((float)value)) : SHUT_DB;
}

static int matches(const ClapHeldNote *note, int32_t id, int port, int channel, int key) {
    if (id >= 0 && note->id >= 0) return note->id == id;
    return (port < 0 || note->port == port) && (channel < 0 || note->channel == channel) && (key < 0 || note->key == key);
}

static void note_on(ClapInstance *it, const ClapNote *e, int at) {
    const int channel = e->channel < 0 ? 0 : e->channel & 15;
    if (e->key < 0 || e->key > 127) return;
    if (it->note_count < MOST_NOTES)
        it->notes[it->note_count++] = (ClapHeldNote){e->id, e->port, (int16_t)channel, e->key, HELD_DOWN};
    core_note(it->core, at, channel, e->key, fmax(e->velocity, 1e-3));
}

static void note_off(ClapInstance *it, const ClapNote *e, int at) {
    int found = 0;
    for (int i = 0; i < it->note_count; i++) {
        ClapHeldNote *note = &it->notes[i];
        if (note->state != HELD_DOWN || !matches(note, e->id, e->port, e->channel, e->key)) continue;
        note->state = HELD_RELEASED;
        core_note(it->core, at, note->channel, note->key, 0);
        found = 1;
    }
    if (!found && e->key >= 0) core_note(it->core, at, e->channel < 0 ? 0 : e->channel, e->key, 0);
}

static void express(ClapInstance *it, const ClapNoteExpression *e, int at) {
    if (e->expression < 0 || e->expression >= CLAP_EXPRESSIONS) return;
    const float value = moved(e->expression, e->value);
    for (int i = 0; i < it->note_count; i++) {
        const ClapHeldNote *note = &it->notes[i];
        if (matches(note, e->id, e->port, e->channel, e->key))
            core_expression(it->core, at, note->channel, note->key, expressions[e->expression].target, value);
    }
}

static void parameter(ClapInstance *it, const ClapParameterValue *e, int at) {
    const float voices = core_get(it->core, P_VOICES);
    const int which = clap_parameter(e->parameter);
    core_parameter(it->core, at, which, (float)e->value);
    if (which == P_PATCH) it->shown_patch = core_get(it->core, P_PATCH);
    if (it->processing && core_get(it->core, P_VOICES) != voices) it->host->restart(it->host);
}

void clap_take_event(ClapInstance *it, const ClapEvent *e, int at) {
    if (!e || e->space != 0) return;
    const void *event = e;
    switch (e->type) {
    case CLAP_NOTE_ON: note_on(it, event, at); break;
    case CLAP_NOTE_OFF:
    case CLAP_NOTE_CHOKE: note_off(it, event, at); break;
    case CLAP_NOTE_EXPRESSION: express(it, event, at); break;
    case CLAP_PARAMETER_VALUE: parameter(it, event, at); break;
    case CLAP_MIDI: core_midi(it->core, at, ((const ClapMidi *)event)->data, 3); break;
    case CLAP_SYSEX:
        if (((const ClapSysex *)event)->data)
            core_midi(it->core, at, ((const ClapSysex *)event)->data,
                      ((const ClapSysex *)event)->size < 65536 ? (int)((const ClapSysex *)event)->size : 0);
        break;
    default: break;
    }
}

static int sounds(const VoiceReading *voices, int count, const ClapHeldNote *note) {
    for (int i = 0; i < count; i++)
        if (voices[i].channel == note->channel && voices[i].note == note->key) return 1;
    return 0;
}

/* Tells the host of notes that have died away, and of a patch that a program change chose. */
static void answer(ClapInstance *it, const ClapOutputEvents *to, uint32_t frames) {
    VoiceReading voices[64 + 1];
    const int count = it->note_count ? core_voices(it->core, voices) : 0;
    const uint32_t last = frames ? frames - 1 : 0;
    int left = 0;
    for (int i = 0; i < it->note_count; i++) {
        const ClapHeldNote *note = &it->notes[i];
        const int ended = note->state == HELD_RELEASED && !sounds(voices, count, note);
        const ClapNote event = {{sizeof event, last, 0, CLAP_NOTE_ENDED, 0}, note->id, note->port, note->channel, note->key, 0};
        if (!ended || (to && !to->push(to, &event.header))) it->notes[left++] = *note;
    }
    it->note_count = left;
    const float patch = core_get(it->core, P_PATCH);
    if (patch == it->shown_patch) return;
    const ClapParameterValue event = {{sizeof event, last, 0, CLAP_PARAMETER_VALUE, 0}, parameters[P_PATCH].id, NULL, -1, -1, -1, -1, patch};
    if (to && to->push(to, &event.header)) it->shown_patch = patch;
}

/* The two outputs; where there are none, all that is there is made silent. */
static void outputs(ClapInstance *it, const ClapProcess *block, float **left, float **right) {
    *left = *right = NULL;
    for (uint32_t port = 0; port < block->output_count; port++) {
        const ClapAudio *out = &block->outputs[port];
        for (uint32_t c = 0; out->single && c < out->channels; c++) {
            float *samples = out->single[c];
            if (port == 0 && out->channels >= 2 && c < 2) *(c ? right : left) = samples;
            else if (samples) memset(samples, 0, block->frames * sizeof *samples);
        }
        for (uint32_t c = 0; !out->single && out->doubled && c < out->channels; c++)
            memset(out->doubled[c], 0, block->frames * sizeof **out->doubled);
    }
    if ((*left && *right) || atomic_load_explicit(&it->no_stereo, memory_order_relaxed)) return;
    atomic_store(&it->no_stereo, 1);
    it->host->callback(it->host);
}

static int32_t process(const ClapPlugin *plugin, const ClapProcess *block) NONBLOCKING {
    ClapInstance *it = clap_instance(plugin);
    float *left, *right;
    const int frames = block->frames < INT32_MAX ? (int)block->frames : 0;
    outputs(it, block, &left, &right);
    core_begin(it->core, left, right, frames);
    const uint32_t count = block->events ? block->events->size(block->events) : 0;
    for (uint32_t i = 0; i < count; i++) {
        const ClapEvent *event = block->events->get(block->events, i);
        if (event) clap_take_event(it, event, event->time < block->frames ? (int)event->time : frames - (frames > 0));
    }
    core_end(it->core);
    answer(it, block->answers, block->frames);
    return core_is_silent(it->core) && !it->note_count ? CLAP_SLEEP : CLAP_CONTINUE;
}

static bool init(const ClapPlugin *plugin) {
    (void)plugin;
    return true;
}

static void destroy(const ClapPlugin *plugin) {
    core_free(clap_instance(plugin)->core);
    free(clap_instance(plugin));
}

static bool activate(const ClapPlugin *plugin, double rate, uint32_t least, uint32_t most) {
    ClapInstance *it = clap_instance(plugin);
    (void)least, (void)most;
    it->note_count = 0;
    core_start(it->core, rate);
    it->shown_patch = core_get(it->core, P_PATCH);
    return true;
}

static void deactivate(const ClapPlugin *plugin) { core_stop(clap_instance(plugin)->core); }

static bool start(const ClapPlugin *plugin) {
    clap_instance(plugin)->processing = 1;
    return true;
}

static void stop(const ClapPlugin *plugin) { clap_instance(plugin)->processing = 0; }

static void reset(const ClapPlugin *plugin) {
    ClapInstance *it = clap_instance(plugin);
    core_begin(it->core, NULL, NULL, 0);
    core_silence(it->core);
    core_end(it->core);
    it->note_count = 0;
}

void clap_log(ClapInstance *it, const char *sentence) {
    const ClapHostLog *log = it->host->extension(it->host, CLAP_LOG);
    if (log && log->log) log->log(it->host, CLAP_WARNING, sentence);
}

static void on_main_thread(const ClapPlugin *plugin) {
    ClapInstance *it = clap_instance(plugin);
    core_work(it->core);
    if (atomic_load(&it->no_stereo) != 1) return;
    atomic_store(&it->no_stereo, 2);
    clap_log(it, "ddsp-live has a stereo output and the host connects none: it stays silent.");
}

static void log_for_core(void *self, const char *sentence) { clap_log(self, sentence); }

static int wake(void *self) {
    const ClapHost *host = ((ClapInstance *)self)->host;
    host->callback(host);
    return 1;
}

static const char *const features[] = {"instrument", "synthesizer", "stereo", NULL};
static const ClapDescriptor descriptor = {CLAP_ABI_VERSION, "io.github.ddsp-live", "ddsp-live", "ddsp-live", "", "", "",
                                          PLUGIN_VERSION, "A neural instrument, played live", features};

static uint32_t plugins(const ClapFactory *factory) {
    (void)factory;
    return 1;
}

static const ClapDescriptor *describe(const ClapFactory *factory, uint32_t index) {
    (void)factory;
    return index ? NULL : &descriptor;
}

static const ClapPlugin *create(const ClapFactory *factory, const ClapHost *host, const char *id) {
    (void)factory;
    if (strcmp(id, descriptor.id)) return NULL;
    ClapInstance *it = calloc(1, sizeof *it);
    if (!it) return NULL;
    it->host = host;
    it->plugin = (ClapPlugin){&descriptor, it, init, destroy, activate, deactivate, start, stop, reset, process,
                              clap_extension, on_main_thread};
    it->core = core_new(NULL, (CoreHost){it, log_for_core, wake});
    if (it->core) return &it->plugin;
    free(it);
    return NULL;
}

static const ClapFactory factory = {plugins, describe, create};

static bool entry_init(const char *path) {
    (void)path;
    return true;
}

static void entry_end(void) {}

static const void *get_factory(const char *id) { return strcmp(id, CLAP_FACTORY) ? NULL : &factory; }

extern PLUGIN_EXPORT const ClapEntry clap_entry;
PLUGIN_EXPORT const ClapEntry clap_entry = {CLAP_ABI_VERSION, entry_init, entry_end, get_factory};
