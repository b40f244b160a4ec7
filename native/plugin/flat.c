#include "plugin/flat.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/network_check.h"
#include "plugin/flat_fields.h"

#define VERSION 1
#define HEAD 24
#define TEXTS (HEAD + (int)sizeof(FlatTexts))
#define LARGEST (320L << 20)

static const char patch_magic[] = "DDSPFLAT", room_magic[] = "DDSPROOM";
static const char damaged[] = "is damaged: export it again";
static const char unusable[] = "has a number or a size that no patch has: export it again";

typedef struct Reader {
    const char *at, *end;
    const char *problem; /* the first one; NULL: none so far */
} Reader;

static uint32_t checksum(const unsigned char *data, size_t size) {
    static const uint32_t nibble[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++) {
        crc = nibble[(crc ^ data[i]) & 15] ^ crc >> 4;
        crc = nibble[(crc ^ data[i] >> 4) & 15] ^ crc >> 4;
    }
    return ~crc;
}

/* `most` bytes of the file, or all of it; NULL where that can't be. */
static char *read_file(const char *path, size_t most, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *data = NULL;
    long length = -1;
    if (!fseek(file, 0, SEEK_END)) length = ftell(file);
    if (length > 0 && length <= LARGEST && !fseek(file, 0, SEEK_SET)) {
        *size = (size_t)length < most ? (size_t)length : most;
        data = malloc(*size);
        if (data && fread(data, 1, *size, file) != *size) {
            free(data);
            data = NULL;
        }
    }
    fclose(file);
    return data;
}

/* Whether a text is well-formed UTF-8 without control characters. */
static int utf8_is_printable(const char *text) {
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        const int more = *at < 0x80 ? 0 : *at >= 0xc2 && *at < 0xe0 ? 1 : *at >= 0xe0 && *at < 0xf0 ? 2 : *at >= 0xf0 && *at < 0xf5 ? 3 : -1;
        if (more < 0 || *at < 0x20 || *at == 0x7f) return 0;
        unsigned letter = *at & (0xff >> (more ? more + 2 : 1));
        for (int i = 1; i <= more; i++) {
            if ((at[i] & 0xc0) != 0x80) return 0;
            letter = letter << 6 | (at[i] & 0x3f);
        }
        const int shortest = more < 2 ? 0 : more == 2 ? 0x800 : 0x10000;
        if (letter < (unsigned)shortest || letter > 0x10ffff || (letter >= 0xd800 && letter < 0xe000)) return 0;
        if (letter >= 0x80 && letter < 0xa0) return 0;
        at += more + 1;
    }
    return 1;
}

static int is_text(const char *text, size_t width) { return memchr(text, 0, width) && utf8_is_printable(text); }

static const char *check_head(const char *data, size_t size, const char *magic, FlatTexts *texts) {
    uint32_t version;
    if (size < (size_t)TEXTS || memcmp(data, magic, 8)) return "is no flat file of ddsp-live";
    memcpy(&version, data + 8, 4);
    if (version != VERSION) return "is of another version: run `ddsp-live plugins install` again";
    memcpy(texts, data + HEAD, sizeof *texts);
    int readable = is_text(texts->name, FLAT_NAME) && is_text(texts->title, FLAT_TITLE) && is_text(texts->hash, FLAT_HASH);
    return readable && texts->name[0] ? NULL : damaged;
}

const char *flat_read_texts(FlatTexts *texts, const char *path) {
    size_t size;
    char *data = read_file(path, TEXTS, &size);
    if (!data) return "cannot be read";
    const char *problem = check_head(data, size, patch_magic, texts);
    free(data);
    return problem;
}

/* Checks that a file is whole, and leaves the reader at its numbers. */
static void open_data(Reader *r, char *data, size_t size, const char *magic, FlatTexts *texts) {
    if (!data) {
        r->problem = "cannot be read";
        return;
    }
    r->problem = check_head(data, size, magic, texts);
    if (!r->problem) {
        uint32_t crc;
        uint64_t said;
        memcpy(&crc, data + 12, 4);
        memcpy(&said, data + 16, 8);
        if (said != size || crc != checksum((unsigned char *)data + HEAD, size - HEAD)) r->problem = damaged;
    }
    r->at = data + (r->problem ? 0 : TEXTS);
    r->end = data + size;
}

static double number(Reader *r, double low, double high) {
    double value = NAN;
    if (r->end - r->at >= (ptrdiff_t)sizeof value) {
        memcpy(&value, r->at, sizeof value);
        r->at += sizeof value;
    }
    if (value >= low && value <= high) return value;
    if (!r->problem) r->problem = unusable;
    return 0;
}

static int whole(Reader *r, double low, double high) {
    const double value = number(r, low, high);
    if (value != floor(value) && !r->problem) r->problem = unusable;
    return (int)value;
}

static void fields(Reader *r, const FlatField *row, int count, void *to) {
    for (; count--; row++)
        for (int i = 0; i < row->count; i++) {
            char *at = (char *)to + row->offset + (size_t)i * (row->kind == FLAT_REAL ? sizeof(double) : sizeof(float));
            if (row->kind == FLAT_WHOLE) *(int *)at = whole(r, row->low, row->high);
            else if (row->kind == FLAT_SINGLE) *(float *)at = (float)number(r, row->low, row->high);
            else *(double *)at = number(r, row->low, row->high);
        }
}

/* `count` floats within +-most, where they lie in the file. */
static const float *floats(Reader *r, int64_t count, float most) {
    if (r->problem || count > (r->end - r->at) / (ptrdiff_t)sizeof(float)) {
        if (!r->problem) r->problem = damaged;
        return NULL;
    }
    const float *values = (const float *)(const void *)r->at;
    for (int64_t i = 0; i < count; i++)
        if (!(fabsf(values[i]) <= most)) r->problem = unusable; /* NaN, too */
    r->at += count * (ptrdiff_t)sizeof(float);
    return values;
}

static void room_numbers(Reader *r, FlatRoom *room) {
    room->rate = number(r, 0, FLAT_MOST_RATE);
    room->length = whole(r, 0, FLAT_ROOM_SECONDS * FLAT_MOST_RATE);
    room->channels = whole(r, 0, 2);
    const int none = !room->rate && !room->length && !room->channels;
    const int fits = room->rate >= FLAT_LEAST_RATE && room->length > 0 && room->channels > 0 &&
                     room->length <= FLAT_ROOM_SECONDS * room->rate;
    if (!none && !fits && !r->problem) r->problem = unusable;
}

static void room_samples(Reader *r, FlatRoom *room) {
    if (room->channels) room->samples = floats(r, (int64_t)room->length * room->channels, FLAT_MOST_SAMPLE);
}

/* Layers, and what the network needs of them; NULL where there are none. */
static LayerSpec *layers(Reader *r, LayerSpec *to, int count, int activations, int state_size) {
    for (int i = 0; i < count; i++) {
        fields(r, flat_layer_fields, FLAT_LAYER_FIELDS, &to[i]);
        if (!r->problem && !flat_layer_fits(&to[i])) r->problem = unusable;
    }
    if (!r->problem && network_check(to, count, activations, state_size)) r->problem = unusable;
    return count ? to : NULL;
}

static void arrays(Reader *r, LayerSpec *to, int count) {
    for (int i = 0; i < count && !r->problem; i++) {
        FlatArray wanted[FLAT_MOST_ARRAYS];
        const int most = flat_layer_arrays(&to[i], wanted);
        for (int a = 0; a < most; a++) *wanted[a].to = floats(r, wanted[a].count, wanted[a].most);
    }
}

static void body(Reader *r, InstrumentConfig *c) {
    const double *sos = (const double *)(const void *)r->at;
    for (int i = 0; i < 6 * c->body_sections && !r->problem; i++) number(r, -1e6, 1e6);
    if (r->problem || !c->body_sections) return;
    c->body = sos;
    if (!flat_body_fits(sos, c->body_sections)) r->problem = unusable;
}

static void contents(Reader *r, FlatPatch *p) {
    InstrumentConfig *c = &p->config;
    p->frame_rate = whole(r, 50, 1000);
    fields(r, flat_patch_fields, FLAT_PATCH_FIELDS, c);
    const int resonates = whole(r, 0, 1);
    room_numbers(r, &p->room);
    if (r->problem || !flat_patch_fits(c)) {
        if (!r->problem) r->problem = unusable;
        return;
    }
    LayerSpec *own = calloc((size_t)(c->layer_count + c->performer_layer_count), sizeof *own);
    LayerSpec *performer = own ? own + c->layer_count : NULL;
    p->layers = own;
    if (!own) {
        r->problem = "does not fit into the memory";
        return;
    }
    c->layers = layers(r, own, c->layer_count, c->activations, c->state_size);
    c->performer_layers =
        layers(r, performer, c->performer_layer_count, c->performer_activations, c->performer_state_size);
    body(r, c);
    arrays(r, own, c->layer_count);
    arrays(r, performer, c->performer_layer_count);
    if (resonates) c->resonances = floats(r, RESONANCE_STEPS * RESONANCE_OCTAVES + 1, FLAT_MOST_RESONANCE);
    room_samples(r, &p->room);
    if (!r->problem && flat_patch_gflops(c, p->frame_rate) > FLAT_MOST_GFLOPS)
        r->problem = "asks for more operations than a core does in time";
}

const char *flat_read_patch(FlatPatch *patch, const char *path) {
    size_t size = 0;
    char *data = read_file(path, LARGEST, &size);
    return flat_take_patch(patch, data, size);
}

const char *flat_take_patch(FlatPatch *patch, char *data, size_t size) {
    Reader r = {0};
    memset(patch, 0, sizeof *patch);
    patch->memory = data;
    open_data(&r, data, size, patch_magic, &patch->texts);
    if (!r.problem) contents(&r, patch);
    if (!r.problem && r.at != r.end) r.problem = damaged;
    if (r.problem) flat_free_patch(patch);
    return r.problem;
}

const char *flat_read_room(FlatRoom *room, const char *path) {
    Reader r = {0};
    size_t size = 0;
    memset(room, 0, sizeof *room);
    char *data = read_file(path, LARGEST, &size);
    room->memory = data;
    open_data(&r, data, size, room_magic, &room->texts);
    if (!r.problem) room_numbers(&r, room);
    if (!r.problem) room_samples(&r, room);
    if (!r.problem && (r.at != r.end || !room->channels)) r.problem = damaged;
    if (r.problem) flat_free_room(room);
    return r.problem;
}

void flat_free_patch(FlatPatch *patch) {
    free(patch->memory);
    free(patch->layers);
    memset(patch, 0, sizeof *patch);
}

void flat_free_room(FlatRoom *room) {
    free(room->memory);
    memset(room, 0, sizeof *room);
}
