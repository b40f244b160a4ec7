/* A small host: plays a score through the plug-in, in blocks of random sizes, and writes what comes out.
   usage: play clap|lv2 LIBRARY RATE FRAMES SEED SCORE OUT
   Lines of the score: "set NAME VALUE" before the start, "midi TIME BYTES ...", and for CLAP "param TIME NAME VALUE",
   "note TIME KEY VELOCITY", "expression TIME KEY WHICH VALUE". Times are samples, in order. */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plugin/clap_abi.h"
#include "plugin/lv2_abi.h"
#include "plugin/tables.h"

#define LARGEST 8192
#define MOST_LINES 4096

typedef struct Line { char kind[12], name[32]; long time; int count; uint8_t bytes[64]; double a, b, c; } Line;

static Line score[MOST_LINES];
static int lines;
static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* Mostly the blocks of hosts, and single samples and very long ones among them. */
static int block_size(long left) {
    static const int usual[] = {32, 64, 100, 128, 256, 441, 512, 1024};
    const uint32_t kind = draw(8);
    const long size = kind == 0 ? 1 + (long)draw(LARGEST) : kind == 1 ? 1 + (long)draw(3) : usual[draw(8)];
    return (int)(size < left ? size : left);
}

static int read_score(const char *path) {
    FILE *file = fopen(path, "r");
    char text[512];
    while (file && fgets(text, sizeof text, file) && lines < MOST_LINES) {
        Line *line = &score[lines++];
        *line = (Line){0};
        int used = 0;
        if (sscanf(text, "%11s", line->kind) != 1) return 0;
        if (!strcmp(line->kind, "set")) sscanf(text, "%*s %31s %lf", line->name, &line->a);
        else if (!strcmp(line->kind, "param")) sscanf(text, "%*s %ld %31s %lf", &line->time, line->name, &line->a);
        else if (!strcmp(line->kind, "midi")) {
            sscanf(text, "%*s %ld%n", &line->time, &used);
            const char *at = text + used;
            for (unsigned byte; sscanf(at, "%u%n", &byte, &used) == 1; at += used) line->bytes[line->count++] = (uint8_t)byte;
        } else sscanf(text, "%*s %ld %lf %lf %lf", &line->time, &line->a, &line->b, &line->c);
    }
    return file && !fclose(file);
}

static int find(const char *name) {
    for (int i = 0; i < PARAMETERS; i++)
        if (!strcmp(parameters[i].symbol, name)) return i;
    fprintf(stderr, "no parameter %s\n", name);
    exit(3);
}

static void report(clock_t from, const char *what) {
    printf("%s %.3f ms\n", what, 1e3 * (double)(clock() - from) / CLOCKS_PER_SEC);
}

/* CLAP. */
typedef union Any { ClapEvent header; ClapNote note; ClapNoteExpression expression; ClapParameterValue value; ClapMidi midi; ClapSysex sysex; } Any;
static Any events[MOST_LINES];
static int first, last;

static uint32_t event_count(const ClapInputEvents *e) { return (void)e, (uint32_t)(last - first); }
static const ClapEvent *event_at(const ClapInputEvents *e, uint32_t i) { return (void)e, &events[first + (int)i].header; }
static bool push(const ClapOutputEvents *e, const ClapEvent *event) { return (void)e, (void)event, true; }
static void print_log(const ClapHost *h, int32_t severity, const char *text) { (void)h, (void)severity, fprintf(stderr, "%s\n", text); }
static const ClapHostLog host_log = {print_log};
static const void *host_extension(const ClapHost *h, const char *id) { return (void)h, strcmp(id, CLAP_LOG) ? NULL : (const void *)&host_log; }
static int called;
static void nothing(const ClapHost *h) { (void)h; }
static void call(const ClapHost *h) { (void)h, called = 1; }

static void fill(Any *to, const Line *line, uint32_t at) {
    memset(to, 0, sizeof *to);
    to->header.time = at;
    if (!strcmp(line->kind, "param") || !strcmp(line->kind, "set")) {
        to->value = (ClapParameterValue){{sizeof to->value, at, 0, CLAP_PARAMETER_VALUE, 0}, parameters[find(line->name)].id, NULL, -1, -1, -1, -1, line->a};
    } else if (!strcmp(line->kind, "midi") && line->count <= 3) {
        to->midi = (ClapMidi){{sizeof to->midi, at, 0, CLAP_MIDI, 0}, 0, {line->bytes[0], line->bytes[1], line->bytes[2]}};
    } else if (!strcmp(line->kind, "midi")) {
        to->sysex = (ClapSysex){{sizeof to->sysex, at, 0, CLAP_SYSEX, 0}, 0, line->bytes, (uint32_t)line->count};
    } else if (!strcmp(line->kind, "note")) {
        to->note = (ClapNote){{sizeof to->note, at, 0, line->b > 0 ? CLAP_NOTE_ON : CLAP_NOTE_OFF, 0}, -1, 0, 0, (int16_t)line->a, line->b};
    } else {
        to->expression = (ClapNoteExpression){{sizeof to->expression, at, 0, CLAP_NOTE_EXPRESSION, 0}, (int32_t)line->b, -1, 0, 0, (int16_t)line->a, line->c};
    }
}

static int play_clap(void *library, double rate, long frames, FILE *out) {
    static float left[LARGEST], right[LARGEST];
    const ClapEntry *entry = dlsym(library, "clap_entry");
    const ClapHost host = {CLAP_ABI_VERSION, NULL, "play", "", "", "0", host_extension, nothing, nothing, call};
    if (!entry || !entry->init("")) return 1;
    clock_t begun = clock();
    const ClapFactory *factory = entry->factory(CLAP_FACTORY);
    const ClapPlugin *plugin = factory->create(factory, &host, factory->describe(factory, 0)->id);
    if (!plugin || !plugin->init(plugin)) return 1;
    const ClapParameters *params = plugin->extension(plugin, CLAP_PARAMETERS);
    const ClapInputEvents in = {NULL, event_count, event_at};
    const ClapOutputEvents answers = {NULL, push};
    int next = 0;
    for (; next < lines && !strcmp(score[next].kind, "set"); next++) fill(&events[last++], &score[next], 0);
    params->flush(plugin, &in, &answers);
    const ClapRender *render = plugin->extension(plugin, CLAP_RENDER);
    render->set(plugin, CLAP_OFFLINE);
    if (!plugin->activate(plugin, rate, 1, LARGEST) || !plugin->start(plugin)) return 1;
    report(begun, "instantiate");
    begun = clock();
    for (long done = 0; done < frames;) {
        const int size = block_size(frames - done);
        first = last = 0;
        for (; next < lines && score[next].time < done + size; next++) fill(&events[last++], &score[next], (uint32_t)(score[next].time - done));
        float *channels[] = {left, right};
        ClapAudio audio = {.single = channels, .channels = 2};
        const ClapProcess block = {.time = done, .frames = (uint32_t)size, .outputs = &audio, .output_count = 1, .events = &in, .answers = &answers};
        if (plugin->process(plugin, &block) == CLAP_ERROR) return 1;
        if (called) called = 0, plugin->on_main_thread(plugin);
        for (int i = 0; i < size; i++) fwrite(&(float[2]){left[i], right[i]}, sizeof(float), 2, out);
        done += size;
    }
    report(begun, "play");
    plugin->stop(plugin);
    plugin->deactivate(plugin);
    plugin->destroy(plugin);
    entry->end();
    return 0;
}

/* LV2. */
static const char *uris[64];
static uint32_t map_uri(void *handle, const char *uri) {
    (void)handle;
    uint32_t i = 0;
    for (; uris[i]; i++)
        if (!strcmp(uris[i], uri)) return i + 1;
    uris[i] = uri;
    return i + 1;
}
static int schedule(void *handle, uint32_t size, const void *data) { return (void)handle, (void)size, (void)data, called = 1, 0; }

static int play_lv2(void *library, double rate, long frames, FILE *out) {
    static float left[LARGEST], right[LARGEST], control[PARAMETERS], freewheel = 1;
    static union { Lv2Sequence sequence; uint64_t words[16384]; } buffer;
    const Lv2Descriptor *(*descriptor)(uint32_t);
    *(void **)&descriptor = dlsym(library, "lv2_descriptor");
    if (!descriptor) return 1;
    const Lv2Map map = {NULL, map_uri};
    const Lv2Schedule worker = {NULL, schedule};
    const Lv2Feature features[] = {{LV2_MAP, (void *)&map}, {LV2_SCHEDULE, (void *)&worker}}, *given[] = {&features[0], &features[1], NULL};
    const Lv2Descriptor *d = descriptor(0);
    clock_t begun = clock();
    void *it = d->instantiate(d, rate, "/nowhere/", given);
    if (!it) return 1;
    report(begun, "instantiate");
    const Lv2Work *work = d->extension(LV2_WORK);
    int next = 0;
    for (int i = 0; i < PARAMETERS; i++) control[i] = parameters[i].start;
    for (; next < lines && !strcmp(score[next].kind, "set"); next++) control[find(score[next].name)] = (float)score[next].a;
    void *ports[] = {&buffer, left, right, &freewheel};
    for (uint32_t i = 0; i < 4; i++) d->connect(it, i, ports[i]);
    for (uint32_t i = 0; i < PARAMETERS; i++) d->connect(it, 4 + i, &control[i]);
    d->activate(it);
    for (long done = 0; done < frames;) {
        const int size = block_size(frames - done);
        buffer.sequence = (Lv2Sequence){{sizeof buffer.sequence - sizeof(Lv2Atom), map_uri(NULL, LV2_NS "ext/atom#Sequence")}, 0, 0};
        char *at = (char *)(&buffer.sequence + 1);
        for (; next < lines && score[next].time < done + size; next++) {
            const Lv2Event event = {score[next].time - done, {(uint32_t)score[next].count, map_uri(NULL, LV2_MIDI_EVENT)}};
            memcpy(at, &event, sizeof event);
            memcpy(at + sizeof event, score[next].bytes, (size_t)score[next].count);
            const size_t whole = sizeof event + ((size_t)score[next].count + 7) / 8 * 8;
            buffer.sequence.atom.size += (uint32_t)whole;
            at += whole;
        }
        d->run(it, (uint32_t)size);
        if (called) called = 0, work->work(it, NULL, NULL, 0, NULL);
        for (int i = 0; i < size; i++) fwrite(&(float[2]){left[i], right[i]}, sizeof(float), 2, out);
        done += size;
    }
    d->deactivate(it);
    d->cleanup(it);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 8) return 2;
    void *library = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
    if (!library || !read_score(argv[6])) {
        fprintf(stderr, "%s\n", library ? "no score" : dlerror());
        return 2;
    }
    FILE *out = fopen(argv[7], "wb");
    state = (uint64_t)atoi(argv[5]) + 1;
    const int clap = !strcmp(argv[1], "clap");
    const int failed = (clap ? play_clap : play_lv2)(library, atof(argv[3]), atol(argv[4]), out);
    return fclose(out) || failed;
}
