/* The patches that there are, as flat files in a folder: `factory` and then `own`, each by name; and `rooms`. Fixed from
   the moment it is opened. Not for the audio thread. */
#ifndef DDSP_PLUGIN_BANK_H
#define DDSP_PLUGIN_BANK_H
#include "plugin/flat.h"

#define BANK_PATH 4096

typedef struct BankEntry {
    FlatTexts texts;
    char *path;
    char *data; /* the file itself where there is none to read, as in a browser; else NULL */
    size_t size;
} BankEntry;

typedef struct Bank {
    char folder[BANK_PATH];
    int count, refused; /* refused: files that cannot be used */
    BankEntry *entries;
} Bank;

/* folder: NULL for the user's own, where `ddsp-live plugins install` puts them. An empty bank, if there is none. */
void bank_open(Bank *bank, const char *folder);
void bank_close(Bank *bank);
/* Adds a file that is in memory: data is malloc'd, and the bank's from now on. Its number, -1 if it is refused. */
int bank_add_data(Bank *bank, char *data, size_t size);
/* Reads a patch; NULL, or why not, as flat_read_patch. */
const char *bank_read(const Bank *bank, int patch, FlatPatch *to);
/* The patch of a name; of several the one with this hash. -1: there is none. */
int bank_find(const Bank *bank, const char *name, const char *hash);
/* The path of a room by its name; 0 where it is too long. */
int bank_room_path(const Bank *bank, const char *name, char path[BANK_PATH]);

#endif
