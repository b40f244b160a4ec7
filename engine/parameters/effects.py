"""The settings of the rack, unit by unit, in the order in which sound goes through."""

from .row import LINEAR, LOG, RACK, STEPS, SWITCH, Parameter

UNITS = ("drive", "equalizer", "compressor", "chorus", "echo", "reverb")
OFF_DB = -60.0
"""A level at which echo and reverb are off."""


def _on(id: int, unit: str, meaning: str) -> Parameter:
    return Parameter(id, f"{unit}_on", "On", unit, RACK, meaning, curve=SWITCH)


def _number(
    id: int,
    name: str,
    label: str,
    low: float,
    high: float,
    default: float,
    unit: str,
    meaning: str,
    curve: str = LINEAR,
) -> Parameter:
    return Parameter(id, name, label, name.split("_")[0], RACK, meaning, low, high, default, unit, curve)


def _choice(id: int, name: str, label: str, choices: tuple[str, ...], meaning: str) -> Parameter:
    unit = name.split("_")[0]
    return Parameter(id, name, label, unit, RACK, meaning, 0, len(choices) - 1, curve=STEPS, choices=choices)


# One row a parameter.
# fmt: off
DRIVE = (
    _on(100, "drive", "overdrive, at four times the rate so that nothing folds back"),
    _choice(101, "drive_shape", "Shape", ("soft", "tube", "hard"),
            "curve that bends the sound: soft is symmetrical, tube leans to one side, hard clips"),
    _number(102, "drive_amount", "Amount", 0, 36, 12, "dB", "gain before the curve; the level makes up for most of it"),
    _number(103, "drive_bias", "Bias", -0.5, 0.5, 0, "", "offset before the curve, which brings even harmonics"),
    _number(104, "drive_tone", "Tone", 500, 20000, 20000, "Hz", "low-pass behind the curve; 20000 is off", LOG),
    _number(105, "drive_level", "Level", -24, 12, 0, "dB", "gain behind the curve"),
    _number(106, "drive_mix", "Mix", 0, 1, 1, "", "share of the driven sound; 0 is off"),
)
EQUALIZER = (
    _on(110, "equalizer", "equalizer of six bands"),
    _number(111, "equalizer_high_pass", "High-pass", 16, 2000, 16, "Hz",
            "below it sound is taken away; 16 is off", LOG),
    _number(112, "equalizer_high_pass_q", "High-pass Q", 0.5, 10, 0.707, "", "resonance of the high-pass", LOG),
    _number(113, "equalizer_low_shelf", "Low shelf", 30, 450, 120, "Hz", "frequency of the low shelf", LOG),
    _number(114, "equalizer_low_shelf_gain", "Low gain", -18, 18, 0, "dB", "gain of the low shelf"),
    _number(115, "equalizer_peak_1", "Peak 1", 33, 5400, 500, "Hz", "frequency of the first peak", LOG),
    _number(116, "equalizer_peak_1_gain", "Peak 1 gain", -18, 18, 0, "dB", "gain of the first peak"),
    _number(117, "equalizer_peak_1_q", "Peak 1 Q", 0.2, 20, 1, "", "narrowness of the first peak", LOG),
    _number(118, "equalizer_peak_2", "Peak 2", 200, 17500, 3000, "Hz", "frequency of the second peak", LOG),
    _number(119, "equalizer_peak_2_gain", "Peak 2 gain", -18, 18, 0, "dB", "gain of the second peak"),
    _number(120, "equalizer_peak_2_q", "Peak 2 Q", 0.2, 20, 1, "", "narrowness of the second peak", LOG),
    _number(121, "equalizer_high_shelf", "High shelf", 750, 16000, 6000, "Hz", "frequency of the high shelf", LOG),
    _number(122, "equalizer_high_shelf_gain", "High gain", -18, 18, 0, "dB", "gain of the high shelf"),
    _number(123, "equalizer_low_pass", "Low-pass", 200, 20000, 20000, "Hz",
            "above it sound is taken away; 20000 is off", LOG),
    _number(124, "equalizer_low_pass_q", "Low-pass Q", 0.5, 10, 0.707, "", "resonance of the low-pass", LOG),
)
COMPRESSOR = (
    _on(130, "compressor", "compressor and expander"),
    _number(131, "compressor_threshold", "Threshold", -60, 0, -18, "dB", "level above which it becomes softer"),
    _number(132, "compressor_ratio", "Ratio", 1, 20, 3, "", "decibels above the threshold that become one", LOG),
    _number(133, "compressor_attack", "Attack", 0.1, 200, 5, "ms", "time in which it takes hold", LOG),
    _number(134, "compressor_release", "Release", 5, 3000, 200, "ms", "time in which it lets go", LOG),
    _number(135, "compressor_gate", "Gate", -90, 0, -90, "dB", "level below which the expansion begins"),
    _number(136, "compressor_expansion", "Expansion", 1, 4, 1, "",
            "decibels that one below the gate becomes; 1 is off", LOG),
    _number(137, "compressor_makeup", "Make-up", -12, 24, 0, "dB", "gain behind it"),
    Parameter(138, "compressor_automatic", "Auto make-up", "compressor", RACK,
              "half of what full scale is lowered by, added to the make-up", curve=SWITCH),
    _choice(139, "compressor_detector", "Detector", ("peak", "mean"), "level that counts: of peaks, or the mean"),
    _number(140, "compressor_mean", "Mean over", 0.1, 50, 10, "ms", "time that the mean is taken over", LOG),
    _choice(141, "compressor_order", "Smooths", ("gain", "level"),
            "what attack and release smooth: the gain, or the level that it follows"),
)
CHORUS = (
    _on(150, "chorus", "chorus of three voices a side"),
    _number(151, "chorus_rate", "Rate", 0.05, 5, 0.6, "Hz", "how fast the voices sway", LOG),
    _number(152, "chorus_depth", "Depth", 0, 8, 2, "ms", "how far the voices sway"),
    _number(153, "chorus_mix", "Mix", 0, 1, 0.5, "", "share of the voices; 0 is off"),
    _number(154, "chorus_width", "Width", 0, 1, 1, "", "how far left and right differ"),
)
ECHO = (
    _on(160, "echo", "echo that goes from side to side"),
    _number(161, "echo_time", "Time", 10, 2000, 350, "ms", "time from echo to echo", LOG),
    _number(162, "echo_feedback", "Feedback", 0, 0.95, 0.35, "", "how loud an echo is by the one before"),
    _number(163, "echo_tone", "Tone", 200, 20000, 6000, "Hz", "low-pass from echo to echo; 20000 is off", LOG),
    _choice(164, "echo_first", "First", ("left", "right", "middle"), "side of the first echo"),
    _number(165, "echo_width", "Width", 0, 1, 0.7, "", "how far to the sides echoes are"),
    _number(166, "echo_level", "Level", OFF_DB, 0, -12, "dB", "level of the echoes; -60 is off"),
    _number(167, "echo_send", "To reverb", 0, 1, 0, "", "share of the echoes that the reverb gets too"),
)
REVERB = (
    _on(170, "reverb", "reverberation by sixteen delay lines"),
    _number(171, "reverb_decay", "Decay", 0.1, 20, 1.6, "s", "time to fall by 60 dB", LOG),
    _number(172, "reverb_low", "Low below", 50, 1000, 250, "Hz", "frequency below which the low decay counts", LOG),
    _number(173, "reverb_high", "High above", 1500, 12000, 4000, "Hz",
            "frequency above which the high decay counts", LOG),
    _number(174, "reverb_low_times", "Low decay", 0.25, 4, 1.1, "times", "decay of low sound, by the other", LOG),
    _number(175, "reverb_high_times", "High decay", 0.05, 1.5, 0.5, "times", "decay of high sound, by the other", LOG),
    _number(176, "reverb_size", "Size", 0.3, 2, 1, "times", "size of the room", LOG),
    _number(177, "reverb_predelay", "Pre-delay", 0, 200, 0, "ms", "time before the reverberation begins"),
    _number(178, "reverb_level", "Level", OFF_DB, 6, -12, "dB", "level of the reverberation; -60 is off"),
)
# fmt: on
EFFECTS = (*DRIVE, *EQUALIZER, *COMPRESSOR, *CHORUS, *ECHO, *REVERB)
