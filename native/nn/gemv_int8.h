/* Matrix times vectors in 8-bit integers: weights quantized to +-127 with a scale for each row, inputs to 0 to 255 with a
   scale and a zero point for each voice and call. Sums of integers are exact, so they are the same on every
   processor and in any company. What does not fill INT8_RUN inputs at the end stays in floats: among them is what a
   layer is told besides the one before it. */
#ifndef DDSP_GEMV_INT8_H
#define DDSP_GEMV_INT8_H
#include "base/arena.h"
#include "nn/gemv.h" /* PANEL, GROUP_PANELS, GROUP_VOICES */

#define INT8_RUN 64
#define MOST_QUANTIZED 4096 /* inputs */

struct Int8Kernel;

typedef struct GemvInt8 {
    int outputs, quantized, rest; /* inputs, and those behind them that stay floats */
    int panels, width, groups;    /* as Product's */
    int8_t *weight;               /* [groups][quantized / 4][panels of the group][PANEL][4] */
    float *scale;                 /* [panels][PANEL] */
    int32_t *row_sum;             /* [panels][PANEL]: of a row's weights, which the zero point adds to each sum */
    float *rest_weight;           /* [panels][rest][PANEL] */
    float *bias;                  /* [panels][PANEL] */
    const struct Int8Kernel *kernel;
} GemvInt8;

/* Whether this processor multiplies 8-bit integers faster than floats (AVX-512 VNNI, AVX-VNNI, ARM's dot products). */
int gemv_int8_is_fast(void);
/* weight [outputs, inputs], bias [outputs]; read only while the arena does not count. */
void gemv_int8_init(GemvInt8 *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs);
/* x[v] [inputs] -> y[v] [outputs] for 1 to GROUP_VOICES voices. */
void int8_product(const GemvInt8 *p, const float *const *x, float *const *y, int voices);

#endif
