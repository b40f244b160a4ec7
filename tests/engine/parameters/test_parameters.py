"""The table of parameters: names, numbers and ranges that others keep, and the ways of sliders."""

import math

import ddsp_live
import pytest
from ddsp_live.modulation.matrix import TARGETS
from ddsp_live.options import OptionError, SynthOptions
from ddsp_live.parameters import (
    BY_NAME,
    CHANNEL,
    CONTROLS,
    GROUPS,
    LOG,
    PARAMETERS,
    RACK,
    START,
    SYNTH,
    Parameter,
    names_of,
)

KEPT = {
    1: "volume",
    2: "fluctuation",
    3: "peak",
    4: "vibrato",
    5: "brightness",
    6: "attack",
    7: "balance",
    8: "room",
    9: "gain",
    10: "sustain",
    20: "life",
    21: "expression",
    22: "performer",
    23: "prior",
    24: "rules",
    25: "humanize",
    40: "sample_rate",
    41: "block_size",
    42: "voices",
    43: "decoder",
    44: "mode",
    45: "mpe",
    46: "join",
    90: "drive",
    91: "squeeze",
    92: "low",
    93: "high",
    94: "chorus",
    95: "echo",
    96: "reverb",
    100: "drive_on",
    101: "drive_shape",
    102: "drive_amount",
    103: "drive_bias",
    104: "drive_tone",
    105: "drive_level",
    106: "drive_mix",
    110: "equalizer_on",
    111: "equalizer_high_pass",
    112: "equalizer_high_pass_q",
    113: "equalizer_low_shelf",
    114: "equalizer_low_shelf_gain",
    115: "equalizer_peak_1",
    116: "equalizer_peak_1_gain",
    117: "equalizer_peak_1_q",
    118: "equalizer_peak_2",
    119: "equalizer_peak_2_gain",
    120: "equalizer_peak_2_q",
    121: "equalizer_high_shelf",
    122: "equalizer_high_shelf_gain",
    123: "equalizer_low_pass",
    124: "equalizer_low_pass_q",
    130: "compressor_on",
    131: "compressor_threshold",
    132: "compressor_ratio",
    133: "compressor_attack",
    134: "compressor_release",
    135: "compressor_gate",
    136: "compressor_expansion",
    137: "compressor_makeup",
    138: "compressor_automatic",
    139: "compressor_detector",
    140: "compressor_mean",
    141: "compressor_order",
    150: "chorus_on",
    151: "chorus_rate",
    152: "chorus_depth",
    153: "chorus_mix",
    154: "chorus_width",
    160: "echo_on",
    161: "echo_time",
    162: "echo_feedback",
    163: "echo_tone",
    164: "echo_first",
    165: "echo_width",
    166: "echo_level",
    167: "echo_send",
    170: "reverb_on",
    171: "reverb_decay",
    172: "reverb_low",
    173: "reverb_high",
    174: "reverb_low_times",
    175: "reverb_high_times",
    176: "reverb_size",
    177: "reverb_predelay",
    178: "reverb_level",
}
"""Numbers and names that presets and hosts have kept: none may ever mean something else."""


def test_numbers_and_names_stay_what_they_were():
    known = {row.id: row.name for row in PARAMETERS}
    assert {id: known.get(id) for id in KEPT} == KEPT


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_a_row_is_whole(row):
    assert row.low < row.high and row.low <= row.default <= row.high
    assert row.group in GROUPS and row.scope in (CHANNEL, SYNTH, RACK, START)
    assert row.target is None or row.target in TARGETS
    assert (row.controller is not None) == (row.scope == CHANNEL)
    assert not row.choices or len(row.choices) == row.high - row.low + 1
    assert row.meaning and not row.meaning.endswith(".")


def test_numbers_and_names_are_unique():
    assert len({row.id for row in PARAMETERS}) == len(BY_NAME) == len(PARAMETERS)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_a_sliders_ends_are_the_range_and_its_way_leads_back(row):
    assert (row.value(0.0), row.value(1.0)) == (row.low, row.high)
    for place in (0.0, 0.25, 0.6, 1.0):
        value = row.value(place)
        assert row.value(row.place(value)) == pytest.approx(value)
    assert row.place(row.high + 1) == 1 and row.place(row.low - 1) == 0


def test_octaves_are_equally_long_on_a_logarithmic_slider():
    row = Parameter(1, "rate", "Rate", "tone", SYNTH, "rate", 20.0, 20_480.0, 1000.0, "Hz", LOG)
    assert [row.value(place) for place in (0, 0.1, 0.5, 1)] == pytest.approx([20, 40, 640, 20_480])
    assert row.place(row.value(0.3)) == pytest.approx(0.3)
    assert row.phrase == "rate (20 to 20480 Hz, default: 1000)"


def test_whole_numbers_and_choices_are_written_as_such():
    assert [BY_NAME["voices"].value(place) for place in (0, 0.5, 1)] == [1, 32, 64]
    assert BY_NAME["mode"].written(BY_NAME["mode"].value(0.5)) == "mono"
    assert BY_NAME["sustain"].value(0.4) == 0 and BY_NAME["sustain"].value(0.6) == 1


@pytest.mark.parametrize("name", [n for n in (*names_of(START), *names_of(SYNTH)) if not BY_NAME[n].choices])
def test_options_are_checked_by_the_table(name):
    row = BY_NAME[name]
    assert getattr(SynthOptions(), name) == row.default
    for wrong in (row.low - 1, row.high + 1, math.nan):
        with pytest.raises(OptionError, match=f"{name} is "):
            SynthOptions(**{name: wrong})
    with pytest.raises(TypeError, match=f"{name} is 'loud': give a number"):
        SynthOptions(**{name: "loud"})
    if row.is_whole:
        with pytest.raises(OptionError, match="whole number"):
            SynthOptions(**{name: row.low + 0.5})


def test_what_moves_while_it_plays_is_an_attribute_of_the_synth():
    for name in names_of(SYNTH):
        assert isinstance(vars(ddsp_live.Synth)[name], ddsp_live.synth.Amount), name
        assert name in CONTROLS


def test_options_describe_themselves_by_the_table():
    for name in (*names_of(START), *names_of(SYNTH)):
        assert f"    {name} : " in SynthOptions.__doc__
        assert BY_NAME[name].phrase[1:] in SynthOptions.__doc__
