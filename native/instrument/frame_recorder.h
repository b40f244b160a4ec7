/* Frames of the decoder, kept as they are played, and played as they were kept. */
#ifndef DDSP_FRAME_RECORDER_H
#define DDSP_FRAME_RECORDER_H
#include <stdint.h>

#include "api/frame_log.h"
#include "api/instrument.h"
#include "instrument/voice_renderer.h"

/* Adds a frame to the log, if there is one; a frame too many is counted. frame: NULL if the voice is cut off. */
void frame_recorder_keep(FrameLog *kept, const InstrumentConfig *config, int64_t position, int voice,
                         const VoiceFrame *frame);
/* The frame that a record of a score describes; it points into the score. */
VoiceFrame frame_recorder_frame(const FrameLog *score, const InstrumentConfig *config, int64_t record);

#endif
