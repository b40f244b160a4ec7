/* What the CLAP tells of itself: ports, parameters, state, tail and voices. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/clap_plugin.h"

int clap_parameter(uint32_t id) {
    for (int i = 0; i < PARAMETERS; i++)
        if (parameters[i].id == id) return i;
    return -1;
}

static uint32_t output_count(const ClapPlugin *plugin, bool input) {
    (void)plugin;
    return !input;
}

static bool audio_port(const ClapPlugin *plugin, uint32_t index, bool input, ClapAudioPort *port) {
    (void)plugin;
    if (index || input) return false;
    *port = (ClapAudioPort){.name = "Output", .flags = CLAP_MAIN_PORT, .channels = 2, .type = "stereo", .in_place = CLAP_NO_ID};
    return true;
}

static uint32_t input_count(const ClapPlugin *plugin, bool input) {
    (void)plugin;
    return input;
}

static bool note_port(const ClapPlugin *plugin, uint32_t index, bool input, ClapNotePort *port) {
    (void)plugin;
    if (index || !input) return false;
    *port = (ClapNotePort){0, CLAP_DIALECT_CLAP | CLAP_DIALECT_MIDI | CLAP_DIALECT_MPE, CLAP_DIALECT_CLAP, "Notes"};
    return true;
}

static uint32_t parameter_count(const ClapPlugin *plugin) {
    (void)plugin;
    return PARAMETERS;
}

static bool parameter_info(const ClapPlugin *plugin, uint32_t index, ClapParameter *to) {
    if (index >= PARAMETERS) return false;
    const Parameter *row = &parameters[index];
    memset(to, 0, sizeof *to);
    to->id = row->id;
    to->flags = CLAP_AUTOMATABLE | (row->whole ? CLAP_STEPPED : 0) | (row->names || index == P_PATCH ? CLAP_ENUM : 0);
    if (index == P_VOICES) to->flags &= ~(uint32_t)CLAP_AUTOMATABLE;
    snprintf(to->name, sizeof to->name, "%s", row->label);
    snprintf(to->module, sizeof to->module, "%s", row->group);
    const int patches = core_patches(clap_instance(plugin)->core);
    to->low = (double)row->low;
    to->high = index == P_PATCH ? fmax(1, patches - 1) : (double)row->high;
    to->start = (double)row->start;
    return true;
}

static bool parameter_value(const ClapPlugin *plugin, uint32_t id, double *value) {
    const int parameter = clap_parameter(id);
    if (parameter < 0) return false;
    *value = (double)core_get(clap_instance(plugin)->core, parameter);
    return true;
}

static bool to_text(const ClapPlugin *plugin, uint32_t id, double value, char *text, uint32_t size) {
    const int parameter = clap_parameter(id);
    return parameter >= 0 && size && core_to_text(clap_instance(plugin)->core, parameter, (float)value, text, size);
}

static bool from_text(const ClapPlugin *plugin, uint32_t id, const char *text, double *value) {
    float found;
    const int parameter = clap_parameter(id);
    if (parameter < 0 || !core_from_text(clap_instance(plugin)->core, parameter, text, &found)) return false;
    *value = (double)found;
    return true;
}

static void flush(const ClapPlugin *plugin, const ClapInputEvents *events, const ClapOutputEvents *answers) {
    ClapInstance *it = clap_instance(plugin);
    (void)answers;
    core_begin(it->core, NULL, NULL, 0);
    for (uint32_t i = 0, count = events ? events->size(events) : 0; i < count; i++)
        clap_take_event(it, events->get(events, i), 0);
    core_end(it->core);
}

static bool save(const ClapPlugin *plugin, const ClapOutputStream *stream) {
    char state[CORE_STATE];
    const int64_t size = (int64_t)core_save(clap_instance(plugin)->core, state);
    for (int64_t at = 0; at < size;) {
        const int64_t written = stream->write(stream, state + at, (uint64_t)(size - at));
        if (written <= 0) return false;
        at += written;
    }
    return true;
}

static bool load(const ClapPlugin *plugin, const ClapInputStream *stream) {
    ClapInstance *it = clap_instance(plugin);
    char state[CORE_STATE + 1];
    int64_t size = 0, read;
    while ((read = stream->read(stream, state + size, (uint64_t)(sizeof state - (size_t)size))) > 0 && size + read <= CORE_STATE)
        size += read;
    const char *problem = read ? "The session's state of ddsp-live is damaged." : core_restore(it->core, state, (size_t)size);
    if (problem) {
        clap_log(it, problem);
        return false;
    }
    const ClapHostParameters *host = it->host->extension(it->host, CLAP_PARAMETERS);
    if (host && host->rescan) host->rescan(it->host, CLAP_RESCAN_VALUES);
    return true;
}

static uint32_t latency(const ClapPlugin *plugin) { return (uint32_t)core_delay(clap_instance(plugin)->core); }

static uint32_t tail(const ClapPlugin *plugin) { return core_tail(clap_instance(plugin)->core); }

static bool must_be_realtime(const ClapPlugin *plugin) {
    (void)plugin;
    return false;
}

static bool set_render(const ClapPlugin *plugin, int32_t mode) {
    core_offline(clap_instance(plugin)->core, mode == CLAP_OFFLINE);
    return true;
}

static bool voices(const ClapPlugin *plugin, ClapVoices *to) {
    const uint32_t count = (uint32_t)core_get(clap_instance(plugin)->core, P_VOICES);
    *to = (ClapVoices){count, (uint32_t)parameters[P_VOICES].high, 0};
    return true;
}

static const ClapAudioPorts audio_ports = {output_count, audio_port};
static const ClapNotePorts note_ports = {input_count, note_port};
static const ClapParameters parameter_extension = {parameter_count, parameter_info, parameter_value, to_text, from_text, flush};
static const ClapState state_extension = {save, load};
static const ClapSamples latency_extension = {latency}, tail_extension = {tail};
static const ClapRender render_extension = {must_be_realtime, set_render};
static const ClapVoiceInfo voice_extension = {voices};

static const struct { const char *id; const void *extension; } extensions[] = {
    {CLAP_AUDIO_PORTS, &audio_ports},       {CLAP_NOTE_PORTS, &note_ports},      {CLAP_PARAMETERS, &parameter_extension},
    {CLAP_STATE, &state_extension},         {CLAP_LATENCY, &latency_extension},  {CLAP_TAIL_SAMPLES, &tail_extension},
    {CLAP_RENDER, &render_extension},       {CLAP_VOICES, &voice_extension},
};

const void *clap_extension(const ClapPlugin *plugin, const char *id) {
    (void)plugin;
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (!strcmp(extensions[i].id, id)) return extensions[i].extension;
    return NULL;
}
