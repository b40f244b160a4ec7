#include "loudness_map.h"

static float clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

float loudness_for(const LoudnessMap *map, float pitch, float amplitude_db) {
    if (!map->known) return amplitude_db;
    float place = (pitch - map->pitch_low) / (map->pitch_high - map->pitch_low) * (MAP_PITCHES - 1);
    place = clamp(place, 0.0f, MAP_PITCHES - 1.001f);
    int column = (int)place;
    float share = place - (float)column, row[MAP_LEVELS];
    for (int i = 0; i < MAP_LEVELS; i++)
        row[i] = (1.0f - share) * map->amplitude_db[column][i] + share * map->amplitude_db[column + 1][i];
    float step = (map->loudness_high - map->loudness_low) / (MAP_LEVELS - 1);
    if (amplitude_db <= row[0]) return map->loudness_low + (amplitude_db - row[0]);
    for (int i = 1; i < MAP_LEVELS; i++)
        if (amplitude_db <= row[i])
            return map->loudness_low + step * ((float)i - (row[i] - amplitude_db) / (row[i] - row[i - 1]));
    return map->loudness_high + (amplitude_db - row[MAP_LEVELS - 1]);
}
