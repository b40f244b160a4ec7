/* The part of LV2's binary interface that the plug-in uses: what lies where in memory, and what is called how.
   tests/native/plugin/lv2_layout.c compares it with the official headers. */
#ifndef DDSP_PLUGIN_LV2_ABI_H
#define DDSP_PLUGIN_LV2_ABI_H
#include <stddef.h>
#include <stdint.h>

#define LV2_NS "http://lv2plug.in/ns/"
#define LV2_MIDI_EVENT LV2_NS "ext/midi#MidiEvent"
#define LV2_ATOM_STRING LV2_NS "ext/atom#String"
#define LV2_MAP LV2_NS "ext/urid#map"
#define LV2_WORK LV2_NS "ext/worker#interface"
#define LV2_SCHEDULE LV2_NS "ext/worker#schedule"
#define LV2_STATE LV2_NS "ext/state#interface"
#define LV2_LOG LV2_NS "ext/log#log"
#define LV2_WARNING LV2_NS "ext/log#Warning"

typedef struct Lv2Feature { const char *uri; void *data; } Lv2Feature;
typedef struct Lv2Descriptor {
    const char *uri;
    void *(*instantiate)(const struct Lv2Descriptor *descriptor, double rate, const char *bundle,
                         const Lv2Feature *const *features);
    void (*connect)(void *instance, uint32_t port, void *data);
    void (*activate)(void *instance);
    void (*run)(void *instance, uint32_t frames);
    void (*deactivate)(void *instance);
    void (*cleanup)(void *instance);
    const void *(*extension)(const char *uri);
} Lv2Descriptor;

/* Numbers for URIs. */
typedef struct Lv2Map { void *handle; uint32_t (*map)(void *handle, const char *uri); } Lv2Map;

/* A sequence of events; each lies on a multiple of 8 bytes behind the one before. */
typedef struct Lv2Atom { uint32_t size, type; } Lv2Atom;
typedef struct Lv2Sequence { Lv2Atom atom; uint32_t unit, pad; } Lv2Sequence;
typedef struct Lv2Event { int64_t frames; Lv2Atom body; } Lv2Event;

/* Work for another thread. Statuses: 0 is success. */
typedef struct Lv2Schedule {
    void *handle;
    int (*schedule)(void *handle, uint32_t size, const void *data);
} Lv2Schedule;
typedef struct Lv2Work {
    int (*work)(void *instance, int (*respond)(void *handle, uint32_t size, const void *data), void *handle, uint32_t size,
                const void *data);
    int (*response)(void *instance, uint32_t size, const void *data);
    int (*end)(void *instance);
} Lv2Work;

enum { LV2_DONE, LV2_FAILED };
enum { LV2_PLAIN = 1, LV2_PORTABLE = 2 };
typedef int Lv2Store(void *handle, uint32_t key, const void *value, size_t size, uint32_t type, uint32_t flags);
typedef const void *Lv2Retrieve(void *handle, uint32_t key, size_t *size, uint32_t *type, uint32_t *flags);
typedef struct Lv2State {
    int (*save)(void *instance, Lv2Store *store, void *handle, uint32_t flags, const Lv2Feature *const *features);
    int (*restore)(void *instance, Lv2Retrieve *retrieve, void *handle, uint32_t flags, const Lv2Feature *const *features);
} Lv2State;

typedef struct Lv2Log {
    void *handle;
    int (*print)(void *handle, uint32_t type, const char *format, ...);
    int (*print_list)(void *handle, uint32_t type, const char *format, void *list); /* a va_list; unused */
} Lv2Log;

#endif
