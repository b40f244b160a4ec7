/* The output stage: a peak limiter with instant attack and slow release, so that |sample| <= 1 for any chord. */
#ifndef DDSP_LIMITER_H
#define DDSP_LIMITER_H

typedef struct Limiter {
    float envelope, release; /* peak follower and its decay per sample */
} Limiter;

void limiter_init(Limiter *o, double sample_rate);
/* left, right [frames] -> out [frames, 2]; returns the highest |sample| written. */
float limiter_render(Limiter *o, const float *left, const float *right, float *out, int frames);

#endif
