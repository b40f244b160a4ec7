/* The player's hands on one voice: what its channel, its key and the channel's master ask for by the map of gestures,
   looked at once a frame. Gestures are smoothed, not what they move, so that a breath from silence is heard at once. */
#ifndef DDSP_MODULATION_H
#define DDSP_MODULATION_H
#include "api/attributes.h"
#include "api/mod_matrix.h"
#include "midi/channel.h"

/* What is asked of a voice: of each target, in its unit, and what follows from several. */
typedef struct ModValues {
#define TARGET(name, field, ...) float field;
#include "api/mod_targets.h"
#undef TARGET
    float bend;    /* semitones, tuning included */
    float vibrato; /* semitones to each side */
    float gain_left, gain_right;
} ModValues;

typedef struct Modulation {
    int velocity;
    float pressure; /* of the key, 0 .. 1 */
    float note[MOD_TARGETS]; /* what the note itself adds to each target (synth_send_expression) */
    /* Where each row's gesture is, 0 .. 1, smoothed: of the voice's channel, and of its master with MPE. */
    float own[MOST_MOD_ROUTES], master[MOST_MOD_ROUTES];
} Modulation;

/* A note begins. master: NULL where there is none. */
void modulation_begin(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master, int velocity);
/* Another key in the same breath: what its velocity moves goes there as smoothly as other gestures. */
void modulation_strike(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master, int velocity);
/* Another map came: all gestures are where they are now. */
void modulation_remap(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master);
/* So much time passes; INFINITY: smoothing is over. */
void modulation_follow(Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master, float seconds);
/* given: attributes that the note came with, which its velocity has no say in. */
ModValues modulation_values(const Modulation *h, const ModMatrix *map, const Channel *own, const Channel *master,
                      const Attributes *given);
/* The row by which a gesture moves a target that all channels share, or NULL; *value: where to, 0 .. 1. */
const ModRoute *modulation_shared(const ModMatrix *map, const Channel *channel, int gesture, int target, float *value);

#endif
