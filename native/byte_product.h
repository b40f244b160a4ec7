/* Matrix times vectors in 8-bit integers: weights rounded to 127 steps of their row's largest, inputs to 127 steps of
   their voice's largest at that moment. Sums of integers are exact, so they are the same on every processor and in any
   company. What does not fill BYTE_RUN inputs at the end stays in floats: among them is what a layer is told besides
   the one before it. */
#ifndef DDSP_BYTE_PRODUCT_H
#define DDSP_BYTE_PRODUCT_H
#include "arena.h"
#include "product.h" /* PANEL, GROUP_PANELS, GROUP_VOICES */

#define BYTE_RUN 64
#define MOST_BYTES 4096 /* inputs */

typedef void ByteKernel(const int8_t *weight, int quads, int panels, const uint8_t *x, int32_t *sum, int voices);

typedef struct ByteProduct {
    int outputs, bytes, rest; /* inputs as bytes, and those behind them as floats */
    int panels, width, groups; /* as Product's */
    int8_t *weight;            /* [groups][bytes / 4][panels of the group][PANEL][4] */
    float *step;               /* [panels][PANEL]: what one of the 127 is worth */
    int32_t *centre;           /* [panels][PANEL]: 128 times a row's sum, as inputs are above 0 */
    float *rest_weight;        /* [panels][rest][PANEL] */
    float *bias;               /* [panels][PANEL] */
    ByteKernel *kernel;
} ByteProduct;

/* Whether this processor multiplies bytes faster than floats (AVX-512 VNNI). */
int byte_product_is_fast(void);
/* weight [outputs, inputs], bias [outputs]; read only while the arena does not count. */
void byte_product_init(ByteProduct *p, Arena *arena, const float *weight, const float *bias, int outputs, int inputs);
/* x[v] [inputs] -> y[v] [outputs] for 1 to GROUP_VOICES voices. */
void byte_product(const ByteProduct *p, const float *const *x, float *const *y, int voices);

#endif
