/* One MIDI channel: controllers, bend, pressure, registered parameters. What they mean to a voice, the map of gestures
   says (modulation.h). */
#ifndef DDSP_CHANNEL_H
#define DDSP_CHANNEL_H
#include <stdint.h>

#include "api/mod_matrix.h"

#define MIDI_CHANNELS 16

enum {
    CC_MODULATION = 1, CC_PORTAMENTO_TIME = 5, CC_DATA = 6, CC_PORTAMENTO_TIME_FINE = 37, CC_DATA_FINE = 38, CC_SUSTAIN = 64,
    CC_PORTAMENTO = 65, CC_SOSTENUTO = 66, CC_LEGATO = 68, CC_PORTAMENTO_FROM = 84, CC_INCREMENT = 96,
    CC_DECREMENT = 97, CC_NRPN_FINE = 98, CC_NRPN = 99, CC_RPN_FINE = 100, CC_RPN = 101, CC_ALL_SOUND_OFF = 120,
    CC_RESET_CONTROLLERS = 121, CC_ALL_NOTES_OFF = 123, CC_MONO = 126, CC_POLY = 127
};
enum {
    RPN_BEND_RANGE = 0, RPN_FINE_TUNING = 1, RPN_COARSE_TUNING = 2, RPN_MODULATION_RANGE = 5, RPN_MPE = 6
};
#define USUAL_MODULATION 0.5f /* semitones: General MIDI 2's, which a map's depth of modulation is meant for */

typedef struct Channel {
    uint8_t control[128];
    uint32_t sent[4]; /* a bit for each controller that has been sent since it was last reset */
    int input_plays;         /* the audio input is a controller: */
    float input[MOD_INPUTS]; /* its sources, 0 .. 1 */
    int bend; /* -8192 .. 8191 */
    uint8_t pressure;
    float bend_range; /* semitones: RPN 0 */
    float fine, coarse; /* semitones: RPN 1 and 2 */
    float modulation_range; /* semitones to each side: RPN 5 */
    int last_note;    /* that began here, for portamento; -1: none yet */
    int glide_from;   /* the note that CC84 named for the next one; -1: none */
    int parameter;    /* selected RPN, or -1 */
} Channel;

void channel_init(Channel *c);
void channel_reset_controllers(Channel *c); /* CC121: not volume and pan (MMA RP-015) */
void channel_power_up(Channel *c); /* all of it but the effect levels, which are the player's */
void channel_control(Channel *c, int number, int value);
/* Seconds that a glide to a new note takes, 0 where there is none; *from: the note that it leaves. Forgets CC84. */
float channel_glide(Channel *c, int note, int *from);
int channel_was_sent(const Channel *c, int number); /* since it was last reset */

#endif
