#include "input/voicing_gate.h"

#include <math.h>

#define FLOOR_DB -80.0f
#define ABOVE_FLOOR_DB 10.0f
#define HYSTERESIS_DB 5.0f
#define OPENS_BELOW 0.2f      /* aperiodicity */
#define CLOSES_ABOVE 0.4f
#define CLOSES_SECONDS 0.012f /* that a pitch may be lost for: between two notes of one breath it is */
#define RISE_DB 6.0f          /* a second, of the learned floor */
#define FALL 0.3f             /* of the way to a lower level, a frame */
#define HIGHEST_FLOOR_DB -35.0f

void voicing_gate_init(VoicingGate *g) { *g = (VoicingGate){.floor_db = FLOOR_DB}; }

int voicing_gate_step(VoicingGate *g, float loudness_db, float aperiodicity, float threshold_db, float seconds) {
    float opens_db = fmaxf(threshold_db, g->floor_db + ABOVE_FLOOR_DB);
    g->heard = loudness_db > (g->heard ? opens_db - HYSTERESIS_DB : opens_db);
    g->unlike = aperiodicity < CLOSES_ABOVE ? 0 : g->unlike + 1;
    if (!g->heard || (float)g->unlike * seconds > CLOSES_SECONDS) g->open = 0;
    else if (aperiodicity < OPENS_BELOW) g->open = 1;
    /* What sounds without a pitch may be the room: it is learned slowly, and forgotten fast. */
    if (loudness_db < g->floor_db) g->floor_db += FALL * (loudness_db - g->floor_db);
    else if (!g->open) g->floor_db = fminf(HIGHEST_FLOOR_DB, fminf(loudness_db, g->floor_db + RISE_DB * seconds));
    return g->open;
}
