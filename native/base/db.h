/* Decibels of amplitude. */
#ifndef DDSP_DB_H
#define DDSP_DB_H
#include <math.h>

#define OCTAVES_PER_DB 0.166096404744368117 /* log2(10) / 20 */

/* The gain of a level in dB; 1 at 0 dB. */
static inline double gain_of_db(double db) { return exp2(db * OCTAVES_PER_DB); }
static inline float gain_of_dbf(float db) { return exp2f(db * (float)OCTAVES_PER_DB); }

#endif
