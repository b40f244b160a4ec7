/* What each parameter does. */
#include <math.h>

#include "plugin/core_parts.h"

#define A4_KEY_HZ 440.0f
#define CC_LEGATO 68
#define CC_MONO 126
#define CC_POLY 127
#define ZONE_PARAMETER 6 /* RPN */

float core_get(const Core *core, int parameter) { return atomic_load_explicit(&core->value[parameter], memory_order_relaxed); }

/* Within the parameter's range, whole where it must be; what is no number is the default. */
static float settled(const Parameter *row, float value) {
    if (!(value == value)) return row->start;
    value = fminf(row->high, fmaxf(row->low, value));
    return row->whole ? rintf(value) : value;
}

static void store(Core *core, int parameter, float value) {
    value = settled(&parameters[parameter], value);
    atomic_store_explicit(&core->value[parameter], value, memory_order_relaxed);
    if (parameters[parameter].kind == KIND_PATCH) atomic_store(&core->patch, (int)value);
}

void core_set(Core *core, int parameter, float value) {
    if (parameter < 0 || parameter >= PARAMETERS) return;
    const float before = core_get(core, parameter);
    store(core, parameter, value);
    if (core_get(core, parameter) != before) atomic_fetch_or(&core->changed, (uint64_t)1 << parameter);
}

void core_parameter(Core *core, int at, int parameter, float value) NONBLOCKING {
    if (parameter < 0 || parameter >= PARAMETERS) return;
    const float before = core_get(core, parameter);
    store(core, parameter, value);
    if (core_get(core, parameter) != before || parameters[parameter].kind == KIND_PATCH) core_apply(core, at, parameter);
    if (core->synth) core_look(core, at);
}

/* To all channels but the members of the MPE zone, which follow their master. */
static void control(Core *core, int at, int number, int value) {
    const int members = (int)core_get(core, P_MPE);
    for (int channel = 0; channel < 16; channel++)
        if (channel == 0 || channel > members) core_send(core, at, 0xB0 | channel, number, value);
}

static void set_mode(Core *core, int at, int mode) {
    for (int channel = 0; channel < 16; channel++) {
        core_send(core, at, 0xB0 | channel, mode ? CC_MONO : CC_POLY, mode ? 1 : 0);
        core_send(core, at, 0xB0 | channel, CC_LEGATO, mode == 2 ? 127 : 0);
    }
}

static void set_zone(Core *core, int at, int members) {
    static const uint8_t select[][2] = {{101, 0}, {100, ZONE_PARAMETER}}, deselect[][2] = {{101, 127}, {100, 127}};
    for (int i = 0; i < 2; i++) core_send(core, at, 0xB0, select[i][0], select[i][1]);
    core_send(core, at, 0xB0, 6, members);
    for (int i = 0; i < 2; i++) core_send(core, at, 0xB0, deselect[i][0], deselect[i][1]);
}

void core_apply(Core *core, int at, int parameter) {
    const Parameter *row = &parameters[parameter];
    const float value = core_get(core, parameter);
    if (!core->synth) return;
    switch (row->kind) {
    case KIND_CONTROLLER: control(core, at, row->controller, (int)lrintf(127.0f * value)); break;
    case KIND_PERFORMER: synth_perform(core->synth, value); break;
    case KIND_EXPRESSION: synth_express(core->synth, value); break;
    case KIND_LIFE: synth_life(core->synth, value); break;
    case KIND_MODE: set_mode(core, at, (int)value); break;
    case KIND_MAP: synth_map(core->synth, &maps[(int)value]); break;
    case KIND_MPE: set_zone(core, at, (int)value); break;
    case KIND_A4: synth_send_master(core->synth, core->start + at, MASTER_FINE, 12.0f * log2f(value / A4_KEY_HZ)); break;
    default: break; /* patch, room and trim: core_patch.c; voices: when the core starts */
    }
}

/* Whether a new synth has this parameter's default by itself. */
static int is_usual(const Core *core, int parameter) {
    const int kind = parameters[parameter].kind;
    const int always = kind == KIND_PERFORMER || kind == KIND_EXPRESSION || kind == KIND_LIFE || kind == KIND_MAP;
    return !always && core_get(core, parameter) == parameters[parameter].start;
}

void core_apply_all(Core *core) {
    core_apply(core, 0, P_MPE); /* before those that zones change */
    for (int i = 0; i < PARAMETERS; i++)
        if (i != P_MPE && !is_usual(core, i)) core_apply(core, 0, i);
    atomic_store(&core->changed, 0);
}
