/* Sums of products of 8-bit integers, once per instruction set; gemv_int8.c includes this file with these defined:
   NAME(x), TARGET (attribute), VECTOR and its WIDTH in 32-bit integers, ZERO, LOAD, STORE, SPLAT (of four inputs),
   DOT(sum, input, row): four products into each of the sums, and MOST_PANELS(voices), whose sums the registers hold.
   No include guard. */
#define PARTS (PANEL / WIDTH)

/* `panels` and `voices` are constants at every call, so that the sums stay in registers. stride: bytes of a quad. */
TARGET INLINE void NAME(tile)(const int8_t *weight, int quads, int stride, const uint8_t *x, int32_t *sum,
                              const int panels, const int voices) {
    VECTOR sums[GROUP_VOICES][GROUP_PANELS * PARTS];
    for (int v = 0; v < voices; v++)
        for (int p = 0; p < panels * PARTS; p++) sums[v][p] = ZERO();
    for (int quad = 0; quad < quads; quad++, weight += stride) {
        VECTOR row[GROUP_PANELS * PARTS];
        for (int p = 0; p < panels * PARTS; p++) row[p] = LOAD(weight + p * WIDTH * 4);
        for (int v = 0; v < voices; v++) {
            int32_t four;
            memcpy(&four, x + v * MOST_QUANTIZED + 4 * quad, sizeof four);
            const VECTOR input = SPLAT(four);
            for (int p = 0; p < panels * PARTS; p++) sums[v][p] = DOT(sums[v][p], input, row[p]);
        }
    }
    for (int v = 0; v < voices; v++)
        for (int p = 0; p < panels * PARTS; p++) STORE(sum + v * TILE + p * WIDTH, sums[v][p]);
}

TARGET INLINE void NAME(tiles)(const int8_t *weight, int quads, int panels, const uint8_t *x, int32_t *sum,
                               const int voices) {
    const int most = MOST_PANELS(voices), stride = panels * PANEL * 4;
    int left = panels;
    for (; left >= most; left -= most, weight += most * PANEL * 4, sum += most * PANEL)
        NAME(tile)(weight, quads, stride, x, sum, most, voices);
    if (most > 3 && left == 3) NAME(tile)(weight, quads, stride, x, sum, 3, voices);
    if (most > 2 && left == 2) NAME(tile)(weight, quads, stride, x, sum, 2, voices);
    if (most > 1 && left == 1) NAME(tile)(weight, quads, stride, x, sum, 1, voices);
}

TARGET static void NAME(sums)(const int8_t *weight, int quads, int panels, const uint8_t *x, int32_t *sum, int voices) {
    switch (voices) {
    case 1: NAME(tiles)(weight, quads, panels, x, sum, 1); break;
    case 2: NAME(tiles)(weight, quads, panels, x, sum, 2); break;
    case 3: NAME(tiles)(weight, quads, panels, x, sum, 3); break;
    case 4: NAME(tiles)(weight, quads, panels, x, sum, 4); break;
    }
}

#undef PARTS
#undef NAME
#undef TARGET
#undef DOT
