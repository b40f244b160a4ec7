/* The guard against feedback: where the input hears the output, either rises without end or one holds the other up.
   Levels alone can't tell that from a singer who swells, so the output is lowered for a moment; if the input falls
   along, it was the output that it heard. */
#ifndef DDSP_FEEDBACK_GUARD_H
#define DDSP_FEEDBACK_GUARD_H

typedef struct FeedbackGuard {
    float slow_db;      /* the input's loudness, smoothed */
    float before_db;    /* the same when the output was lowered */
    float heard_db;     /* sum of the input's while it is lowered, over so many frames */
    int heard_frames;
    float risen_seconds, held_seconds, rest_seconds, probe_seconds, doubt_seconds;
    float duck_db;      /* <= 0: what the output is lowered by ... */
    float release_db;   /* ... and by how much a second that grows less */
    int probing, howls;
} FeedbackGuard;

void feedback_guard_init(FeedbackGuard *h);
/* Once a frame: whether a pitch sounds and how loud the input is, whether it is cut off at full scale, and the output's
   peak since the last frame. Returns the gain of the output, linear. */
float feedback_guard_step(FeedbackGuard *h, int voiced, float loudness_db, int clipped, float peak, float seconds);

#endif
