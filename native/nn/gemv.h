/* Matrix times vectors, one vector per voice. Weights are packed in panels of 16 outputs, several panels to a group,
   in the order in which they are read. Every output is one chain of multiply-adds over the inputs, whatever the
   number of voices: a voice's result does not depend on its company. */
#ifndef DDSP_GEMV_H
#define DDSP_GEMV_H
#include "base/arena.h"

#define PANEL 16        /* outputs in a panel */
#define GROUP_PANELS 4  /* at most, in a group */
#define GROUP_VOICES 4  /* at most, in one call */

typedef void GemvKernel(const float *weight, const float *bias, int inputs, int panels, const float *const *x,
                           float *y, int voices);

typedef struct Gemv {
    int inputs, panels; /* in all */
    int width;          /* panels per group, up to GROUP_PANELS; the last group may have fewer */
    int groups;
    float *weight; /* [groups][inputs][panels of the group][PANEL] */
    float *bias;   /* [panels][PANEL] */
    GemvKernel *kernel;
} Gemv;

/* weight [outputs, inputs], bias [outputs]; read only while the arena does not count. */
void gemv_init(Gemv *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs);
/* The same for three stacked matrices, weight [3 * outputs, inputs]: group g has three panels, each matrix's outputs
   16 g to 16 g + 15. */
void gemv_init_gates(Gemv *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs);
/* One group for 1 to GROUP_VOICES voices: x[v] [inputs] -> y [voices][GROUP_PANELS * PANEL], of which the group's width
   counts. */
void gemv_group(const Gemv *p, int group, const float *const *x, float *y, int voices);

#endif
