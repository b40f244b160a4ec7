/* From the amplitude that a note is to have to the loudness that makes a decoder give it: a table that is measured
   when a patch is loaded. */
#ifndef DDSP_LOUDNESS_MAP_H
#define DDSP_LOUDNESS_MAP_H

#define MAP_PITCHES 9
#define MAP_LEVELS 13

typedef struct LoudnessMap {
    int known;
    float pitch_low, pitch_high;       /* MIDI notes of the first and last column */
    float loudness_low, loudness_high; /* dB of the first and last row */
    float amplitude_db[MAP_PITCHES][MAP_LEVELS]; /* rising in loudness */
} LoudnessMap;

/* The loudness in dB; beyond the table a dB is a dB. Without a table, the amplitude itself. */
float loudness_for(const LoudnessMap *map, float pitch, float amplitude_db);
/* The other way round, in dB. */
float amplitude_for(const LoudnessMap *map, float pitch, float loudness_db);

#endif
