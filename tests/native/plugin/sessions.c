/* A host that does what hosts do, at random: activates at any rate, asks for blocks of any size, sends notes, expressions,
   automation, MIDI and rubbish, saves and restores sessions, and changes patches while notes sound. All sound must be
   made of numbers within full scale.
   usage: sessions clap|lv2 COUNT SEED [threads]; the bank is the user's. With `threads`, the audio side runs on a thread
   of its own, while this one restores states and does the plug-in's work. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/clap_abi.h"
#include "plugin/lv2_abi.h"
#include "plugin/tables.h"

#define LARGEST 8192
#define MOST_EVENTS 64
#define MOST_STATE 65536
#ifdef NO_OFFLINE
#define OFFLINE 0
#else
#define OFFLINE 1
#endif

extern const ClapEntry clap_entry;
const Lv2Descriptor *lv2_descriptor(uint32_t index);

static const double rates[] = {44100, 48000, 96000, 48000, 22050, 8000, 192000, 384000, 11025, 47999.5};
static _Atomic int called, ended;
static _Thread_local uint64_t state;
static uint64_t seeds;
static double loudest;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static double odd(double low, double high) {
    switch (draw(16)) {
    case 0: return NAN;
    case 1: return INFINITY;
    case 2: return -1e30;
    case 3: return high;
    case 4: return low;
    default: return low + (high - low) * draw(1001) / 1000;
    }
}

static int block_size(void) {
    const uint32_t kind = draw(12);
    return kind == 0 ? 1 + (int)draw(LARGEST) : kind < 3 ? 1 + (int)draw(4) : kind == 3 ? 0 : 16 << draw(6);
}

static void check(const float *left, const float *right, int frames) {
    for (int i = 0; i < frames; i++)
        for (int c = 0; c < 2; c++) {
            const float x = (c ? right : left)[i];
            if (!(fabsf(x) <= 1.0f)) {
                fprintf(stderr, "sample %d is %g\n", i, (double)x);
                abort();
            }
            loudest = fmax(loudest, (double)fabsf(x));
        }
}

static void midi(uint8_t *bytes, int *size) {
    static const uint8_t kinds[] = {0x80, 0x90, 0x90, 0x90, 0xA0, 0xB0, 0xB0, 0xC0, 0xD0, 0xE0};
    *size = 3;
    bytes[0] = (uint8_t)(kinds[draw(10)] | draw(4));
    bytes[1] = (uint8_t)draw(128);
    bytes[2] = (uint8_t)draw(128);
    if (bytes[0] >> 4 == 0xC) *size = 2, bytes[1] = (uint8_t)draw(6);
    if (draw(20)) return;
    *size = 1 + (int)draw(40); /* rubbish, or nearly a tuning message */
    for (int i = 0; i < *size; i++) bytes[i] = (uint8_t)draw(256);
    if (draw(2)) memcpy(bytes, (uint8_t[]){0xF0, 0x7F, 0x7F, 0x08, (uint8_t)draw(12)}, 5), bytes[*size - 1] = 0xF7;
}

/* States as hosts keep them. */
typedef struct Kept { char bytes[MOST_STATE]; size_t size, at; } Kept;

static void spoil(Kept *kept) {
    if (!kept->size || draw(3)) return;
    if (draw(2)) kept->size = draw((uint32_t)kept->size);
    for (uint32_t i = draw(4); i && kept->size; i--) kept->bytes[draw((uint32_t)kept->size)] = (char)draw(256);
}

/* CLAP. */
typedef union Any { ClapEvent header; ClapNote note; ClapNoteExpression expression; ClapParameterValue value; ClapMidi midi; ClapSysex sysex; } Any;
typedef struct Events { Any event[MOST_EVENTS]; uint8_t bytes[MOST_EVENTS][64]; int count; } Events;

static uint32_t event_count(const ClapInputEvents *e) { return (uint32_t)((const Events *)e->context)->count; }
static const ClapEvent *event_at(const ClapInputEvents *e, uint32_t i) { return &((const Events *)e->context)->event[i].header; }
static bool push(const ClapOutputEvents *e, const ClapEvent *event) { return (void)e, (void)event, true; }
static void log_nothing(const ClapHost *h, int32_t severity, const char *text) { (void)h, (void)severity, (void)text; }
static const ClapHostLog host_log = {log_nothing};
static const void *extension(const ClapHost *h, const char *id) { return (void)h, strcmp(id, CLAP_LOG) ? NULL : (const void *)&host_log; }
static void nothing(const ClapHost *h) { (void)h; }
static void call(const ClapHost *h) { (void)h, atomic_store(&called, 1); }

static int64_t write_state(const ClapOutputStream *s, const void *from, uint64_t size) {
    Kept *kept = s->context;
    size = size > 7 ? 7 : size;
    memcpy(kept->bytes + kept->size, from, size);
    kept->size += size;
    return (int64_t)size;
}

static int64_t read_state(const ClapInputStream *s, void *to, uint64_t size) {
    Kept *kept = s->context;
    if (size > kept->size - kept->at) size = kept->size - kept->at;
    size = size > 5 ? 5 : size;
    memcpy(to, kept->bytes + kept->at, size);
    kept->at += size;
    return (int64_t)size;
}

static void fill(Events *events, int frames) {
    events->count = (int)draw(draw(8) ? 6 : MOST_EVENTS);
    uint32_t time = 0;
    for (int i = 0; i < events->count; i++) {
        Any *to = &events->event[i];
        const int32_t id = draw(2) ? (int32_t)draw(20) : -1;
        const int16_t channel = (int16_t)((int)draw(6) - 1), key = (int16_t)(draw(20) ? 48 + (int)draw(36) : (int)draw(400) - 100);
        time += draw((uint32_t)frames / 4 + 2);
        switch (draw(8)) {
        case 0:
        case 1: to->note = (ClapNote){{sizeof to->note, time, 0, CLAP_NOTE_ON, 0}, id, 0, channel, key, odd(0, 1)}; break;
        case 2: to->note = (ClapNote){{sizeof to->note, time, 0, (uint16_t)(CLAP_NOTE_OFF + draw(2)), 0}, id, -1, channel, draw(9) ? key : -1, 0}; break;
        case 3: to->expression = (ClapNoteExpression){{sizeof to->expression, time, 0, CLAP_NOTE_EXPRESSION, 0}, (int32_t)draw(9) - 1, id, -1, channel, key, odd(-2, 2)}; break;
        case 4:
        case 5: {
            const Parameter *row = &parameters[draw(PARAMETERS)];
            const double high = row == &parameters[P_PATCH] ? 5 : (double)row->high;
            to->value = (ClapParameterValue){{sizeof to->value, time, 0, CLAP_PARAMETER_VALUE, 0}, draw(30) ? row->id : draw(1000), NULL, -1, -1, -1, -1, odd((double)row->low, high)};
            break;
        }
        default: {
            int size;
            midi(events->bytes[i], &size);
            if (size > 3) to->sysex = (ClapSysex){{sizeof to->sysex, time, 0, CLAP_SYSEX, 0}, 0, events->bytes[i], (uint32_t)size};
            else to->midi = (ClapMidi){{sizeof to->midi, time, (uint16_t)(draw(50) == 0), CLAP_MIDI, 0}, 0, {events->bytes[i][0], events->bytes[i][1], events->bytes[i][2]}};
        }
        }
    }
}

static void process(const ClapPlugin *plugin, int odd_outputs) {
    static _Thread_local float left[LARGEST], right[LARGEST];
    static _Thread_local Events events;
    const int frames = block_size();
    fill(&events, frames);
    const ClapInputEvents in = {&events, event_count, event_at};
    const ClapOutputEvents answers = {NULL, push};
    float *channels[] = {left, right, NULL};
    ClapAudio audio = {.single = channels, .channels = 2};
    ClapProcess block = {.frames = (uint32_t)frames, .outputs = &audio, .output_count = 1, .events = &in, .answers = &answers};
    const uint32_t lack = odd_outputs ? draw(12) : 12;
    if (lack == 0) block.output_count = 0;
    if (lack == 1) audio.channels = 1;
    if (lack == 2) channels[1] = NULL;
    if (lack == 3) audio.single = NULL;
    memset(left, 0, (size_t)frames * sizeof *left);
    memset(right, 0, (size_t)frames * sizeof *right);
    plugin->process(plugin, &block);
    check(left, right, frames);
}

static void *audio_side(void *data) {
    state = seeds;
    while (!atomic_load(&ended)) process(data, 0);
    return NULL;
}

static void exchange_state(const ClapPlugin *plugin, Kept *kept) {
    const ClapState *s = plugin->extension(plugin, CLAP_STATE);
    if (draw(2)) {
        kept->size = 0;
        s->save(plugin, &(ClapOutputStream){kept, write_state});
        spoil(kept);
    } else {
        kept->at = 0;
        s->load(plugin, &(ClapInputStream){kept, read_state});
    }
}

static void look(const ClapPlugin *plugin) {
    const ClapParameters *p = plugin->extension(plugin, CLAP_PARAMETERS);
    ClapParameter info;
    double value;
    char text[64];
    for (uint32_t i = 0; i < p->count(plugin) + 1; i++) {
        if (!p->info(plugin, i, &info)) continue;
        p->value(plugin, info.id, &value);
        if (p->to_text(plugin, info.id, draw(2) ? value : odd(info.low, info.high), text, 1 + draw(sizeof text)))
            p->from_text(plugin, info.id, text, &value);
    }
}

static void session_clap(int threads) {
    static Kept kept;
    const ClapHost host = {CLAP_ABI_VERSION, NULL, "sessions", "", "", "0", extension, nothing, nothing, call};
    const ClapFactory *factory = clap_entry.factory(CLAP_FACTORY);
    const ClapPlugin *plugin = factory->create(factory, &host, factory->describe(factory, 0)->id);
    if (!plugin || !plugin->init(plugin)) abort();
    const ClapRender *render = plugin->extension(plugin, CLAP_RENDER);
    for (uint32_t times = 1 + draw(3); times; times--) {
        if (draw(3) == 0) exchange_state(plugin, &kept);
        plugin->activate(plugin, rates[draw(threads ? 4 : 10)], 1, LARGEST);
        plugin->start(plugin);
        pthread_t audio;
        atomic_store(&ended, 0);
        seeds = state;
        if (threads && pthread_create(&audio, NULL, audio_side, (void *)plugin)) abort();
        for (uint32_t steps = 5 + draw(25); steps; steps--) {
            if (!threads) process(plugin, 1);
            if (atomic_exchange(&called, 0)) plugin->on_main_thread(plugin);
            if (draw(6) == 0) exchange_state(plugin, &kept);
            if (draw(9) == 0) look(plugin);
            if (!threads && draw(20) == 0) plugin->reset(plugin);
            if (!threads && OFFLINE && draw(10) == 0) render->set(plugin, (int32_t)draw(2));
        }
        atomic_store(&ended, 1);
        if (threads) pthread_join(audio, NULL);
        plugin->stop(plugin);
        plugin->deactivate(plugin);
    }
    plugin->destroy(plugin);
}

/* LV2. */
static uint32_t map_uri(void *handle, const char *uri) {
    (void)handle;
    uint32_t hash = 5381;
    while (*uri) hash = hash * 33 + (unsigned char)*uri++;
    return hash | 1;
}
static int schedule(void *handle, uint32_t size, const void *data) { return (void)handle, (void)size, (void)data, atomic_store(&called, 1), draw(30) == 0; }
static int print(void *handle, uint32_t type, const char *format, ...) { return (void)handle, (void)type, (void)format, 0; }
static uint32_t kept_type;
static int store(void *handle, uint32_t key, const void *value, size_t size, uint32_t type, uint32_t flags) {
    Kept *kept = handle;
    (void)key, (void)flags;
    memcpy(kept->bytes, value, size);
    kept->size = size;
    kept_type = type;
    return 0;
}
static const void *retrieve(void *handle, uint32_t key, size_t *size, uint32_t *type, uint32_t *flags) {
    Kept *kept = handle;
    (void)key;
    *size = kept->size;
    *type = draw(20) ? kept_type : 7;
    *flags = 0;
    return draw(20) ? kept->bytes : NULL;
}

typedef struct Ports { Lv2Sequence *events; float *left, *right, freewheel, control[PARAMETERS]; } Ports;

static void move(Ports *ports) {
    for (uint32_t i = draw(4); i; i--) {
        const int which = (int)draw(PARAMETERS);
        ports->control[which] = (float)odd((double)parameters[which].low, which == P_PATCH ? 5 : (double)parameters[which].high);
    }
    ports->freewheel = (float)(OFFLINE && draw(10) == 0);
}

static void write_events(Lv2Sequence *to, size_t space, int frames) {
    char *at = (char *)(to + 1);
    *to = (Lv2Sequence){{8, 1}, 0, 0};
    for (uint32_t i = draw(12); i; i--) {
        uint8_t bytes[64] = {0};
        int size;
        midi(bytes, &size);
        const Lv2Event event = {(int64_t)draw((uint32_t)frames + 2) - 1, {(uint32_t)size, draw(20) ? map_uri(NULL, LV2_MIDI_EVENT) : 3}};
        const size_t whole = sizeof event + ((size_t)size + 7) / 8 * 8;
        if (at + whole > (char *)to + space) return;
        memcpy(at, &event, sizeof event);
        memcpy(at + sizeof event, bytes, (size_t)size);
        at += whole;
        to->atom.size += (uint32_t)whole;
    }
    if (draw(40) == 0) to->atom.size -= draw(to->atom.size + 1); /* cut short */
}

static void session_lv2(void) {
    static union { Lv2Sequence sequence; uint64_t words[512]; } buffer;
    static float left[LARGEST], right[LARGEST];
    static Kept kept;
    const Lv2Map map = {NULL, map_uri};
    const Lv2Schedule worker = {NULL, schedule};
    const Lv2Log log = {NULL, print, NULL};
    const Lv2Feature list[] = {{LV2_MAP, (void *)&map}, {LV2_SCHEDULE, (void *)&worker}, {LV2_LOG, (void *)&log}};
    const Lv2Feature *given[] = {&list[0], &list[1], draw(2) ? &list[2] : NULL, NULL}, *few[] = {&list[2], NULL};
    const Lv2Descriptor *d = lv2_descriptor(0);
    if (d->instantiate(d, 48000, "/", few)) abort(); /* it can't be without what it requires */
    void *it = d->instantiate(d, rates[draw(10)], "/", given);
    if (!it) abort();
    const Lv2Work *work = d->extension(LV2_WORK);
    const Lv2State *keeping = d->extension(LV2_STATE);
    Ports ports = {&buffer.sequence, left, right, 0, {0}};
    for (int i = 0; i < PARAMETERS; i++) ports.control[i] = parameters[i].start;
    void *fixed[] = {draw(20) ? &buffer : NULL, draw(10) ? left : NULL, draw(10) ? right : NULL, &ports.freewheel};
    for (uint32_t i = 0; i < 4; i++) d->connect(it, i, fixed[i]);
    for (uint32_t i = 0; i < PARAMETERS + 2; i++) d->connect(it, 4 + i, i < PARAMETERS ? &ports.control[i] : NULL);
    for (uint32_t times = 1 + draw(2); times; times--) {
        d->activate(it);
        for (uint32_t steps = 5 + draw(25); steps; steps--) {
            const int frames = block_size();
            move(&ports);
            write_events(&buffer.sequence, sizeof buffer, frames);
            d->run(it, (uint32_t)frames);
            check(left, right, frames);
            if (atomic_exchange(&called, 0)) work->work(it, NULL, NULL, 0, NULL);
            if (draw(6) == 0) keeping->save(it, store, &kept, 0, NULL), spoil(&kept);
            if (draw(6) == 0) keeping->restore(it, retrieve, &kept, 0, NULL);
        }
        d->deactivate(it);
    }
    d->cleanup(it);
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    state = (uint64_t)atoi(argv[3]) * 0x9E3779B97F4A7C15u;
    clap_entry.init("");
    for (int i = 0; i < atoi(argv[2]); i++) {
        if (strcmp(argv[1], "lv2")) session_clap(argc > 4);
        else session_lv2();
    }
    clap_entry.end();
    printf("%s sessions, loudest sample %.3f\n", argv[2], loudest);
    return !(loudest > 0.01);
}
