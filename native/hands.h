/* The player's hands on one voice: what its channel, its key and the channel's master ask for by the map of gestures,
   looked at once a frame. Gestures are smoothed, not what they move, so that a breath from silence is heard at once. */
#ifndef DDSP_HANDS_H
#define DDSP_HANDS_H
#include "attributes.h"
#include "channel.h"
#include "hand_map.h"

/* What is asked of a voice. */
typedef struct Gesture {
    float bend;           /* semitones, tuning included */
    float volume;         /* 0 .. 1: towards the patch's loudest */
    float level_db;       /* of the loudness, -200 where shut */
    float fluctuation_db; /* added to the note's */
    float peak;           /* the same, share of the note's length */
    float vibrato;        /* semitones to each side */
    float brightness;     /* octaves of the harmonics' centroid */
    float noise_db;       /* of the noise while the note begins */
    float balance_db;     /* of the noise against the harmonics */
    float gain_left, gain_right;
    float legato_octaves, depth, expression; /* of a note's transition, looked at as its key comes */
    float rate_octaves, vibrato_delay;       /* of the vibrato; the delay in seconds, added */
} Gesture;

typedef struct Hands {
    int velocity;
    float pressure; /* of the key, 0 .. 1 */
    /* Where each row's gesture is, 0 .. 1, smoothed: of the voice's channel, and of its master with MPE. */
    float own[MOST_HAND_ROWS], master[MOST_HAND_ROWS];
} Hands;

/* A note begins. master: NULL where there is none. */
void hands_begin(Hands *h, const HandMap *map, const Channel *own, const Channel *master, int velocity);
/* Another key in the same breath: what its velocity moves goes there as smoothly as other gestures. */
void hands_strike(Hands *h, const HandMap *map, const Channel *own, const Channel *master, int velocity);
/* Another map came: all gestures are where they are now. */
void hands_remap(Hands *h, const HandMap *map, const Channel *own, const Channel *master);
/* So much time passes; INFINITY: smoothing is over. */
void hands_follow(Hands *h, const HandMap *map, const Channel *own, const Channel *master, float seconds);
/* given: attributes that the note came with, which its velocity has no say in. */
Gesture hands_gesture(const Hands *h, const HandMap *map, const Channel *own, const Channel *master,
                      const Attributes *given);
/* The row by which a gesture moves the room, or NULL; *wet: where to. */
const HandRow *hands_room(const HandMap *map, const Channel *channel, int gesture, float *wet);

#endif
