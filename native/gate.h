/* Whether somebody plays or sings, from level and periodicity together, each with a hysteresis: hum and a fan are
   periodic but soft, breath and a cough are loud but not periodic. */
#ifndef DDSP_GATE_H
#define DDSP_GATE_H

typedef struct Gate {
    float floor_db; /* of the noise between notes, learned */
    int open;       /* a pitch sounds */
    int heard;      /* something sounds: a pitch, or breath */
    int unlike;     /* frames in a row without a pitch */
} Gate;

void gate_init(Gate *g);
/* Once a frame of `seconds`. threshold_db: loudness from which anything can be a note. Returns `open`. */
int gate_step(Gate *g, float loudness_db, float aperiodicity, float threshold_db, float seconds);

#endif
