/* What the driver puts the kernel through; each one ends the process where something is wrong. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

typedef struct Scenario {
    const char *name;
    void (*run)(void);
} Scenario;

extern const Scenario scenarios[]; /* the last one has no name */
/* Where a scenario is not in scenarios.c, it is in the file named after what it is about. */
void mpe_storm(void);
void zones_in_any_order(void);
void maps_while_it_sounds(void);
void tunings(void);
void any_block_gives_the_same_gestures(void);
void sections(void);
void shaped_notes(void);
void controls_kept_and_played(void);
void listening(void);
void howling(void);
void any_block_hears_the_same(void);
void racks_at_random(void);
void any_block_gives_the_same_racks(void);
void threads(void);                /* producers, worker, callback and main thread at once */

#endif
