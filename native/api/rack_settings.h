/* What a rack of effects is set to: plain numbers in physical units. Ranges, defaults and meanings are Python's,
   engine/effects/table.py, which checks them; a rack holds them within what it can do besides. */
#ifndef DDSP_RACK_SETTINGS_H
#define DDSP_RACK_SETTINGS_H

#define DRIVE_SOFT 0
#define DRIVE_TUBE 1
#define DRIVE_HARD 2

typedef struct DriveSettings {
    int on, shape;
    float amount;         /* dB before the shaper */
    float bias, tone;     /* of full scale; Hz */
    float level, mix;     /* dB after it; 0 .. 1 */
} DriveSettings;

typedef struct EqualizerSettings {
    int on;
    float high_pass, high_pass_q;        /* Hz; off at 16 */
    float low_shelf, low_shelf_gain;     /* Hz, dB */
    float peak_1, peak_1_gain, peak_1_q; /* Hz, dB */
    float peak_2, peak_2_gain, peak_2_q;
    float high_shelf, high_shelf_gain;
    float low_pass, low_pass_q;          /* Hz; off at 20000 */
} EqualizerSettings;

#define DETECT_PEAK 0
#define DETECT_MEAN 1
#define SMOOTH_GAIN 0
#define SMOOTH_LEVEL 1

typedef struct CompressorSettings {
    int on;
    float threshold, ratio, attack, release; /* dB, ratio, ms */
    float gate, expansion;                   /* below so many dB, a ratio */
    float makeup;                            /* dB */
    int automatic;                           /* make-up by threshold and ratio, beside that */
    int detector;
    float mean;                              /* ms that the mean is taken over */
    int order;                               /* what attack and release smooth */
} CompressorSettings;

typedef struct ChorusSettings {
    int on;
    float rate, depth, mix, width; /* Hz, ms, 0 .. 1, 0 .. 1 */
} ChorusSettings;

#define FIRST_LEFT 0
#define FIRST_RIGHT 1
#define FIRST_MIDDLE 2

typedef struct EchoSettings {
    int on;
    float time, feedback, tone; /* ms, 0 .. 1, Hz */
    int first;
    float width, level, send;   /* 0 .. 1, dB, 0 .. 1 to the reverb */
} EchoSettings;

typedef struct ReverbSettings {
    int on;
    float decay;                 /* seconds to fall by 60 dB, between the two crossovers */
    float low, high;             /* crossovers, Hz */
    float low_times, high_times; /* of the decay, beyond them */
    float size, predelay, level; /* of the lines; ms; dB */
} ReverbSettings;

typedef struct RackSettings {
    DriveSettings drive;
    EqualizerSettings equalizer;
    CompressorSettings compressor;
    ChorusSettings chorus;
    EchoSettings echo;
    ReverbSettings reverb;
} RackSettings;

#endif
