/* One MIDI channel: controllers, bend, pressure, registered parameters. What they mean to a voice is read off here
   once a frame. */
#ifndef DDSP_CHANNEL_H
#define DDSP_CHANNEL_H
#include <stdint.h>

enum {
    CC_MODULATION = 1, CC_BREATH = 2, CC_DATA = 6, CC_VOLUME = 7, CC_PAN = 10, CC_EXPRESSION = 11, CC_DATA_FINE = 38,
    CC_SUSTAIN = 64, CC_ROOM = 91, CC_RPN_FINE = 100, CC_RPN = 101, CC_NRPN_FINE = 98, CC_NRPN = 99,
    CC_ALL_SOUND_OFF = 120, CC_RESET_CONTROLLERS = 121, CC_ALL_NOTES_OFF = 123, CC_MONO = 126, CC_POLY = 127
};
#define CC_NONE 255 /* breath before its first message: no breath controller is connected */

typedef struct Channel {
    uint8_t control[128];
    int bend; /* -8192 .. 8191 */
    uint8_t pressure;
    float bend_range; /* semitones: RPN 0 */
    int parameter;    /* selected RPN, or -1 */
} Channel;

/* What a channel's gestures ask of its voices. */
typedef struct Gesture {
    float bend;       /* semitones */
    float vibrato;    /* 0 .. 1 */
    float pressure;   /* 0 .. 1: towards the loudest */
    float level_db;   /* expression and breath, <= 0; -200 where shut */
    float gain_left, gain_right; /* volume and pan */
} Gesture;

void channel_init(Channel *c);
void channel_reset_controllers(Channel *c); /* CC121: not volume and pan (MMA RP-015) */
void channel_control(Channel *c, int number, int value);
Gesture channel_gesture(const Channel *c);

#endif
