/* Texts from a stranger, which a host will show. */
#ifndef DDSP_PLUGIN_UTF8_H
#define DDSP_PLUGIN_UTF8_H

/* Whether a text is well-formed UTF-8 without control characters. */
static inline int utf8_is_printable(const char *text) {
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        const int more = *at < 0x80 ? 0 : *at >= 0xc2 && *at < 0xe0 ? 1 : *at >= 0xe0 && *at < 0xf0 ? 2 : *at >= 0xf0 && *at < 0xf5 ? 3 : -1;
        if (more < 0 || *at < 0x20 || *at == 0x7f) return 0;
        unsigned letter = *at & (0xff >> (more ? more + 2 : 1));
        for (int i = 1; i <= more; i++) {
            if ((at[i] & 0xc0) != 0x80) return 0;
            letter = letter << 6 | (at[i] & 0x3f);
        }
        const int shortest = more < 2 ? 0 : more == 2 ? 0x800 : 0x10000;
        if (letter < (unsigned)shortest || letter > 0x10ffff || (letter >= 0xd800 && letter < 0xe000)) return 0;
        if (letter >= 0x80 && letter < 0xa0) return 0;
        at += more + 1;
    }
    return 1;
}

#endif
