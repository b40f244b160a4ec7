/* The part of CLAP's binary interface (version 1.2) that the plug-in uses: what lies where in memory, and what numbers
   mean. tests/native/plugin/clap_layout.c compares it with the official headers. */
#ifndef DDSP_PLUGIN_CLAP_ABI_H
#define DDSP_PLUGIN_CLAP_ABI_H
#include <stdbool.h>
#include <stdint.h>

#if defined(_WIN32)
#define PLUGIN_EXPORT __attribute__((dllexport))
#else
#define PLUGIN_EXPORT __attribute__((visibility("default")))
#endif

typedef struct ClapVersion { uint32_t major, minor, revision; } ClapVersion;
#define CLAP_ABI_VERSION {1, 2, 0}
#define CLAP_NAME 256
#define CLAP_MODULE 1024
#define CLAP_NO_ID UINT32_MAX

/* Events. */
enum {
    CLAP_NOTE_ON, CLAP_NOTE_OFF, CLAP_NOTE_CHOKE, CLAP_NOTE_ENDED, CLAP_NOTE_EXPRESSION, CLAP_PARAMETER_VALUE,
    CLAP_PARAMETER_MODULATION, CLAP_GESTURE_BEGIN, CLAP_GESTURE_END, CLAP_TRANSPORT, CLAP_MIDI, CLAP_SYSEX
};
enum {
    CLAP_OF_VOLUME, CLAP_OF_PAN, CLAP_OF_TUNING, CLAP_OF_VIBRATO, CLAP_OF_EXPRESSION, CLAP_OF_BRIGHTNESS, CLAP_OF_PRESSURE,
    CLAP_EXPRESSIONS
};
typedef struct ClapEvent { uint32_t size, time; uint16_t space, type; uint32_t flags; } ClapEvent;
typedef struct ClapNote { ClapEvent header; int32_t id; int16_t port, channel, key; double velocity; } ClapNote;
typedef struct ClapNoteExpression {
    ClapEvent header;
    int32_t expression, id;
    int16_t port, channel, key;
    double value;
} ClapNoteExpression;
typedef struct ClapParameterValue {
    ClapEvent header;
    uint32_t parameter;
    void *cookie;
    int32_t note;
    int16_t port, channel, key;
    double value;
} ClapParameterValue;
typedef struct ClapMidi { ClapEvent header; uint16_t port; uint8_t data[3]; } ClapMidi;
typedef struct ClapSysex { ClapEvent header; uint16_t port; const uint8_t *data; uint32_t size; } ClapSysex;
typedef struct ClapInputEvents {
    void *context;
    uint32_t (*size)(const struct ClapInputEvents *events);
    const ClapEvent *(*get)(const struct ClapInputEvents *events, uint32_t index);
} ClapInputEvents;
typedef struct ClapOutputEvents {
    void *context;
    bool (*push)(const struct ClapOutputEvents *events, const ClapEvent *event);
} ClapOutputEvents;

/* A block of sound. */
enum { CLAP_ERROR, CLAP_CONTINUE, CLAP_CONTINUE_IF_HEARD, CLAP_TAIL, CLAP_SLEEP };
typedef struct ClapAudio {
    float **single;
    double **doubled;
    uint32_t channels, latency;
    uint64_t constant;
} ClapAudio;
typedef struct ClapProcess {
    int64_t time;
    uint32_t frames;
    const void *transport;
    const ClapAudio *inputs;
    ClapAudio *outputs;
    uint32_t input_count, output_count;
    const ClapInputEvents *events;
    const ClapOutputEvents *answers;
} ClapProcess;

/* The host and the plug-in. */
typedef struct ClapHost {
    ClapVersion version;
    void *data;
    const char *name, *vendor, *url, *release;
    const void *(*extension)(const struct ClapHost *host, const char *id);
    void (*restart)(const struct ClapHost *host);
    void (*process)(const struct ClapHost *host);
    void (*callback)(const struct ClapHost *host);
} ClapHost;
typedef struct ClapDescriptor {
    ClapVersion version;
    const char *id, *name, *vendor, *url, *manual, *support, *release, *description;
    const char *const *features;
} ClapDescriptor;
typedef struct ClapPlugin {
    const ClapDescriptor *descriptor;
    void *data;
    bool (*init)(const struct ClapPlugin *plugin);
    void (*destroy)(const struct ClapPlugin *plugin);
    bool (*activate)(const struct ClapPlugin *plugin, double rate, uint32_t least, uint32_t most);
    void (*deactivate)(const struct ClapPlugin *plugin);
    bool (*start)(const struct ClapPlugin *plugin);
    void (*stop)(const struct ClapPlugin *plugin);
    void (*reset)(const struct ClapPlugin *plugin);
    int32_t (*process)(const struct ClapPlugin *plugin, const ClapProcess *block);
    const void *(*extension)(const struct ClapPlugin *plugin, const char *id);
    void (*on_main_thread)(const struct ClapPlugin *plugin);
} ClapPlugin;
typedef struct ClapFactory {
    uint32_t (*count)(const struct ClapFactory *factory);
    const ClapDescriptor *(*describe)(const struct ClapFactory *factory, uint32_t index);
    const ClapPlugin *(*create)(const struct ClapFactory *factory, const ClapHost *host, const char *id);
} ClapFactory;
typedef struct ClapEntry {
    ClapVersion version;
    bool (*init)(const char *path);
    void (*end)(void);
    const void *(*factory)(const char *id);
} ClapEntry;
#define CLAP_FACTORY "clap.plugin-factory"

/* Extensions, of the plug-in unless the name says the host's. */
#define CLAP_AUDIO_PORTS "clap.audio-ports"
enum { CLAP_MAIN_PORT = 1 };
typedef struct ClapAudioPort {
    uint32_t id;
    char name[CLAP_NAME];
    uint32_t flags, channels;
    const char *type;
    uint32_t in_place;
} ClapAudioPort;
typedef struct ClapAudioPorts {
    uint32_t (*count)(const ClapPlugin *plugin, bool input);
    bool (*get)(const ClapPlugin *plugin, uint32_t index, bool input, ClapAudioPort *port);
} ClapAudioPorts;

#define CLAP_NOTE_PORTS "clap.note-ports"
enum { CLAP_DIALECT_CLAP = 1, CLAP_DIALECT_MIDI = 2, CLAP_DIALECT_MPE = 4 };
typedef struct ClapNotePort { uint32_t id, dialects, preferred; char name[CLAP_NAME]; } ClapNotePort;
typedef struct ClapNotePorts {
    uint32_t (*count)(const ClapPlugin *plugin, bool input);
    bool (*get)(const ClapPlugin *plugin, uint32_t index, bool input, ClapNotePort *port);
} ClapNotePorts;

#define CLAP_PARAMETERS "clap.params"
enum { CLAP_STEPPED = 1 << 0, CLAP_AUTOMATABLE = 1 << 5, CLAP_ENUM = 1 << 16 };
enum { CLAP_RESCAN_VALUES = 1 << 0 };
typedef struct ClapParameter {
    uint32_t id, flags;
    void *cookie;
    char name[CLAP_NAME], module[CLAP_MODULE];
    double low, high, start;
} ClapParameter;
typedef struct ClapParameters {
    uint32_t (*count)(const ClapPlugin *plugin);
    bool (*info)(const ClapPlugin *plugin, uint32_t index, ClapParameter *parameter);
    bool (*value)(const ClapPlugin *plugin, uint32_t id, double *value);
    bool (*to_text)(const ClapPlugin *plugin, uint32_t id, double value, char *text, uint32_t size);
    bool (*from_text)(const ClapPlugin *plugin, uint32_t id, const char *text, double *value);
    void (*flush)(const ClapPlugin *plugin, const ClapInputEvents *events, const ClapOutputEvents *answers);
} ClapParameters;
typedef struct ClapHostParameters {
    void (*rescan)(const ClapHost *host, uint32_t flags);
    void (*clear)(const ClapHost *host, uint32_t id, uint32_t flags);
    void (*request_flush)(const ClapHost *host);
} ClapHostParameters;

#define CLAP_STATE "clap.state"
typedef struct ClapInputStream {
    void *context;
    int64_t (*read)(const struct ClapInputStream *stream, void *to, uint64_t size);
} ClapInputStream;
typedef struct ClapOutputStream {
    void *context;
    int64_t (*write)(const struct ClapOutputStream *stream, const void *from, uint64_t size);
} ClapOutputStream;
typedef struct ClapState {
    bool (*save)(const ClapPlugin *plugin, const ClapOutputStream *stream);
    bool (*load)(const ClapPlugin *plugin, const ClapInputStream *stream);
} ClapState;

#define CLAP_LATENCY "clap.latency"
#define CLAP_TAIL_SAMPLES "clap.tail"
typedef struct ClapSamples { uint32_t (*get)(const ClapPlugin *plugin); } ClapSamples; /* of both */

#define CLAP_RENDER "clap.render"
enum { CLAP_REALTIME, CLAP_OFFLINE };
typedef struct ClapRender {
    bool (*must_be_realtime)(const ClapPlugin *plugin);
    bool (*set)(const ClapPlugin *plugin, int32_t mode);
} ClapRender;

#define CLAP_VOICES "clap.voice-info"
typedef struct ClapVoices { uint32_t count, capacity; uint64_t flags; } ClapVoices;
typedef struct ClapVoiceInfo { bool (*get)(const ClapPlugin *plugin, ClapVoices *voices); } ClapVoiceInfo;

#define CLAP_LOG "clap.log"
enum { CLAP_WARNING = 2 };
typedef struct ClapHostLog { void (*log)(const ClapHost *host, int32_t severity, const char *sentence); } ClapHostLog;

#endif
