/* MIDI Polyphonic Expression (MMA/AMEI M1-100-UM, v1.0): zones of channels that carry one note each, under a master
   channel that concerns them all. */
#ifndef DDSP_MPE_H
#define DDSP_MPE_H

#define MPE_LOWER_MASTER 0
#define MPE_UPPER_MASTER 15
#define MPE_MASTER_BEND 2.0f  /* semitones, until told otherwise */
#define MPE_MEMBER_BEND 48.0f

typedef struct Mpe {
    int lower, upper; /* member channels of each zone, 0: there is none */
} Mpe;

/* A configuration message on a master channel. Where both zones want a channel, the newer one has it. */
void mpe_configure(Mpe *m, int master, int members);
int mpe_is_on(const Mpe *m); /* there is a zone */
int mpe_may_be_master(int channel);
int mpe_is_master(const Mpe *m, int channel);
int mpe_is_member(const Mpe *m, int channel);
int mpe_master(const Mpe *m, int channel); /* of the channel's zone, itself for a master, -1 outside */

#endif
