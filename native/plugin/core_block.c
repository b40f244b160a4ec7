/* A Core from start to stop, and its blocks: events in, sound out. */
#include "plugin/core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/core_parts.h"

#define LEAST_RATE 8000.0
#define MOST_RATE 192000.0
#define TAIL_SECONDS 12.0 /* of releases and the room, as for files */
#define MOST_SENT 2000    /* events between two steps of rendering: what the kernel takes at once */
#define SILENCE 1e-5f     /* -100 dB */
#define SILENT_SECONDS 0.5 /* in which the room has nothing more to say */
#define TRASH ((uint64_t)1 << 63) /* beside the code of a request: an instrument is to be freed */
#define NOTHING (~(uint64_t)0)
#define BANK_SELECT 0
#define BANK_SELECT_FINE 32

Core *core_new(const char *folder, CoreHost host) {
    Core *core = calloc(1, sizeof *core);
    if (!core) return NULL;
    core->host = host;
    atomic_flag_clear(&core->busy);
    for (int i = 0; i < PARAMETERS; i++) atomic_init(&core->value[i], parameters[i].start);
    bank_open(&core->bank, folder);
    if (!core->bank.count) {
        atomic_store(&core->patch, -1);
        host.log(host.self, "ddsp-live has no patches: run `ddsp-live plugins install` once.");
    }
    if (core->bank.refused) host.log(host.self, "Some patches can't be read: run `ddsp-live plugins install` again.");
    return core;
}

void core_free(Core *core) {
    core_stop(core);
    bank_close(&core->bank);
    free(core);
}

void core_start(Core *core, double rate) {
    core_stop(core);
    if (!(rate >= LEAST_RATE && rate <= MOST_RATE)) {
        core->host.log(core->host.self, "ddsp-live plays at 8 to 192 kHz: choose another sample rate.");
        return;
    }
    core->rate = rate;
    core->voices = (int)core_get(core, P_VOICES);
    const SynthConfig config = {.sample_rate = rate, .block_size = STEP, .voices = core->voices};
    void *memory = loader_zeroed(synth_bytes(&config), &core->memory);
    if (!memory) {
        core->host.log(core->host.self, "There is not enough memory for ddsp-live: choose fewer voices.");
        return;
    }
    core->synth = synth_init(memory, &config);
    synth_rack(core->synth, &rack_off);
    core->quiet = core->start = core->frames = core->at = core->sent = core->silenced = 0;
    tuning_messages_init(&core->tuning);
    core_apply_all(core);
    core->asked = NOTHING;
    atomic_store(&core->done, NOTHING);
    core_work(core);
}

void core_stop(Core *core) {
    core->synth = NULL;
    core->rate = 0;
    core_forget(core);
    free(core->memory);
    core->memory = NULL;
}

void core_offline(Core *core, int on) { atomic_store(&core->offline, on); }

int core_patches(const Core *core) { return core->bank.count; }

const char *core_patch_title(const Core *core, int patch) {
    return patch >= 0 && patch < core->bank.count ? core->bank.entries[patch].texts.title : "";
}

static void step(Core *core, int size) {
    synth_render(core->synth, core->out, size);
    float peak = 0;
    for (int i = 0; i < size; i++) {
        const float left = core->out[2 * i], right = core->out[2 * i + 1];
        if (core->left) core->left[core->at + i] = left;
        if (core->right) core->right[core->at + i] = right;
        peak = fmaxf(peak, fmaxf(fabsf(left), fabsf(right)));
    }
    core->quiet = peak > SILENCE ? 0 : core->quiet + size;
    core->at += size;
}

/* Renders up to a sample of the block, so that what was sent is taken off the queue. */
static void advance(Core *core, int to) {
    if (to > core->frames) to = core->frames;
    if (core->at >= to) synth_render(core->synth, core->out, 0);
    while (core->at < to) step(core, to - core->at < STEP ? to - core->at : STEP);
    core->sent = 0;
}

static int64_t time_of(Core *core, int at) {
    if (++core->sent > MOST_SENT) advance(core, at);
    const int inside = at < core->at ? core->at : at < core->frames ? at : core->frames ? core->frames - 1 : 0;
    return core->start + inside;
}

void core_send(Core *core, int at, int status, int a, int b) {
    const uint8_t bytes[3] = {(uint8_t)status, (uint8_t)a, (uint8_t)b};
    const int kind = status & 0xF0;
    synth_send(core->synth, time_of(core, at), bytes, kind == 0xC0 || kind == 0xD0 ? 2 : 3);
}

/* Off the audio thread if it has to keep up, at this very sample if it has not. */
void core_look(Core *core, int at) {
    Instrument *gone = atomic_load(&core->trash) ? NULL : synth_retired(core->synth);
    if (gone) atomic_store(&core->trash, gone);
    const uint64_t wanted = core_request(core) | (atomic_load(&core->trash) ? TRASH : 0);
    if (wanted == atomic_load(&core->done)) {
        core->asked = NOTHING;
    } else if (atomic_load_explicit(&core->offline, memory_order_relaxed)) {
        if (at > core->at) advance(core, at);
        core_work(core);
    } else if (wanted != core->asked && core->host.wake(core->host.self)) {
        core->asked = wanted;
    }
}

/* The patch is not there: no notes begin. */
static int is_mute(const Core *core) { return atomic_load(&core->patch) < 0; }

void core_begin(Core *core, float *left, float *right, int frames) NONBLOCKING {
    core->left = left;
    core->right = right;
    core->frames = frames;
    core->at = 0;
    if (!core->synth) return;
    core->start = synth_position(core->synth);
    uint64_t changed = atomic_load_explicit(&core->changed, memory_order_relaxed);
    if (changed) changed = atomic_exchange(&core->changed, 0);
    for (int i = 0; changed; i++, changed >>= 1)
        if (changed & 1) core_apply(core, 0, i);
    const int mute = is_mute(core);
    if (mute && !core->silenced) core_silence(core);
    core->silenced = mute;
    core_look(core, 0);
}

static void program(Core *core, int at, int channel, int number) {
    const uint8_t *banks = core->bank_select[channel];
    const int wanted = (banks[0] << 7 | banks[1]) << 7 | number;
    if (wanted >= core->bank.count) return;
    core_parameter(core, at, P_PATCH, (float)wanted);
}

void core_midi(Core *core, int at, const uint8_t *bytes, int size) NONBLOCKING {
    if (size < 1 || !core->synth) return;
    const int kind = bytes[0] & 0xF0, channel = bytes[0] & 15;
    if (bytes[0] == 0xF0) {
        advance(core, at); /* a tuning counts from here on */
        if (size <= TUNING_LONGEST) tuning_messages_take(&core->tuning, core->synth, time_of(core, at), bytes, size);
    } else if (kind == 0xC0 && size >= 2) {
        program(core, at, channel, bytes[1] & 127);
    } else if (kind == 0xB0 && size >= 3 && (bytes[1] == BANK_SELECT || bytes[1] == BANK_SELECT_FINE)) {
        core->bank_select[channel][bytes[1] == BANK_SELECT_FINE] = bytes[2] & 127;
    } else if (size <= 3 && !(kind == 0x90 && is_mute(core))) {
        synth_send(core->synth, time_of(core, at), bytes, size);
    }
}

void core_note(Core *core, int at, int channel, int key, double velocity) NONBLOCKING {
    if (!core->synth || key < 0 || key > 127 || (velocity > 0 && is_mute(core))) return;
    const int level = velocity >= 1 ? 127 : velocity > 0 ? (int)lrint(127 * velocity) : 0;
    core_send(core, at, (velocity > 0 ? 0x90 : 0x80) | (channel & 15), key, velocity > 0 && level < 1 ? 1 : level);
}

void core_expression(Core *core, int at, int channel, int key, int target, float value) NONBLOCKING {
    if (core->synth) synth_send_expression(core->synth, time_of(core, at), channel, key & 127, target, value);
}

void core_silence(Core *core) NONBLOCKING {
    for (int channel = 0; core->synth && channel < 16; channel++) core_send(core, core->at, 0xB0 | channel, 120, 0);
}

void core_end(Core *core) NONBLOCKING {
    if (core->synth) {
        if (core->frames) advance(core, core->frames);
        return;
    }
    const size_t bytes = (size_t)core->frames * sizeof(float);
    if (core->left) memset(core->left, 0, bytes);
    if (core->right) memset(core->right, 0, bytes);
}

int core_is_silent(const Core *core) { return !core->synth || (double)core->quiet > SILENT_SECONDS * core->rate; }

int core_voices(Core *core, VoiceReading readings[64 + 1]) {
    return core->synth ? synth_read_voices(core->synth, readings) : 0;
}

int core_delay(const Core *core) {
    (void)core;
    return 0;
}

uint32_t core_tail(const Core *core) { return (uint32_t)(TAIL_SECONDS * core->rate); }
