"""Which pitch a decoder is given, and how far its partials then lie from those that sound."""

import pytest
import units

ffi, lib = units.load("expression/formant_pitch.h", "dsp/timbre_shaper.h")


def span(kept):
    return ffi.new("FormantRange *", {"low": 50.0, "high": 70.0, "kept": kept})


@pytest.mark.parametrize("kept", [0, 1])
@pytest.mark.parametrize("pitch", [50.0, 61.3, 70.0])
def test_within_the_range_nothing_is_asked(kept, pitch):
    shape = ffi.new("TimbreShape *")
    assert lib.formant_pitch(span(kept), pitch, 0.0) == ffi.cast("float", pitch)
    lib.formant_shape(span(kept), pitch, 0.0, shape)
    assert (shape.formant, shape.held) == (0, 0)


@pytest.mark.parametrize(
    ("pitch", "formant", "kept", "decoder"),
    [
        (82.0, 0.0, 1, 70.0),
        (82.0, 0.0, 0, 82.0),
        (40.0, 0.0, 1, 50.0),
        (60.0, 5.0, 1, 55.0),
        (60.0, 5.0, 0, 55.0),
        (52.0, 5.0, 1, 50.0),
        (52.0, 5.0, 0, 50.0),
        (66.0, -8.0, 0, 70.0),
        (48.0, 5.0, 0, 48.0),  # the formant takes the decoder no farther out
        (75.0, 8.0, 1, 67.0),  # nor is it held if the formant brings it back
    ],
)
def test_the_decoder_gets_the_nearest_trained_pitch(pitch, formant, kept, decoder):
    assert lib.formant_pitch(span(kept), pitch, formant) == decoder
    shape = ffi.new("TimbreShape *")
    lib.formant_shape(span(kept), pitch, formant, shape)
    assert shape.formant == pytest.approx(formant / 12)
    assert shape.held == pytest.approx((pitch - formant - decoder) / 12, abs=1e-6)


@pytest.mark.parametrize(
    ("centre", "sway", "left"),
    [(60, 0.5, 0.5), (70, 0.5, 0), (70, -0.5, -0.5), (69.8, 0.5, 0.2), (75, 0.5, 0)],
)
def test_vibrato_along_a_held_envelope_moves_no_resonance_again(centre, sway, left):
    shape = ffi.new("TimbreShape *", {"sway": sway / 12})
    lib.formant_shape(span(1), centre + sway, 0.0, shape)
    assert 12 * shape.sway == pytest.approx(left, abs=1e-4)
