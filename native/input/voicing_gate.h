/* Whether somebody plays or sings, from level and periodicity together, each with a hysteresis: hum and a fan are
   periodic but soft, breath and a cough are loud but not periodic. */
#ifndef DDSP_VOICING_GATE_H
#define DDSP_VOICING_GATE_H

typedef struct VoicingGate {
    float floor_db; /* of the noise between notes, learned */
    int open;       /* a pitch sounds */
    int heard;      /* something sounds: a pitch, or breath */
    int unlike;     /* frames in a row without a pitch */
} VoicingGate;

void voicing_gate_init(VoicingGate *g);
/* Once a frame of `seconds`. threshold_db: loudness from which anything can be a note. Returns `open`. */
int voicing_gate_step(VoicingGate *g, float loudness_db, float aperiodicity, float threshold_db, float seconds);

#endif
