#include "api/biquad_grad.h"
#include "base/realtime.h"
#include "base/simd.h"

#define TOGETHER 4 /* rows: while one waits for its own last result, the others run */

enum { B0, B1, B2, A1, A2 };

static int together(int left) { return left >= TOGETHER ? TOGETHER : 1; }

/* `rows` is a constant at every call, so that the states stay in registers. */
INLINE void filter_rows(const double *c, double *state, const double *x, double *y, const int rows, int64_t size) {
    double s[TOGETHER][2];
    memcpy(s, state, sizeof *s * (size_t)rows);
    for (int64_t i = 0; i < size; i++)
        for (int r = 0; r < rows; r++) {
            const double in = x[r * size + i], out = c[B0] * in + s[r][0];
            s[r][0] = c[B1] * in - c[A1] * out + s[r][1];
            s[r][1] = c[B2] * in - c[A2] * out;
            y[r * size + i] = out;
        }
    memcpy(state, s, sizeof *s * (size_t)rows);
}

void biquad_filter(const double *section, double *state, const double *x, double *y, int rows, int64_t size) {
    const uint64_t mode = flush_subnormals();
    for (int row = 0, count; row < rows; row += count) {
        const int64_t at = row * size;
        count = together(rows - row);
        if (count > 1) filter_rows(section, state + 2 * row, x + at, y + at, TOGETHER, size);
        else filter_rows(section, state + 2 * row, x + at, y + at, 1, size);
    }
    restore_subnormals(mode);
}

/* g = to_y through the poles, from the end to the start; everything else is a sum over g. */
INLINE void gradient_rows(const double *c, const double *x, const double *y, const double *to_y, double *to_x,
                          double *to_state, double *to_section, const int rows, int64_t size) {
    double g1[TOGETHER] = {0}, g2[TOGETHER] = {0}, sum[TOGETHER][BIQUAD_SIZE] = {{0}};
    for (int64_t i = size - 1; i >= 0; i--)
        for (int r = 0; r < rows; r++) {
            const double *in = x + r * size + i, *out = y + r * size + i;
            const double g = to_y[r * size + i] - c[A1] * g1[r] - c[A2] * g2[r];
            to_x[r * size + i] = c[B0] * g + c[B1] * g1[r] + c[B2] * g2[r];
            /* Where x lies one and two samples before y, y's gradients are those one and two samples later. */
            sum[r][B0] += g * in[0];
            sum[r][B1] += g1[r] * in[0];
            sum[r][B2] += g2[r] * in[0];
            sum[r][A1] -= g1[r] * out[0];
            sum[r][A2] -= g2[r] * out[0];
            g2[r] = g1[r];
            g1[r] = g;
        }
    for (int r = 0; r < rows; r++) {
        to_state[2 * r] = g1[r];
        to_state[2 * r + 1] = g2[r];
        for (int k = 0; k < BIQUAD_SIZE; k++) to_section[k] += sum[r][k];
    }
}

void biquad_gradient(const double *section, const double *x, const double *y, const double *to_y, double *to_x,
                      double *to_state, double *to_section, int rows, int64_t size) {
    const uint64_t mode = flush_subnormals();
    memset(to_section, 0, BIQUAD_SIZE * sizeof *to_section);
    for (int row = 0, count; row < rows; row += count) {
        const int64_t at = row * size;
        double *held = to_state + 2 * row;
        count = together(rows - row);
        if (count > 1) gradient_rows(section, x + at, y + at, to_y + at, to_x + at, held, to_section, TOGETHER, size);
        else gradient_rows(section, x + at, y + at, to_y + at, to_x + at, held, to_section, 1, size);
    }
    restore_subnormals(mode);
}
