/* What the driver puts the kernel through; each one ends the process where something is wrong. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

typedef struct Scenario {
    const char *name;
    void (*run)(void);
} Scenario;

extern const Scenario scenarios[]; /* the last one has no name */
void threads(void);                /* producers, worker, callback and main thread at once */

#endif
