#include "instrument/frame_recorder.h"

#include <string.h>

void frame_recorder_keep(FrameLog *kept, const InstrumentConfig *config, int64_t position, int voice,
                         const VoiceFrame *frame) {
    if (!kept) return;
    if (kept->count == kept->capacity) {
        kept->lost++;
        return;
    }
    int64_t i = kept->count++;
    FrameRecord *record = &kept->record[i];
    *record = (FrameRecord){.start = position, .voice = voice};
    if (!frame) return;
    record->length = frame->length;
    record->begins = frame->starts;
    record->ends = frame->last;
    record->seed = frame->seed;
    record->noise_in_step = frame->noise_in_step;
    record->f0_hz = frame->f0_hz;
    record->amplitude = *frame->amplitude * frame->voicing;
    record->gain_left = frame->gain_left;
    record->gain_right = frame->gain_right;
    size_t harmonics = (size_t)config->harmonics, bands = (size_t)config->noise_bands;
    memcpy(kept->distribution + (size_t)i * harmonics, frame->distribution, harmonics * sizeof(float));
    memcpy(kept->magnitudes + (size_t)i * bands, frame->magnitudes, bands * sizeof(float));
}

VoiceFrame frame_recorder_frame(const FrameLog *score, const InstrumentConfig *config, int64_t i) {
    FrameRecord *record = &score->record[i];
    return (VoiceFrame){.starts = record->begins,
                        .fade_in = 1,
                        .last = record->ends,
                        .length = record->length,
                        .f0_hz = record->f0_hz,
                        .gain_left = record->gain_left,
                        .gain_right = record->gain_right,
                        .voicing = 1.0f,
                        .scale = 1.0f,
                        .seed = record->seed,
                        .noise_in_step = record->noise_in_step,
                        .amplitude = &record->amplitude,
                        .distribution = score->distribution + i * config->harmonics,
                        .magnitudes = score->magnitudes + i * config->noise_bands};
}
