/* Made by `python -m ddsp_live.plugins.tables` from engine/plugins/parameters.py and
   engine/modulation/matrix.py: change those. */
#ifndef DDSP_PLUGIN_TABLES_H
#define DDSP_PLUGIN_TABLES_H
#include <stdint.h>

#include "api/mod_matrix.h"

/* A number that hosts show, automate and keep. */
typedef struct Parameter {
    const char *symbol, *label, *group, *unit;
    uint32_t id; /* which never changes */
    int kind, controller;
    int whole; /* whole numbers only */
    float low, high, start;
    const char *const *names; /* of the values of a choice; 0: a number */
} Parameter;

enum {
    KIND_PATCH,
    KIND_CONTROLLER,
    KIND_LIFE,
    KIND_EXPRESSION,
    KIND_PERFORMER,
    KIND_VOICES,
    KIND_MODE,
    KIND_MPE,
    KIND_ROOM_KIND,
    KIND_TRIM,
    KIND_MAP,
    KIND_A4,
};
enum {
    P_PATCH,
    P_VOLUME,
    P_FLUCTUATION,
    P_PEAK,
    P_VIBRATO,
    P_BRIGHTNESS,
    P_ATTACK,
    P_BALANCE,
    P_ROOM,
    P_GAIN,
    P_SUSTAIN,
    P_LIFE,
    P_EXPRESSION,
    P_PERFORMER,
    P_VOICES,
    P_MODE,
    P_MPE,
    P_ROOM_KIND,
    P_TRIM,
    P_MAP,
    P_A4,
    PARAMETERS
};

static const Parameter parameters[PARAMETERS] = {
    {"patch", "Patch", "Engine", "", 60, KIND_PATCH, 0, 1, 0x0.0p+0f, 0x1.ff80000000000p+9f, 0x0.0p+0f,
     0},
    {"volume", "Volume", "How notes are played", "", 1, KIND_CONTROLLER, 11, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0000000000000p+0f,
     0},
    {"fluctuation", "Fluctuation", "How notes are played", "", 2, KIND_CONTROLLER, 20, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x0.0p+0f,
     0},
    {"peak", "Peak", "How notes are played", "", 3, KIND_CONTROLLER, 21, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0204081020408p-1f,
     0},
    {"vibrato", "Vibrato", "How notes are played", "", 4, KIND_CONTROLLER, 1, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x0.0p+0f,
     0},
    {"brightness", "Brightness", "How notes are played", "", 5, KIND_CONTROLLER, 74, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0204081020408p-1f,
     0},
    {"attack", "Attack noise", "How notes are played", "", 6, KIND_CONTROLLER, 22, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0204081020408p-1f,
     0},
    {"balance", "Noise", "Tone and room", "", 7, KIND_CONTROLLER, 71, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0204081020408p-1f,
     0},
    {"room", "Room", "Tone and room", "", 8, KIND_CONTROLLER, 91, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x0.0p+0f,
     0},
    {"gain", "Output", "Tone and room", "", 9, KIND_CONTROLLER, 7, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.93264c993264dp-1f,
     0},
    {"sustain", "Hold", "Pedals", "", 10, KIND_CONTROLLER, 64, 1, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x0.0p+0f,
     (const char *const[]){"off", "on"}},
    {"life", "Life", "Interpretation", "", 20, KIND_LIFE, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0000000000000p+0f,
     0},
    {"expression", "Line", "Interpretation", "", 21, KIND_EXPRESSION, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0000000000000p+0f,
     0},
    {"performer", "Performer", "Interpretation", "", 22, KIND_PERFORMER, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0000000000000p+0f,
     0},
    {"voices", "Voices", "Engine", "", 42, KIND_VOICES, 0, 1, 0x1.0000000000000p+0f, 0x1.0000000000000p+6f, 0x1.0000000000000p+4f,
     0},
    {"mode", "Mode", "Engine", "", 44, KIND_MODE, 0, 1, 0x0.0p+0f, 0x1.0000000000000p+1f, 0x0.0p+0f,
     (const char *const[]){"poly", "mono", "legato"}},
    {"mpe", "MPE", "Engine", "member channels", 45, KIND_MPE, 0, 1, 0x0.0p+0f, 0x1.e000000000000p+3f, 0x0.0p+0f,
     0},
    {"room_kind", "Room kind", "Engine", "", 61, KIND_ROOM_KIND, 0, 1, 0x0.0p+0f, 0x1.4000000000000p+2f, 0x0.0p+0f,
     (const char *const[]){"own", "none", "small-studio", "chamber", "hall", "plate"}},
    {"trim", "Level match", "Engine", "", 62, KIND_TRIM, 0, 1, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0000000000000p+0f,
     (const char *const[]){"off", "on"}},
    {"map", "Controller map", "Engine", "", 63, KIND_MAP, 0, 1, 0x0.0p+0f, 0x1.0000000000000p+1f, 0x0.0p+0f,
     (const char *const[]){"keyboard", "wind", "mpe"}},
    {"a4", "A4", "Engine", "Hz", 64, KIND_A4, 0, 0, 0x1.9000000000000p+8f, 0x1.e000000000000p+8f, 0x1.b800000000000p+8f,
     0},
};

#define ROOMS 6
static const char *const room_names[ROOMS] = {"own", "none", "small-studio", "chamber", "hall", "plate"};

#define MAPS 3
static const ModMatrix maps[MAPS] = {
    {21, { /* keyboard */
        {128, 0, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x0.0p+0f, 0x0.0p+0f},
        {129, 0, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {130, 0, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {1, 4, 0, 0, 0x0.0p+0f, 0x1.9000000000000p+5f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {2, 1, 5, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.47ae140000000p-8f, 0x1.fc00000000000p+6f},
        {11, 1, 5, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.47ae140000000p-8f, 0x1.fc00000000000p+6f},
        {128, 6, 0, 0, -0x1.8000000000000p+2f, 0x1.8000000000000p+2f, 0x0.0p+0f, 0x0.0p+0f},
        {7, 8, 5, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.47ae140000000p-8f, 0x1.9000000000000p+6f},
        {10, 9, 1, 0, -0x1.0000000000000p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {18, 17, 1, 0, -0x1.8000000000000p+3f, 0x1.8000000000000p+3f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {20, 2, 0, 0, 0x0.0p+0f, 0x1.8000000000000p+3f, 0x1.47ae140000000p-6f, 0x0.0p+0f},
        {21, 3, 1, 0, -0x1.0000000000000p-1f, 0x1.0000000000000p-1f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {22, 6, 1, 0, -0x1.8000000000000p+4f, 0x1.8000000000000p+4f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {67, 1, 0, 1, 0x0.0p+0f, -0x1.8000000000000p+2f, 0x0.0p+0f, 0x0.0p+0f},
        {67, 5, 0, 1, 0x0.0p+0f, -0x1.99999a0000000p-2f, 0x0.0p+0f, 0x0.0p+0f},
        {71, 11, 1, 0, -0x1.8000000000000p+4f, 0x1.8000000000000p+4f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {74, 5, 1, 0, -0x1.0000000000000p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {76, 13, 1, 0, -0x1.0000000000000p-1f, 0x1.0000000000000p-1f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {78, 14, 1, 0, -0x1.8000000000000p+0f, 0x1.8000000000000p+0f, 0x0.0p+0f, 0x1.0000000000000p+6f},
        {91, 10, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {131, 7, 0, 0, 0x0.0p+0f, 0x0.0p+0f, 0x0.0p+0f, 0x0.0p+0f},
    }},
    {21, { /* wind */
        {128, 12, 0, 0, 0x1.6e147a0000000p+0f, -0x1.6e147a0000000p+0f, 0x0.0p+0f, 0x0.0p+0f},
        {2, 0, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0624de0000000p-8f, 0x0.0p+0f},
        {2, 1, 6, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.0624de0000000p-8f, 0x0.0p+0f},
        {129, 4, 2, 0, 0x0.0p+0f, 0x1.9000000000000p+5f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {1, 4, 0, 0, 0x0.0p+0f, 0x1.9000000000000p+5f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {11, 1, 5, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.47ae140000000p-8f, 0x1.fc00000000000p+6f},
        {128, 6, 0, 0, -0x1.8000000000000p+2f, 0x1.8000000000000p+2f, 0x0.0p+0f, 0x0.0p+0f},
        {7, 8, 5, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.47ae140000000p-8f, 0x1.9000000000000p+6f},
        {10, 9, 1, 0, -0x1.0000000000000p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {18, 17, 1, 0, -0x1.8000000000000p+3f, 0x1.8000000000000p+3f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {20, 2, 0, 0, 0x0.0p+0f, 0x1.8000000000000p+3f, 0x1.47ae140000000p-6f, 0x0.0p+0f},
        {21, 3, 1, 0, -0x1.0000000000000p-1f, 0x1.0000000000000p-1f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {22, 6, 1, 0, -0x1.8000000000000p+4f, 0x1.8000000000000p+4f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {67, 1, 0, 1, 0x0.0p+0f, -0x1.8000000000000p+2f, 0x0.0p+0f, 0x0.0p+0f},
        {67, 5, 0, 1, 0x0.0p+0f, -0x1.99999a0000000p-2f, 0x0.0p+0f, 0x0.0p+0f},
        {71, 11, 1, 0, -0x1.8000000000000p+4f, 0x1.8000000000000p+4f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {74, 5, 1, 0, -0x1.0000000000000p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {76, 13, 1, 0, -0x1.0000000000000p-1f, 0x1.0000000000000p-1f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {78, 14, 1, 0, -0x1.8000000000000p+0f, 0x1.8000000000000p+0f, 0x0.0p+0f, 0x1.0000000000000p+6f},
        {91, 10, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {131, 7, 0, 0, 0x0.0p+0f, 0x0.0p+0f, 0x0.0p+0f, 0x0.0p+0f},
    }},
    {21, { /* mpe */
        {128, 0, 0, 0, 0x0.0p+0f, 0x1.6666660000000p-1f, 0x0.0p+0f, 0x0.0p+0f},
        {129, 0, 2, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0624de0000000p-8f, 0x0.0p+0f},
        {130, 0, 2, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.0624de0000000p-8f, 0x0.0p+0f},
        {1, 4, 0, 0, 0x0.0p+0f, 0x1.9000000000000p+5f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {2, 1, 5, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.47ae140000000p-8f, 0x1.fc00000000000p+6f},
        {11, 1, 5, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.47ae140000000p-8f, 0x1.fc00000000000p+6f},
        {128, 6, 0, 0, -0x1.8000000000000p+2f, 0x1.8000000000000p+2f, 0x0.0p+0f, 0x0.0p+0f},
        {7, 8, 5, 0, -0x1.9000000000000p+7f, 0x0.0p+0f, 0x1.47ae140000000p-8f, 0x1.9000000000000p+6f},
        {10, 9, 1, 0, -0x1.0000000000000p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {18, 17, 1, 0, -0x1.8000000000000p+3f, 0x1.8000000000000p+3f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {20, 2, 0, 0, 0x0.0p+0f, 0x1.8000000000000p+3f, 0x1.47ae140000000p-6f, 0x0.0p+0f},
        {21, 3, 1, 0, -0x1.0000000000000p-1f, 0x1.0000000000000p-1f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {22, 6, 1, 0, -0x1.8000000000000p+4f, 0x1.8000000000000p+4f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {67, 1, 0, 1, 0x0.0p+0f, -0x1.8000000000000p+2f, 0x0.0p+0f, 0x0.0p+0f},
        {67, 5, 0, 1, 0x0.0p+0f, -0x1.99999a0000000p-2f, 0x0.0p+0f, 0x0.0p+0f},
        {71, 11, 1, 0, -0x1.8000000000000p+4f, 0x1.8000000000000p+4f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {74, 5, 1, 0, -0x1.0000000000000p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-8f, 0x1.0000000000000p+6f},
        {76, 13, 1, 0, -0x1.0000000000000p-1f, 0x1.0000000000000p-1f, 0x1.47ae140000000p-6f, 0x1.0000000000000p+6f},
        {78, 14, 1, 0, -0x1.8000000000000p+0f, 0x1.8000000000000p+0f, 0x0.0p+0f, 0x1.0000000000000p+6f},
        {91, 10, 0, 0, 0x0.0p+0f, 0x1.0000000000000p+0f, 0x1.47ae140000000p-7f, 0x0.0p+0f},
        {131, 7, 0, 0, 0x0.0p+0f, 0x0.0p+0f, 0x0.0p+0f, 0x0.0p+0f},
    }},
};

#endif
