/* The trainer's second-order section, for every number of rows: a gradient is what a small change makes of the sum. */
#include <math.h>
#include <string.h>

#include "api/biquad_grad.h"
#include "rig.h"
#include "scenarios.h"

#define MOST_ROWS 9
#define SIZE 50

static double signals[4][MOST_ROWS * SIZE];

static double sum_after(const double *section, int rows, int size) {
    double state[2 * MOST_ROWS], sum = 0;
    for (int i = 0; i < 2 * rows; i++) state[i] = 0.1 * i;
    biquad_filter(section, state, signals[0], signals[1], rows, size);
    for (int i = 0; i < rows * size; i++) sum += signals[1][i] * signals[2][i];
    return sum;
}

void sections(void) {
    static const int sizes[] = {0, 1, 2, SIZE};
    double section[BIQUAD_SIZE] = {0.8, -0.3, 0.2, -1.2, 0.7}, to_state[2 * MOST_ROWS], to_section[BIQUAD_SIZE];
    for (int i = 0; i < MOST_ROWS * SIZE; i++) {
        signals[0][i] = sin(i * 0.7);
        signals[2][i] = cos(i * 1.3);
    }
    for (int rows = 1; rows <= MOST_ROWS; rows++)
        for (int s = 0; s < 4; s++) {
            sum_after(section, rows, sizes[s]);
            biquad_gradient(section, signals[0], signals[1], signals[2], signals[3], to_state, to_section, rows, sizes[s]);
            for (int k = 0; k < BIQUAD_SIZE; k++) {
                double changed[BIQUAD_SIZE], step = 1e-6, found = 0;
                memcpy(changed, section, sizeof changed);
                for (int side = -1; side <= 1; side += 2) {
                    changed[k] = section[k] + side * step;
                    found += side * sum_after(changed, rows, sizes[s]) / (2 * step);
                }
                CHECK(fabs(found - to_section[k]) < 1e-5, "the gradient of coefficient %d is wrong", k);
            }
        }
}
