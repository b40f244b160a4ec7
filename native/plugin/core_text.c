/* Parameters' values as texts, and the state. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/core_parts.h"

#define FIRST "ddsp-live 1\n" /* the state's first line: its version */
#define MOST_DIGITS 6

/* Shown in per cent. */
static int is_share(const Parameter *row) { return !row->whole && row->low == 0 && row->high == 1; }

/* A number with one digit behind a point, whatever the locale. */
static int write_number(char *text, size_t size, float value, const char *unit) {
    const long tenths = lrintf(10 * value), whole = labs(tenths) / 10, rest = labs(tenths) % 10;
    const char *sign = tenths < 0 ? "-" : "", *space = *unit ? " " : "";
    if (rest) return snprintf(text, size, "%s%ld.%ld%s%s", sign, whole, rest, space, unit) < (int)size;
    return snprintf(text, size, "%s%ld%s%s", sign, whole, space, unit) < (int)size;
}

int core_to_text(const Core *core, int parameter, float value, char *text, size_t size) {
    const Parameter *row = &parameters[parameter];
    if (!(value >= row->low && value <= row->high)) return 0;
    const char *name = row->names ? row->names[(int)rintf(value)] : NULL;
    if (row->kind == KIND_PATCH) name = core_patch_title(core, (int)rintf(value));
    if (name && *name) return snprintf(text, size, "%s", name) < (int)size;
    return write_number(text, size, is_share(row) ? 100 * value : value, is_share(row) ? "%" : row->unit);
}

static int read_number(const char *text, float *value) {
    double number = 0, place = 1;
    int digits = 0;
    while (isspace((unsigned char)*text)) text++;
    const int negative = *text == '-';
    text += negative;
    for (int point = 0; isdigit((unsigned char)*text) || (!point && (*text == '.' || *text == ',')); text++) {
        if (!isdigit((unsigned char)*text)) {
            point = 1;
        } else {
            if (++digits > MOST_DIGITS) return 0;
            place *= point ? 0.1 : 1;
            number = point ? number + place * (*text - '0') : 10 * number + (*text - '0');
        }
    }
    *value = (float)(negative ? -number : number);
    return digits > 0;
}

static int same(const char *a, const char *b) {
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) a++, b++;
    return !*a && !*b;
}

int core_from_text(const Core *core, int parameter, const char *text, float *value) {
    const Parameter *row = &parameters[parameter];
    const int choices = row->kind == KIND_PATCH ? core_patches(core) : row->names ? (int)row->high + 1 : 0;
    for (int i = 0; i < choices; i++)
        if (same(text, row->kind == KIND_PATCH ? core_patch_title(core, i) : row->names[i])) {
            *value = (float)i;
            return 1;
        }
    if (!read_number(text, value)) return 0;
    if (is_share(row)) *value /= 100;
    return *value >= row->low && *value <= row->high;
}

size_t core_save(Core *core, char to[CORE_STATE]) {
    const int patch = atomic_load(&core->patch);
    const FlatTexts *texts = patch >= 0 && patch < core->bank.count ? &core->bank.entries[patch].texts : &core->missing;
    size_t size = (size_t)snprintf(to, CORE_STATE, FIRST "patch %s %s\n", texts->name, texts->hash);
    for (int i = 0; i < PARAMETERS; i++) {
        const float value = core_get(core, i);
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        if (i != P_PATCH) size += (size_t)snprintf(to + size, CORE_STATE - size, "%s %08x\n", parameters[i].symbol, bits);
    }
    return size;
}

static int find(const char *symbol) {
    for (int i = 0; i < PARAMETERS; i++)
        if (!strcmp(parameters[i].symbol, symbol)) return i;
    return -1;
}

/* A state as it was read, before any of it counts. */
typedef struct State {
    FlatTexts patch;
    float value[PARAMETERS];
} State;

static int read_line(State *state, const char *line) {
    char symbol[FLAT_NAME], text[FLAT_HASH], more;
    uint32_t bits;
    if (sscanf(line, "patch %71s %71s%c", state->patch.name, state->patch.hash, &more) == 2) return 1;
    if (!strcmp(line, "patch  ")) return 1; /* none was chosen */
    if (sscanf(line, "%71s %8x%c", symbol, &bits, &more) != 2) return sscanf(line, "%71s %71s%c", symbol, text, &more) == 2;
    const int parameter = find(symbol);
    if (parameter > P_PATCH) memcpy(&state->value[parameter], &bits, sizeof bits); /* a newer version's is left out */
    return 1;
}

static int read_state(State *state, const char *text, size_t size) {
    char copy[CORE_STATE + 1];
    if (size > CORE_STATE || size < strlen(FIRST) || memcmp(text, FIRST, strlen(FIRST)) || memchr(text, 0, size)) return 0;
    memcpy(copy, text, size);
    copy[size] = 0;
    for (char *line = copy + strlen(FIRST), *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        if (!end) return 0;
        *end = 0;
        if (!read_line(state, line)) return 0;
    }
    return 1;
}

static void choose(Core *core, const FlatTexts *wanted) {
    char sentence[512];
    const int found = wanted->name[0] ? bank_find(&core->bank, wanted->name, wanted->hash) : -1;
    if (found >= 0) {
        core_set(core, P_PATCH, (float)found);
        if (!strcmp(core->bank.entries[found].texts.hash, wanted->hash)) return;
        snprintf(sentence, sizeof sentence, "The patch %s is another one now than when the session was saved.", wanted->name);
    } else {
        core->missing = *wanted;
        atomic_store(&core->patch, -1);
        if (!wanted->name[0]) return;
        snprintf(sentence, sizeof sentence, "The patch %s of this session is not there: run `ddsp-live plugins export %s`.",
                 wanted->name, wanted->name);
    }
    core->host.log(core->host.self, sentence);
}

const char *core_restore(Core *core, const char *text, size_t size) {
    State state = {0};
    for (int i = 0; i < PARAMETERS; i++) state.value[i] = parameters[i].start;
    if (!read_state(&state, text, size)) return "The session's state of ddsp-live is damaged.";
    for (int i = 0; i < PARAMETERS; i++)
        if (i != P_PATCH) core_set(core, i, state.value[i]);
    choose(core, &state.patch);
    core_work(core);
    return NULL;
}
