/* What the numbers of a flat file may be: the ranges of engine/patch/schema.py and engine/decoders/layers.py, in the order
   of the structs' declarations. */
#ifndef DDSP_PLUGIN_FLAT_FIELDS_H
#define DDSP_PLUGIN_FLAT_FIELDS_H
#include <stddef.h>
#include <stdint.h>

#include "api/instrument.h"

#define FLAT_LEAST_RATE 8000.0
#define FLAT_MOST_RATE 192000.0
#define FLAT_ROOM_SECONDS 20
#define FLAT_MOST_SAMPLE 1000.0f /* of a room */
#define FLAT_MOST_RESONANCE 60.0f /* dB */
#define FLAT_MOST_ARRAYS 4
#define FLAT_MOST_GFLOPS 240.0

enum { FLAT_WHOLE, FLAT_SINGLE, FLAT_REAL };

/* `count` numbers of one kind from `offset` on. */
typedef struct FlatField {
    size_t offset;
    int count, kind;
    double low, high;
} FlatField;

/* An array of a layer, and the most that its values may be. */
typedef struct FlatArray {
    const float **to;
    int64_t count;
    float most;
} FlatArray;

extern const FlatField flat_patch_fields[], flat_layer_fields[];
extern const int FLAT_PATCH_FIELDS, FLAT_LAYER_FIELDS;

int flat_patch_fits(const InstrumentConfig *config);
int flat_layer_fits(const LayerSpec *layer);
/* Stable, and of a bounded gain; sos: [sections, 6]. */
int flat_body_fits(const double *sos, int sections);
/* The arrays of a layer, at most FLAT_MOST_ARRAYS, in their order. Returns how many. */
int flat_layer_arrays(LayerSpec *layer, FlatArray *arrays);
/* Billions of operations a second for 16 voices' networks. */
double flat_patch_gflops(const InstrumentConfig *config, double frame_rate);

#endif
