#include "midi/mpe.h"

#define MOST_MEMBERS 15

void mpe_configure(Mpe *m, int master, int members) {
    int *zone = master == MPE_LOWER_MASTER ? &m->lower : &m->upper;
    int *other = master == MPE_LOWER_MASTER ? &m->upper : &m->lower;
    *zone = members < MOST_MEMBERS ? members : MOST_MEMBERS;
    /* Two zones have 14 members between them; a zone that takes the other's master ends it. */
    int left = *zone == MOST_MEMBERS ? 0 : MOST_MEMBERS - 1 - *zone;
    if (*other > left) *other = left;
}

int mpe_is_on(const Mpe *m) { return m->lower || m->upper; }

int mpe_may_be_master(int channel) { return channel == MPE_LOWER_MASTER || channel == MPE_UPPER_MASTER; }

int mpe_is_master(const Mpe *m, int channel) {
    return (channel == MPE_LOWER_MASTER && m->lower) || (channel == MPE_UPPER_MASTER && m->upper);
}

static int in_lower(const Mpe *m, int channel) { return channel >= 1 && channel <= m->lower; }

static int in_upper(const Mpe *m, int channel) { return channel <= 14 && channel >= 15 - m->upper; }

int mpe_is_member(const Mpe *m, int channel) { return in_lower(m, channel) || in_upper(m, channel); }

int mpe_master(const Mpe *m, int channel) {
    if (mpe_is_master(m, channel)) return channel;
    if (in_lower(m, channel)) return MPE_LOWER_MASTER;
    return in_upper(m, channel) ? MPE_UPPER_MASTER : -1;
}
