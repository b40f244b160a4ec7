#include "base/process.h"

#include <math.h>

static Process process_of(double a1, double a2) {
    const double variance = (1 - a2) / ((1 + a2) * ((1 - a2) * (1 - a2) - a1 * a1)), rho = a1 / (1 - a2);
    return (Process){(float)a1, (float)a2, (float)(1 / sqrt(variance)), (float)rho, (float)sqrt(1 - rho * rho)};
}

Process process_slow(double seconds, double frame_rate) {
    const double a = exp(-1.0 / (frame_rate * seconds));
    return process_of(2 * a, -a * a);
}

Process process_resonant(double hz, double bandwidth_hz, double frame_rate) {
    const double radius = exp(-M_PI * bandwidth_hz / frame_rate);
    return process_of(2 * radius * cos(2 * M_PI * hz / frame_rate), -radius * radius);
}
