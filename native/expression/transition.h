/* How one note of a line becomes the next: all of it is drawn when the key comes, and a closed form of time from then
   on. The measurements that the forms and numbers come from are described in docs/performance.md. */
#ifndef DDSP_TRANSITION_H
#define DDSP_TRANSITION_H
#include <stdint.h>

#include "api/expression.h"

enum { KIND_REST, KIND_SLUR, KIND_DETACHED };

/* What is known when the key comes. */
typedef struct Joint {
    int kind;
    float interval;     /* semitones, from note to note */
    float amount;       /* of expression, 0 .. 1: how much notes differ from each other */
    float times, depth; /* what gestures make of the pitch's time and of the dip's depth, 1: nothing */
    float since;        /* seconds since the key before */
    float below_db, through; /* how far below its aim the line is now, and the share of that which the decoder makes */
    uint32_t draw;      /* of the note's chance */
} Joint;

typedef struct Transition {
    int kind;
    float begin_db, depth_db, through; /* below the aim: at the key, and at the lowest point */
    float fall, rise;                  /* seconds */
    float late, glide;                 /* the pitch: waits, then goes by a smoothstep */
    float mean_db;                     /* of the dip over the note, where its volume is set: given back */
} Transition;

/* A note's level about its aim is rise * u - h, with u from what it was asked to rise and fall by and h from how it comes
   out of the note before: over the note, the means of u, its square, h, its square, both, and of the dip alone. */
typedef struct TransitionSums {
    float u, uu, h, hh, uh, dip;
} TransitionSums;

Transition transition_of(const Expression *e, const Joint *joint);
/* How far below its aim the level is so many seconds after the key, in dB. */
float transition_db(const Transition *t, float seconds);
/* length, blend: seconds, of the note and in which it becomes its own; peak: share of the length; apart: dB that its aim is
   above the level of the note before. */
TransitionSums transition_sums(const Transition *t, float length, float blend, float peak, float apart);
/* The rise that gives a note this standard deviation, in dB. */
float transition_rise(const TransitionSums *sums, float deviation);
/* 0 at 0, 1 at 1, with no slope at either. */
float smooth(float x);

#endif
