#include "input/feedback_guard.h"

#include <math.h>

#include "base/db.h"

#define SOUNDING 0.003f       /* peak of an output that could be heard again, -50 dB */
#define SMOOTH_SECONDS 0.15f
#define RISING_DB 1.5f        /* over the smoothed loudness */
#define ONSET_SECONDS 0.12f
#define RISING_SECONDS 0.35f  /* that a swell may last */
#define HELD_SECONDS 4.0f     /* that a note may last without being doubted */
#define PROBE_DB -9.0f
#define CLIPPED_PROBE_DB -30.0f /* of an input that may be cut off far above full scale */
#define SETTLE_SECONDS 0.07f  /* that the way from output to loudness takes: 32 ms of it are the meter's */
#define PROBE_SECONDS 0.16f
#define FOLLOWS_DB 5.0f       /* that the input falls along where it hears the output */
#define DOUBT_SECONDS 3.0f    /* within which a howl that was cut off wholly is back */
#define DUCK_DB -30.0f
#define RELEASE_DB 12.0f      /* a second, after a howl ... */
#define BACK_DB 100.0f        /* ... and after a doubt that was none */
#define REST_SECONDS 3.0f     /* between probes that found nothing ... */
#define HELD_REST_SECONDS 20.0f /* ... of which long notes shall not be full */

void feedback_guard_init(FeedbackGuard *h) { *h = (FeedbackGuard){.slow_db = -80.0f}; }

/* What ends altogether may be a howl that was cut off, or a singer who has just stopped: the howl comes back. */
static void judge(FeedbackGuard *h, int voiced) {
    int held = h->held_seconds > HELD_SECONDS;
    int fell = h->before_db - h->heard_db / (float)h->heard_frames >= FOLLOWS_DB;
    h->probing = 0;
    h->held_seconds = h->risen_seconds = 0;
    if (fell && !voiced && !h->doubt_seconds) {
        h->doubt_seconds = DOUBT_SECONDS;
        h->release_db = BACK_DB;
    } else if (fell) {
        h->howls++;
        h->duck_db = DUCK_DB;
        h->release_db = RELEASE_DB;
    } else {
        h->rest_seconds = held ? HELD_REST_SECONDS : REST_SECONDS;
        h->release_db = BACK_DB;
    }
}

float feedback_guard_step(FeedbackGuard *h, int voiced, float loudness_db, int clipped, float peak, float seconds) {
    int rising = clipped || loudness_db > h->slow_db + RISING_DB, suspect = voiced && peak > SOUNDING;
    if (h->held_seconds < ONSET_SECONDS) h->slow_db = loudness_db; /* a note that begins is no swell */
    h->slow_db += (loudness_db - h->slow_db) * fminf(1.0f, seconds / SMOOTH_SECONDS);
    h->rest_seconds = fmaxf(0.0f, h->rest_seconds - seconds);
    h->doubt_seconds = fmaxf(0.0f, h->doubt_seconds - seconds);
    h->held_seconds = suspect ? h->held_seconds + seconds : 0;
    h->risen_seconds = suspect && rising ? h->risen_seconds + seconds : 0;
    if (h->probing) {
        h->probe_seconds += seconds;
        if (h->probe_seconds > SETTLE_SECONDS) {
            h->heard_db += loudness_db;
            h->heard_frames++;
        }
        if (h->probe_seconds >= PROBE_SECONDS) judge(h, voiced);
    } else if (!h->rest_seconds && h->duck_db > PROBE_DB / 2 &&
               (h->risen_seconds > RISING_SECONDS || h->held_seconds > HELD_SECONDS)) {
        h->probing = 1;
        h->probe_seconds = h->heard_db = 0;
        h->heard_frames = 0;
        h->before_db = loudness_db;
        h->duck_db = clipped ? CLIPPED_PROBE_DB : PROBE_DB;
    } else {
        h->duck_db = fminf(0.0f, h->duck_db + h->release_db * seconds);
    }
    return h->duck_db < 0 ? gain_of_dbf(h->duck_db) : 1.0f;
}
