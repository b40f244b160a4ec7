#include "expression/transition.h"

#include <math.h>

#include "base/draw.h"

#define SMOOTHSTEP_10_90 0.6082f /* of its length, from 10 to 90 % of its way */
#define SHORTEST 0.004f
#define LONGEST 0.25f
#define LEAP_SEMITONES 2.5f
#define MOST_DB 60.0f
#define QUICK_SECONDS 0.12f /* of notes that follow each other so soon, detached ones dip less */
#define QUICK_SHARE 0.8f
#define SUM_STEPS 48

float smooth(float x) { return x <= 0 ? 0.0f : x >= 1 ? 1.0f : x * x * (3.0f - 2.0f * x); }

static float glide_seconds(const Expression *e, const Joint *joint) {
    const float interval = fmaxf(1.0f, fabsf(joint->interval));
    const int jumps = e->leap_seconds > 0 && interval >= LEAP_SEMITONES;
    const float usual = jumps ? e->leap_seconds : e->step_seconds * powf(interval, -e->step_power);
    const float seconds = usual * joint->times * expf(joint->amount * e->step_spread * draw_normal(joint->draw, 0));
    return fminf(LONGEST, fmaxf(SHORTEST, seconds)) / SMOOTHSTEP_10_90;
}

Transition transition_of(const Expression *e, const Joint *joint) {
    const DipShape *shape = joint->kind == KIND_SLUR ? &e->slur : &e->detached;
    const float quick = joint->kind == KIND_DETACHED && joint->since < QUICK_SECONDS ? QUICK_SHARE : 1.0f;
    const float depth = shape->depth_db * joint->depth * quick *
                        fmaxf(0.0f, 1.0f + joint->amount * shape->spread * draw_normal(joint->draw, 1));
    Transition t = {.kind = joint->kind,
                    .begin_db = fminf(MOST_DB, joint->below_db),
                    .through = joint->through,
                    .rise = shape->rise,
                    .glide = glide_seconds(e, joint)};
    t.depth_db = fmaxf(depth, t.begin_db);
    /* The dip lies about the middle of the pitch's way, so that in slow steps it comes later. */
    const float fall = joint->kind == KIND_SLUR ? fmaxf(shape->fall, 0.5f * t.glide - shape->late) : shape->fall;
    t.fall = depth > t.begin_db ? fall * (1.0f - t.begin_db / depth) : 0.0f;
    t.late = fmaxf(0.0f, t.fall + shape->late - 0.5f * t.glide);
    return t;
}

float transition_db(const Transition *t, float seconds) {
    if (seconds < t->fall) return t->begin_db + (t->depth_db - t->begin_db) * smooth(seconds / t->fall);
    const float rest = 1.0f - (seconds - t->fall) / fmaxf(t->rise, 1e-6f);
    return rest > 0 ? t->depth_db * rest * rest : 0.0f;
}

TransitionSums transition_sums(const Transition *t, float length, float blend, float peak, float apart) {
    const float whole = fminf(length, fmaxf(blend, t->fall + t->rise)), step = whole / SUM_STEPS;
    TransitionSums sums = {0, 0, 0, 0, 0, 0};
    for (int i = 0; i < SUM_STEPS; i++) {
        const float at = ((float)i + 0.5f) * step, x = at / length, own = smooth(at / fmaxf(blend, 1e-6f));
        const float triangle = (x < peak ? x / peak : (1.0f - x) / (1.0f - peak)) - 0.5f;
        const float dip = transition_db(t, at), h = dip + (1.0f - own) * apart, u = own * triangle;
        sums.dip += dip;
        sums.u += u - triangle;
        sums.uu += u * u - triangle * triangle;
        sums.h += h;
        sums.hh += h * h;
        sums.uh += u * h;
    }
    const float share = step / length;
    return (TransitionSums){sums.u * share, 1.0f / 12.0f + sums.uu * share, sums.h * share, sums.hh * share,
                            sums.uh * share, sums.dip * share};
}

float transition_rise(const TransitionSums *s, float deviation) {
    const float spread = fmaxf(1e-4f, s->uu - s->u * s->u), together = s->uh - s->u * s->h;
    const float left = deviation * deviation - (s->hh - s->h * s->h);
    const float root = together * together + spread * left;
    return root > 0 ? fmaxf(0.0f, together + sqrtf(root)) / spread : 0.0f;
}
