/* Runs the scenarios named on the command line, or all of them. The tests build it with every sanitizer. */
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "scenarios.h"

static int wanted(const char *name, int count, char **names) {
    for (int i = 1; i < count; i++)
        if (!strcmp(name, names[i])) return 1;
    return count < 2;
}

int main(int count, char **names) {
    int ran = 0;
    for (const Scenario *s = scenarios; s->name; s++)
        if (wanted(s->name, count, names)) {
            fprintf(stderr, "%s\n", s->name);
            s->run();
            ran++;
        }
    CHECK(count < 2 || ran == count - 1, "there is no such scenario");
    return 0;
}
