/* Reads a flat file that was changed at random, many times, and plays what is accepted.
   usage: flat_mutants FILE SCRATCH COUNT SEED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/synth.h"
#include "plugin/loader.h"

#define HEAD 24

static uint64_t state;

static uint32_t draw(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16) % below;
}

static uint32_t checksum(const unsigned char *data, size_t size) {
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static double odd_number(void) {
    static const double odd[] = {0, 1, -1, 2, 16, 255, 256, 257, 4096, 4097, 65535, 65536, 1e9, -1e9, 2147483648.0, 1e300, .5};
    static const uint64_t bits[] = {0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 1};
    if (draw(8)) return odd[draw(sizeof odd / sizeof *odd)];
    double value;
    memcpy(&value, &bits[draw(4)], sizeof value);
    return value;
}

/* Changes a copy of the file; returns its size. */
static size_t mutate(unsigned char *data, size_t size, size_t numbers) {
    const size_t texts = HEAD + sizeof(FlatTexts);
    for (uint32_t i = 0, changes = 1 + draw(3); i < changes; i++) {
        const size_t slot = texts + 8 * draw((uint32_t)numbers);
        double value;
        switch (draw(6)) {
        case 0: data[draw((uint32_t)size)] ^= (unsigned char)(1u << draw(8)); break;
        case 1: size = draw(4) ? size - draw((uint32_t)size / 2) : draw((uint32_t)size) + 1; break;
        case 2: data[draw(texts)] = (unsigned char)draw(256); break;
        case 3:
            memcpy(&value, data + slot, 8);
            value += draw(2) ? 1 : -1;
            memcpy(data + slot, &value, 8);
            break;
        default:
            value = odd_number();
            memcpy(data + slot, &value, 8);
        }
        if (size < texts + 8 * numbers) return size;
    }
    return size;
}

static void correct(unsigned char *data, size_t size) {
    if (size < HEAD) return;
    const uint64_t length = size;
    const uint32_t crc = checksum(data + HEAD, size - HEAD);
    memcpy(data + 12, &crc, 4);
    memcpy(data + 16, &length, 8);
}

static void play(const FlatPatch *patch) {
    static float out[2 * 480];
    const SynthConfig config = {.sample_rate = 48000, .block_size = 480, .voices = 2, .seed = 1};
    Loaded *loaded = loader_instrument(patch, NULL, 48000, 2, 0);
    if (!loaded) return;
    void *raw = NULL;
    Synth *synth = synth_init(loader_zeroed(synth_bytes(&config), &raw), &config);
    synth_load(synth, loaded->instrument);
    const uint8_t on[] = {0x90, 60, 100};
    synth_send(synth, 0, on, 3);
    synth_life(synth, 1);
    synth_express(synth, 1);
    for (int i = 0; i < 4; i++) synth_render(synth, out, 480);
    free(raw);
    loader_free(loaded);
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    FILE *file = fopen(argv[1], "rb");
    if (!file) return 2;
    fseek(file, 0, SEEK_END);
    const size_t size = (size_t)ftell(file);
    rewind(file);
    unsigned char *data = malloc(size), *copy = malloc(size);
    if (fread(data, 1, size, file) != size) return 2;
    fclose(file);
    int accepted = 0, played = 0;
    const int count = atoi(argv[3]);
    state = 0x9E3779B97F4A7C15u * (uint64_t)(1 + atoi(argv[4]));
    for (int i = 0; i < count; i++) {
        memcpy(copy, data, size);
        const size_t left = mutate(copy, size, 300);
        if (draw(16)) correct(copy, left); /* else the checksum finds it */
        file = fopen(argv[2], "wb");
        if (!file || fwrite(copy, 1, left, file) != left) return 2;
        fclose(file);
        FlatPatch patch;
        FlatTexts texts;
        flat_read_texts(&texts, argv[2]);
        if (flat_read_patch(&patch, argv[2])) continue;
        if (accepted++ % 8 == 0) {
            play(&patch);
            played++;
        }
        flat_free_patch(&patch);
    }
    free(data);
    free(copy);
    printf("%d of %d accepted, %d played\n", accepted, count, played);
    return 0;
}
