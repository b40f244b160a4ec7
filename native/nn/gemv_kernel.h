/* The product's inner loops, once per instruction set; gemv.c includes this file with these defined:
   NAME(x), TARGET (attribute), VECTOR and its WIDTH in floats, LOAD, STORE, SPLAT, MULTIPLY_ADD(a, b, c) = a b + c,
   SUMS: how many vectors of sums the registers hold. No include guard. */
#define PARTS (PANEL / WIDTH)
#define PREFETCH_FLOATS 512 /* ahead of the row in use */
#define TILE_VOICES (SUMS / PARTS < GROUP_VOICES ? SUMS / PARTS : GROUP_VOICES)
#define TILE_PANELS(voices) (SUMS / PARTS / (voices) < 1 ? 1 : SUMS / PARTS / (voices))

/* `panels` and `voices` are constants at every call, so that the sums stay in registers. */
TARGET INLINE void NAME(tile)(const float *weight, const float *bias, int inputs, int stride, const float *const *x,
                              float *y, const int panels, const int voices) {
    VECTOR sum[GROUP_VOICES][GROUP_PANELS * PARTS];
    for (int v = 0; v < voices; v++)
        for (int p = 0; p < panels * PARTS; p++) sum[v][p] = LOAD(bias + p * WIDTH);
    for (int i = 0; i < inputs; i++, weight += stride) {
        VECTOR row[GROUP_PANELS * PARTS];
        for (int p = 0; p < panels * PARTS; p++) row[p] = LOAD(weight + p * WIDTH);
        if (TILE_PANELS(voices) < GROUP_PANELS) /* it skips what other tiles read, and the processor lags behind */
            for (int p = 0; p < panels; p++) __builtin_prefetch(weight + p * PANEL + PREFETCH_FLOATS);
        for (int v = 0; v < voices; v++) {
            VECTOR input = SPLAT(x[v][i]);
            IN_REGISTER(input);
            for (int p = 0; p < panels * PARTS; p++) sum[v][p] = MULTIPLY_ADD(row[p], input, sum[v][p]);
        }
    }
    for (int v = 0; v < voices; v++)
        for (int p = 0; p < panels * PARTS; p++) STORE(y + v * GROUP_PANELS * PANEL + p * WIDTH, sum[v][p]);
}

TARGET INLINE void NAME(tiles)(const float *weight, const float *bias, int inputs, int panels, const float *const *x,
                               float *y, const int voices) {
    const int most = TILE_PANELS(voices) < GROUP_PANELS ? TILE_PANELS(voices) : GROUP_PANELS;
    const int stride = panels * PANEL;
    int left = panels;
    for (; left >= most; left -= most, weight += most * PANEL, bias += most * PANEL, y += most * PANEL)
        NAME(tile)(weight, bias, inputs, stride, x, y, most, voices);
    if (most > 3 && left == 3) NAME(tile)(weight, bias, inputs, stride, x, y, 3, voices);
    if (most > 2 && left == 2) NAME(tile)(weight, bias, inputs, stride, x, y, 2, voices);
    if (most > 1 && left == 1) NAME(tile)(weight, bias, inputs, stride, x, y, 1, voices);
}

/* Functions of their own, since gcc runs out of general registers where they are one. */
#define TILES(voices)                                                                                               \
    TARGET static __attribute__((noinline)) void NAME(tiles_##voices)(                                              \
        const float *weight, const float *bias, int inputs, int panels, const float *const *x, float *y) {          \
        NAME(tiles)(weight, bias, inputs, panels, x, y, voices);                                                    \
    }
TILES(1)
TILES(2)
TILES(3)
TILES(4)

TARGET static void NAME(gemv)(const float *weight, const float *bias, int inputs, int panels, const float *const *x,
                                 float *y, int voices) {
    for (int left = voices; left > 0; left -= TILE_VOICES, x += TILE_VOICES, y += TILE_VOICES * GROUP_PANELS * PANEL)
        switch (left < TILE_VOICES ? left : TILE_VOICES) {
        case 1: NAME(tiles_1)(weight, bias, inputs, panels, x, y); break;
        case 2: NAME(tiles_2)(weight, bias, inputs, panels, x, y); break;
        case 3: NAME(tiles_3)(weight, bias, inputs, panels, x, y); break;
        case 4: NAME(tiles_4)(weight, bias, inputs, panels, x, y); break;
        }
}

#undef TILES
#undef PARTS
#undef PREFETCH_FLOATS
#undef TILE_VOICES
#undef TILE_PANELS
#undef NAME
#undef TARGET
#undef VECTOR
#undef WIDTH
#undef SUMS
#undef LOAD
#undef STORE
#undef SPLAT
#undef MULTIPLY_ADD
