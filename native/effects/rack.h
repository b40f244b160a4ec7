/* A rack: drive, equalizer, compressor and chorus in series, then echo and reverb beside the dry sound. A unit that is
   off costs nothing and leaves the samples alone; turned on or off it is cross-faded over a hop; one that has long
   been silent is left out until sound comes. Settings change on the hop's grid, and go over within a hop. */
#ifndef DDSP_RACK_H
#define DDSP_RACK_H
#include "base/ramp.h"
#include "effects/chorus.h"
#include "effects/compressor.h"
#include "effects/drive.h"
#include "effects/echo.h"
#include "effects/equalizer.h"
#include "effects/reverb.h"

#define RACK_MOST 256 /* samples at once */

enum { UNIT_DRIVE, UNIT_EQUALIZER, UNIT_COMPRESSOR, UNIT_CHORUS, UNIT_ECHO, UNIT_REVERB, UNITS };

typedef struct RackUnit {
    int runs;      /* it is on, or fades out */
    int on;
    int again;     /* it must be aimed at the next step, whatever the settings */
    int sounded;   /* something came in or out since the last step */
    int asleep;
    int64_t quiet; /* samples since something came in or out */
    Ramp fade;
} RackUnit;

typedef struct Rack {
    RackSettings settings;
    RackUnit unit[UNITS];
    int units;       /* that it has: all, or the first three, for inserts */
    int runs;        /* any unit does */
    int64_t stepped; /* position of the last step */
    Drive drive;
    Equalizer equalizer;
    Compressor compressor;
    Chorus chorus;
    Echo echo;
    Reverb reverb;
} Rack;

/* inserts: a rack without chorus, echo and reverb. */
void rack_init(Rack *r, Arena *arena, double sample_rate, int inserts);
void rack_reset(Rack *r); /* silent, with all units off */
/* On the hop's grid, before the chunk that begins there: goes over to these settings within `length` samples. */
void rack_step(Rack *r, const RackSettings *settings, int64_t position, int length);
/* In place; size: at most RACK_MOST, no further than the next step. */
void rack_render(Rack *r, int64_t position, float *left, float *right, int size);

/* The lowest factor of the compressor since this was asked last, 1 while it is off. */
float rack_take_reduction(Rack *r);

#endif
