#include "plugin/bank.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/tables.h"

#define SUFFIX ".flat"
#ifndef _WIN32
#define SHARED "/.local/share"
#endif

static int joined(char to[BANK_PATH], const char *a, const char *b) {
    return snprintf(to, BANK_PATH, "%s%s", a, b) < BANK_PATH;
}

/* Where engine/folders.py has the user's data; 0 where the system says nothing of a home. */
static int own_folder(char to[BANK_PATH]) {
#if defined(_WIN32)
    const char *base = getenv("LOCALAPPDATA"), *below = "\\ddsp-live\\plugin";
#elif defined(__APPLE__)
    const char *base = getenv("HOME"), *below = "/Library/Application Support/ddsp-live/plugin";
#else
    const char *base = getenv("XDG_DATA_HOME"), *below = "/ddsp-live/plugin";
    if (!base || !*base) {
        base = getenv("HOME");
        below = SHARED "/ddsp-live/plugin";
    }
#endif
    return base && *base && joined(to, base, below);
}

static int by_path(const void *a, const void *b) { return strcmp(((const BankEntry *)a)->path, ((const BankEntry *)b)->path); }

static int is_flat(const char *name) {
    const size_t length = strlen(name), suffix = strlen(SUFFIX);
    return name[0] != '.' && length > suffix && !strcmp(name + length - suffix, SUFFIX);
}

static int add(Bank *bank, const char *path) {
    BankEntry *more = realloc(bank->entries, (size_t)(bank->count + 1) * sizeof *more);
    if (!more) return 0;
    bank->entries = more;
    BankEntry *entry = &more[bank->count];
    if (flat_read_texts(&entry->texts, path)) return 0;
    entry->data = NULL;
    entry->path = malloc(strlen(path) + 1);
    if (!entry->path) return 0;
    strcpy(entry->path, path);
    bank->count++;
    return 1;
}

int bank_add_data(Bank *bank, char *data, size_t size) {
    FlatPatch patch;
    char *copy = malloc(size);
    BankEntry *more = realloc(bank->entries, (size_t)(bank->count + 1) * sizeof *more);
    if (more) bank->entries = more;
    if (copy) memcpy(copy, data, size);
    if (!copy || !more || flat_take_patch(&patch, copy, size)) {
        if (!more) free(copy);
        free(data);
        return -1;
    }
    bank->entries[bank->count] = (BankEntry){patch.texts, NULL, data, size};
    flat_free_patch(&patch);
    return bank->count++;
}

const char *bank_read(const Bank *bank, int patch, FlatPatch *to) {
    const BankEntry *entry = &bank->entries[patch];
    if (!entry->data) return flat_read_patch(to, entry->path);
    char *copy = malloc(entry->size);
    if (copy) memcpy(copy, entry->data, entry->size);
    return flat_take_patch(to, copy, entry->size);
}

static void add_folder(Bank *bank, const char *below) {
    char folder[BANK_PATH], name[BANK_PATH], path[BANK_PATH];
    const int first = bank->count;
    DIR *opened = joined(folder, bank->folder, below) ? opendir(folder) : NULL;
    if (!opened) return;
    for (struct dirent *found; (found = readdir(opened)) && bank->count < (int)parameters[P_PATCH].high + 1;) {
        if (!is_flat(found->d_name)) continue;
        if (!joined(name, "/", found->d_name) || !joined(path, folder, name) || !add(bank, path)) bank->refused++;
    }
    closedir(opened);
    if (bank->count > first) qsort(bank->entries + first, (size_t)(bank->count - first), sizeof *bank->entries, by_path);
}

void bank_open(Bank *bank, const char *folder) {
    memset(bank, 0, sizeof *bank);
    if (!(folder ? joined(bank->folder, folder, "") : own_folder(bank->folder))) return;
    add_folder(bank, "/factory");
    add_folder(bank, "/own");
}

void bank_close(Bank *bank) {
    for (int i = 0; i < bank->count; i++) {
        free(bank->entries[i].path);
        free(bank->entries[i].data);
    }
    free(bank->entries);
    memset(bank, 0, sizeof *bank);
}

int bank_find(const Bank *bank, const char *name, const char *hash) {
    int found = -1;
    for (int i = 0; i < bank->count; i++) {
        const FlatTexts *texts = &bank->entries[i].texts;
        if (strcmp(texts->name, name)) continue;
        if (!strcmp(texts->hash, hash)) return i;
        if (found < 0) found = i;
    }
    return found;
}

int bank_room_path(const Bank *bank, const char *name, char path[BANK_PATH]) {
    return snprintf(path, BANK_PATH, "%s/rooms/%s" SUFFIX, bank->folder, name) < BANK_PATH;
}
