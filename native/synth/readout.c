#include "synth/readout.h"

#include <math.h>

#define TRIES 8 /* a reading that changes under us again and again is left out this time */
#define PUT(field, value) atomic_store_explicit(&v->field, value, memory_order_relaxed)
#define GET(field) atomic_load_explicit(&v->field, memory_order_relaxed)

static void begin(VoiceReadout *v) {
    PUT(turn, GET(turn) + 1);
    atomic_thread_fence(memory_order_release);
}

static void end(VoiceReadout *v) { atomic_store_explicit(&v->turn, GET(turn) + 1, memory_order_release); }

void readout_write(Readout *r, const VoiceReading *now, float gain) {
    VoiceReadout *v = &r->voice[now->voice];
    begin(v);
    PUT(sounding, 1);
    PUT(channel, now->channel);
    PUT(note, now->note);
    PUT(held, now->held);
    PUT(onset, now->onset);
    PUT(pitch, now->pitch);
    PUT(loudness_db, now->loudness_db);
    PUT(gain, gain);
    end(v);
}

void readout_silent(Readout *r, int voice) {
    VoiceReadout *v = &r->voice[voice];
    begin(v);
    PUT(sounding, 0);
    end(v);
}

/* 1 where the voice sounds, 0 where it is silent, -1 where it was being written. */
static int read_once(VoiceReadout *v, VoiceReading *out) {
    uint32_t turn = atomic_load_explicit(&v->turn, memory_order_acquire);
    int sounding = GET(sounding);
    out->channel = GET(channel);
    out->note = GET(note);
    out->held = GET(held);
    out->onset = GET(onset);
    out->pitch = GET(pitch);
    out->loudness_db = GET(loudness_db);
    float gain = GET(gain);
    atomic_thread_fence(memory_order_acquire);
    if (turn % 2 || GET(turn) != turn) return -1;
    out->loudness_db += gain > 1e-6f ? 20.0f * log10f(gain) : -120.0f;
    return sounding;
}

int readout_read(Readout *r, int voices, VoiceReading *out) {
    int count = 0;
    for (int i = 0; i < voices; i++) {
        int sounding = -1;
        for (int tries = 0; sounding < 0 && tries < TRIES; tries++) sounding = read_once(&r->voice[i], &out[count]);
        out[count].voice = i;
        count += sounding > 0;
    }
    return count;
}
