/* How bright the input is now: the root mean square frequency of its spectrum between 48 and 8000 Hz. */
#ifndef DDSP_BRIGHTNESS_METER_H
#define DDSP_BRIGHTNESS_METER_H
#include "dsp/biquad_cascade.h"

typedef struct BrightnessMeter {
    BiquadCascade band;
    float rate;         /* Hz */
    float *filtered;    /* scratch */
    float last;         /* sample before */
    int size, at;       /* samples of the window; position of the newest */
    float *power;       /* [2 size] squares, written twice so that the window is in one piece, newest first */
    float *slope;       /* [2 size] squares of the differences */
    float *window;      /* Hann, of sum 1 */
} BrightnessMeter;

void brightness_meter_init(BrightnessMeter *b, Arena *arena, double sample_rate);
void brightness_meter_push(BrightnessMeter *b, const float *samples, int size);
/* Hz, or 0 in silence. For one sine it is that sine's frequency. */
float brightness_meter_read(const BrightnessMeter *b);

#endif
