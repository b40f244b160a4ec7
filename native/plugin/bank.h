/* The patches that there are, as flat files in a folder: `factory` and then `own`, each by name; and `rooms`. Fixed from
   the moment it is opened. Not for the audio thread. */
#ifndef DDSP_PLUGIN_BANK_H
#define DDSP_PLUGIN_BANK_H
#include "plugin/flat.h"

#define BANK_PATH 4096

typedef struct BankEntry {
    FlatTexts texts;
    char *path;
} BankEntry;

typedef struct Bank {
    char folder[BANK_PATH];
    int count, refused; /* refused: files that cannot be used */
    BankEntry *entries;
} Bank;

/* folder: NULL for the user's own, where `ddsp-live plugins install` puts them. An empty bank, if there is none. */
void bank_open(Bank *bank, const char *folder);
void bank_close(Bank *bank);
/* The patch of a name; of several the one with this hash. -1: there is none. */
int bank_find(const Bank *bank, const char *name, const char *hash);
/* The path of a room by its name; 0 where it is too long. */
int bank_room_path(const Bank *bank, const char *name, char path[BANK_PATH]);

#endif
