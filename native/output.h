/* The output stage: a peak limiter with instant attack and slow release, so that |sample| <= 1 for any chord. */
#ifndef DDSP_OUTPUT_H
#define DDSP_OUTPUT_H

typedef struct Output {
    float envelope, release; /* peak follower and its decay per sample */
} Output;

void output_init(Output *o, double sample_rate);
/* left, right [frames] -> out [frames, 2]; returns the highest |sample| written. */
float output_render(Output *o, const float *left, const float *right, float *out, int frames);

#endif
