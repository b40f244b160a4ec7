#include "expression/loudness_map.h"

static float clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

/* The column of a pitch, between the two that were measured beside it. */
static void column_at(const LoudnessMap *map, float pitch, float column[MAP_LEVELS]) {
    float place = (pitch - map->pitch_low) / (map->pitch_high - map->pitch_low) * (MAP_PITCHES - 1);
    place = clamp(place, 0.0f, MAP_PITCHES - 1.001f);
    int left = (int)place;
    float share = place - (float)left;
    for (int i = 0; i < MAP_LEVELS; i++)
        column[i] = (1.0f - share) * map->amplitude_db[left][i] + share * map->amplitude_db[left + 1][i];
}

float loudness_for(const LoudnessMap *map, float pitch, float amplitude_db) {
    if (!map->known) return amplitude_db;
    float column[MAP_LEVELS], step = (map->loudness_high - map->loudness_low) / (MAP_LEVELS - 1);
    column_at(map, pitch, column);
    if (amplitude_db <= column[0]) return map->loudness_low + (amplitude_db - column[0]);
    for (int i = 1; i < MAP_LEVELS; i++)
        if (amplitude_db <= column[i])
            return map->loudness_low + step * ((float)i - (column[i] - amplitude_db) / (column[i] - column[i - 1]));
    return map->loudness_high + (amplitude_db - column[MAP_LEVELS - 1]);
}

float amplitude_for(const LoudnessMap *map, float pitch, float loudness_db) {
    if (!map->known) return loudness_db;
    float column[MAP_LEVELS], step = (map->loudness_high - map->loudness_low) / (MAP_LEVELS - 1);
    column_at(map, pitch, column);
    float inside = clamp(loudness_db, map->loudness_low, map->loudness_high);
    float place = clamp((inside - map->loudness_low) / step, 0.0f, MAP_LEVELS - 1.001f);
    int below = (int)place;
    return column[below] + (place - (float)below) * (column[below + 1] - column[below]) + (loudness_db - inside);
}
