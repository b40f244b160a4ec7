#include "plugin/tuning_messages.h"

#include <string.h>

#define REALTIME 0x7F
#define NON_REALTIME 0x7E
#define TUNING 0x08
#define NAME_BYTES 16
#define MIDDLE (64 << 7)
#define WHOLE 16383

/* What a message is about. */
typedef struct Message {
    const uint8_t *data; /* behind the form, without the end */
    int size, realtime, form;
} Message;

void tuning_messages_init(TuningMessages *t) {
    memset(t, 0, sizeof *t);
    for (int key = 0; key < TUNING_KEYS; key++) t->keys[key] = key;
}

static void apply(const TuningMessages *t, Synth *synth, int sounding) {
    float pitches[TUNING_CHANNELS * TUNING_KEYS];
    for (int channel = 0; channel < TUNING_CHANNELS; channel++)
        for (int key = 0; key < TUNING_KEYS; key++) {
            const double pitch = t->keys[key] + t->octave_cents[channel][key % TUNING_OCTAVE] / 100;
            pitches[channel * TUNING_KEYS + key] = (float)(pitch > 0 ? pitch : 0);
        }
    synth_tune(synth, pitches, sounding);
}

/* Four bytes a key: its number, then its pitch. */
static int take_keys(TuningMessages *t, const uint8_t *rows, int count) {
    for (; count--; rows += 4)
        if (rows[1] != 0x7F || rows[2] != 0x7F || rows[3] != 0x7F)
            t->keys[rows[0]] = rows[1] + (double)(rows[2] << 7 | rows[3]) / 16384;
    return 1;
}

/* The number of keys, and their rows. */
static int take_note_change(TuningMessages *t, const uint8_t *data, int size) {
    return size >= 1 && size == 1 + 4 * data[0] && take_keys(t, data + 1, data[0]);
}

/* The name, three bytes for every key, and a checksum, which writers reckon in different ways. */
static int take_dump(TuningMessages *t, const uint8_t *data, int size) {
    uint8_t rows[4 * TUNING_KEYS];
    if (size != NAME_BYTES + 3 * TUNING_KEYS + 1) return 0;
    for (int key = 0; key < TUNING_KEYS; key++) {
        rows[4 * key] = (uint8_t)key;
        memcpy(rows + 4 * key + 1, data + NAME_BYTES + 3 * key, 3);
    }
    return take_keys(t, rows, TUNING_KEYS);
}

static int take_octave(TuningMessages *t, int mask, const uint8_t *data, int size, int wide) {
    if (size != TUNING_OCTAVE * (wide ? 2 : 1)) return 0;
    for (int channel = 0; channel < TUNING_CHANNELS; channel++)
        for (int i = 0; mask >> channel & 1 && i < TUNING_OCTAVE; i++)
            t->octave_cents[channel][i] =
                wide ? (double)((data[2 * i] << 7 | data[2 * i + 1]) - 8192) * 100 / 8192 : (double)data[i] - 64;
    return 1;
}

static int take_tuning(TuningMessages *t, Message m) {
    const int bank = m.form == 0x04 || m.form == 0x07; /* one byte more, for a bank */
    const uint8_t *data = m.data + 1 + bank;           /* behind the program */
    const int size = m.size - 1 - bank;
    if (m.form == 0x08 || m.form == 0x09) {
        if (m.size < 3) return 0;
        const int mask = (m.data[0] & 3) << 14 | m.data[1] << 7 | m.data[2];
        return take_octave(t, mask, m.data + 3, m.size - 3, m.form == 0x09);
    }
    if ((m.form == 0x02 && m.realtime) || m.form == 0x07) return size > 0 && take_note_change(t, data, size);
    if (m.realtime || size <= NAME_BYTES) return 0;
    if (m.form == 0x01 || m.form == 0x04) return take_dump(t, data, size);
    if (m.form != 0x05 && m.form != 0x06) return 0;
    /* An octave's dump: bank, program, name, offsets, checksum. */
    return m.size > 3 + NAME_BYTES &&
           take_octave(t, 0xFFFF, m.data + 2 + NAME_BYTES, m.size - 3 - NAME_BYTES, m.form == 0x06);
}

static int is_reset(const uint8_t *b, int size) {
    static const uint8_t gs[] = {0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41}, xg[] = {0x4C, 0x00, 0x00, 0x7E, 0x00};
    if (b[1] == NON_REALTIME) return size == 6 && b[3] == 9 && b[4] >= 1 && b[4] <= 3;
    if (b[1] == 0x41) return size == 4 + (int)sizeof gs && !memcmp(b + 3, gs, sizeof gs);
    return b[1] == 0x43 && (b[2] & 0xF0) == 0x10 && size == 4 + (int)sizeof xg && !memcmp(b + 3, xg, sizeof xg);
}

static void take_master(Synth *synth, int64_t time, const uint8_t *b) {
    const int value = b[6] << 7 | b[5];
    const double share = (double)value / WHOLE;
    if (b[4] == 1) synth_send_master(synth, time, MASTER_VOLUME, (float)(share * share));
    if (b[4] == 3) synth_send_master(synth, time, MASTER_FINE, (float)((double)(value - MIDDLE) / MIDDLE));
    if (b[4] == 4) synth_send_master(synth, time, MASTER_COARSE, (float)b[6] - 64);
}

void tuning_messages_take(TuningMessages *t, Synth *synth, int64_t time, const uint8_t *b, int size) {
    if (size < 6 || b[0] != 0xF0 || b[size - 1] != 0xF7) return;
    for (int i = 1; i < size - 1; i++)
        if (b[i] > 127) return;
    if (is_reset(b, size)) {
        synth_send_master(synth, time, MASTER_RESET, 0);
        if (t->changed) tuning_messages_init(t), apply(t, synth, 1);
        return;
    }
    if (b[1] == REALTIME && b[3] == 4 && size == 8) {
        take_master(synth, time, b);
        return;
    }
    if ((b[1] != REALTIME && b[1] != NON_REALTIME) || b[3] != TUNING) return;
    const Message message = {b + 5, size - 6, b[1] == REALTIME, b[4]};
    TuningMessages next = *t;
    if (!take_tuning(&next, message)) return;
    *t = next;
    t->changed = 1;
    apply(t, synth, message.realtime);
}
