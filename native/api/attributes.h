/* The six performance attributes of MIDI-DDSP (Wu et al. 2022), in its units; NaN: not set, the instrument's own. */
#ifndef DDSP_ATTRIBUTES_H
#define DDSP_ATTRIBUTES_H

#define ATTRIBUTE_COUNT 6

typedef struct Attributes {
    float volume;               /* mean amplitude, dB / 60 + 1.5 */
    float volume_fluctuation;   /* its standard deviation, dB x 2.5 / 60 */
    float volume_peak_position; /* 0 .. 1 of the note's length */
    float vibrato;              /* 1 is +- 26.7 cents */
    float brightness;           /* 1 is a centroid at harmonic 12 */
    float attack_noise;         /* mean noise magnitude of the first 40 ms, dB / 40 + 2.625 */
} Attributes;

#endif
