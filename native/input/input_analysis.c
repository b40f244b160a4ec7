#include "input/input_analysis.h"

#include <math.h>

#define PIECE 256
#define SURE_BELOW 0.15f   /* aperiodicity */
#define JUMP_OCTAVES 0.25f
#define MOST 8.0f /* 18 dB over full scale: whatever is beyond is no signal */

void input_analysis_init(InputAnalysis *e, Arena *arena, const double *a_weighting, double sample_rate) {
    pitch_tracker_init(&e->tracker, arena, sample_rate);
    loudness_meter_init(&e->meter, arena, a_weighting, sample_rate);
    brightness_meter_init(&e->brightness, arena, sample_rate);
    e->clean = arena_floats(arena, PIECE);
    if (!arena->base) return;
    e->sample_rate = sample_rate;
    voicing_gate_init(&e->gate);
}

void input_analysis_push(InputAnalysis *e, const float *samples, int stride, int size) {
    for (int done = 0; done < size; done += PIECE) {
        int count = size - done < PIECE ? size - done : PIECE;
        for (int i = 0; i < count; i++) {
            float x = samples[(done + i) * stride];
            e->clean[i] = fabsf(x) < MOST ? x : 0.0f; /* NaN fails this too */
        }
        pitch_tracker_push(&e->tracker, e->clean, count);
        loudness_meter_push(&e->meter, e->clean, count);
        if (e->detailed) brightness_meter_push(&e->brightness, e->clean, count);
    }
}

InputFrame input_analysis_read(InputAnalysis *e, float threshold_db, int hop) {
    InputFrame heard = {.pitch = pitch_tracker_read(&e->tracker), .loudness_db = loudness_meter_read(&e->meter)};
    if (e->detailed) {
        heard.quick_db = loudness_meter_shorter(&e->meter, METER_QUICK);
        heard.middle_db = loudness_meter_shorter(&e->meter, METER_MIDDLE);
        heard.bright_hz = brightness_meter_read(&e->brightness);
    }
    float seconds = (float)(hop / e->sample_rate);
    heard.voiced = voicing_gate_step(&e->gate, heard.loudness_db, heard.pitch.aperiodicity, threshold_db, seconds);
    heard.level = e->gate.heard;
    /* What is not quite periodic, as a note that ends, holds the gate open but does not jump. */
    int sure = heard.pitch.aperiodicity < SURE_BELOW;
    if (!heard.voiced) e->sure_hz = 0; /* nor does a note begin where the one before it ended */
    if (heard.voiced && !sure && e->sure_hz > 0 && fabsf(log2f(heard.pitch.f0_hz / e->sure_hz)) > JUMP_OCTAVES)
        heard.pitch.f0_hz = e->sure_hz;
    else if (heard.voiced) e->sure_hz = heard.pitch.f0_hz;
    return heard;
}
