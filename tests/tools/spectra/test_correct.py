"""The tables behind a decoder: made from notes of an instrument whose body no network knew."""

from pathlib import Path

import numpy as np
import pytest
from ddsp_live.decoders.program import Program
from ddsp_live.patch.onnx_reader import read_weights
from ddsp_live.signal import sosfilt
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.models.decoder import from_weights, to_onnx
from ddsp_live.tools.spectra.correct import bounded, correct, gentle, heard, rms
from ddsp_live.tools.spectra.dynamics import BRASS, OFFSETS, family_slopes, ordered
from ddsp_live.tools.spectra.measure import PARTIALS, Notes, dynamic_of, measure
from ddsp_live.tools.spectra.tabled import Tables, with_tables, without_tables

RATE, FRAMES = 16000, 100
HARMONICS, BANDS = 24, 17
SIZES = {"amplitude": 1, "harmonic_distribution": HARMONICS, "noise_magnitudes": BANDS}
BODY = np.array([[1.0, -1.2, 0.81, 1.0, -1.6, 0.9]])  # a peak near 1.4 kHz and a dip near 2.1


@pytest.fixture(scope="module")
def decoder():
    """Partials that fall by 6 dB an octave at every pitch, as loud as asked, and next to no noise."""
    layers, weights = [], {}
    for name, size in SIZES.items():
        layers.append(
            {"op": "dense", "input": ["f0_scaled", "loudness_scaled"], "output": name, "size": size}
        )
        layers[-1] |= {"weight": f"{name}.weight", "bias": f"{name}.bias"}
        layers.append({"op": "exp_sigmoid", "input": [name], "output": name})
        weights[f"{name}.weight"] = np.zeros((size, 2), np.float32)
        weights[f"{name}.bias"] = np.full(size, -5.0 if name == "noise_magnitudes" else -1.0, np.float32)
    weights["amplitude.weight"][:, 1] = 4.0
    weights["amplitude.bias"][:] = -4.0
    weights["harmonic_distribution.bias"] -= np.log10(np.arange(1, HARMONICS + 1)).astype(np.float32)
    layers.append({"op": "normalize", "input": ["harmonic_distribution"], "output": "harmonic_distribution"})
    return from_weights(layers, weights).eval()


def take(midi: float, loudness_db: float = -20.0, name: str = "note") -> Take:
    """A held note of partials that fall by 6 dB an octave, through BODY."""
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    time = np.arange(FRAMES * RATE // 250) / RATE
    order = np.arange(1, min(HARMONICS, int(0.48 * RATE / f0_hz)) + 1)
    tones = (np.sin(2 * np.pi * f0_hz * order[:, None] * time) / order[:, None]).sum(0)
    audio = 10 ** (loudness_db / 20) * sosfilt(BODY, tones)[0]
    steady = np.ones(FRAMES, np.float32)
    return Take(
        *(Path(f"{name}-{midi:g}.wav"), RATE, 250, audio.astype(np.float32), np.float32(f0_hz) * steady),
        *(steady, steady > 0, np.float32(loudness_db) * steady, 0.0),
    )


def test_a_body_is_learned_for_pitches_between(decoder):
    learned, judged = [take(m) for m in range(50, 74, 2)], [take(m) for m in range(51, 73, 4)]
    made = correct(learned, decoder, None)
    assert made.figures["left_out_db"] < 0.7 * made.figures["decoder_db"]
    tabled = from_weights(*with_tables(decoder.spec, decoder.weights(), made.tables)).eval()
    errors = []
    for network in (decoder, tabled):
        notes = measure(judged, network, None)
        counts = heard(notes)
        off = np.where(
            counts, notes.residuals, np.nan
        )  # in timbre: how loud the takes are is not the tables' affair
        errors.append(rms((off - np.nanmean(off, axis=1, keepdims=True))[counts]))
    assert errors[1] < 0.6 * errors[0], errors


def test_values_are_bytes_and_bounded(decoder):
    tables = correct([take(m) for m in range(50, 74, 2)], decoder, None).tables
    for part in (tables.partials, tables.noise):
        assert np.abs(part).max() <= 24
        np.testing.assert_array_equal(part * 4, np.round(part * 4))
    assert np.abs(np.diff(tables.partials, axis=0)).max() <= 8.25
    assert tables.partials.size + tables.noise.size < 12_000


def test_few_pitches_leave_the_decoder_alone(decoder):
    made = correct([take(60), take(61), take(62)], decoder, None)
    assert made.tables is None
    assert "4 pitches" in made.said


def test_what_no_note_has_fades_to_nothing():
    valid = np.zeros((1, PARTIALS), bool)
    valid[:, :10] = True
    notes = _notes([60.0], valid=valid)
    [part] = bounded(notes, np.array([60.0, 80.0]), np.full((2, PARTIALS), 8.0))
    assert part[0, 9] == 8 and part[0, 13] == 4 and not part[0, 17:].any()
    assert not part[1].any()  # nobody played within six semitones


def test_a_glide_meets_no_cliff():
    steep = np.zeros((20, 3))
    steep[8:12, 1] = 20.0
    steep[:, 2] = np.arange(20) * 5.0
    smooth = gentle(steep)
    assert np.abs(np.diff(smooth, axis=0)).max() <= 8
    np.testing.assert_array_equal(smooth[:, [0, 2]], steep[:, [0, 2]])  # what is gentle stays


def test_the_familys_curve_is_read_off_its_axis():
    np.testing.assert_allclose(
        family_slopes("brass", "tuba", 70.0 + np.array(OFFSETS), 70.0), 0.9 * np.array(BRASS)
    )
    assert family_slopes("single-reed", "clarinet", np.array([70.0]), 70.0) is None
    assert family_slopes("single-reed", "tenor-saxophone", np.array([70.0]), 70.0) is not None
    assert family_slopes(None, "thing", np.array([70.0]), 70.0) is None


def test_borrowed_slopes_keep_the_loudness(decoder):
    learned = [take(m) for m in range(50, 74, 2)]
    borrowed = correct(learned, decoder, None, family="brass", name="horn").tables
    assert (
        correct(
            learned, decoder, None, family="brass", name="horn", dynamics="none"
        ).tables.partial_slopes.any()
        == 0
    )
    assert borrowed.partial_slopes[:, 15].mean() > borrowed.partial_slopes[:, 0].mean() + 0.2
    loud, soft = _levels(decoder, borrowed, -20.0), _levels(decoder, borrowed, -32.0)
    f = 261.63 * np.arange(1, HARMONICS + 1)  # the A-weighting of IEC 61672-1
    weighting = 12194**2 * f**4 / ((f**2 + 20.6**2) * (f**2 + 12194**2))
    weighting /= np.sqrt((f**2 + 107.7**2) * (f**2 + 737.9**2))
    change = 10 * np.log10(((soft * weighting) ** 2).sum() / ((loud * weighting) ** 2).sum())
    own = 20 * np.log(10) * np.log10(np.divide(1 + np.exp(1.0), 1 + np.exp(1.6)))  # of 2 sigmoid(x)^ln 10
    assert change == pytest.approx(own, abs=0.7)


def test_dynamics_are_read_off_names():
    names = {
        "045-p-sustain-a1_looped_p": "p",
        "029-vl3-staccato": "vl3",
        "violin-056-string-g": "",
        "C4 ff": "ff",
    }
    for name, dynamic in names.items():
        assert dynamic_of(Path(f"{name}.flac")) == dynamic
    assert ordered(["f"] * 3 + ["pp"] * 3 + ["mf"] * 2 + [""] * 5) == ["pp", "f"]


def test_tables_come_off_again(decoder):
    zeros = np.zeros((3, 5))
    tables = Tables(50.0, 1.0, zeros, zeros, zeros, zeros, zeros[:, 0])
    layers, weights = without_tables(*with_tables(decoder.spec, decoder.weights(), tables))
    assert layers == decoder.spec
    assert weights.keys() == decoder.weights().keys()


@pytest.mark.parametrize("half", [False, True])
def test_a_file_keeps_tables_to_the_bit(decoder, half):
    generator = np.random.default_rng(0)
    levels, slopes = generator.integers(-96, 96, (2, 60, 24))
    tables = Tables(
        *(40.0, 1.0, levels / 4, levels[:, :17] / 4, slopes / 64, slopes[:, :17] / 64),
        reference=np.round(np.linspace(-30, -15, 60), 2),
    )
    layers, weights = with_tables(decoder.spec, decoder.weights(), tables)
    again = read_weights(to_onnx(layers, weights, half=half))
    for role in ("levels", "slopes", "reference"):
        np.testing.assert_array_equal(again[f"tabled_partials.{role}"], weights[f"tabled_partials.{role}"])
    Program.from_layers(layers, again)


BROKEN = {
    "knots that collide": ({"step": 0.0}, "fall on each other"),
    "a single knot": ({"knots": 1}, '"knots"'),
    "another number of knots": ({"knots": 5}, r"float32 \[5"),
    "more columns than outputs": ({"columns": 30}, "no more columns"),
    "no floor": ({"floor_db": float("nan")}, '"floor_db"'),
}


@pytest.mark.parametrize(("changed", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_table_is_one_sentence(decoder, changed, said):
    zeros = np.zeros((3, 5))
    tables = Tables(50.0, 1.0, zeros, zeros, zeros, zeros, zeros[:, 0])
    layers, weights = with_tables(decoder.spec, decoder.weights(), tables)
    layers = [{**layer, **changed} if layer["output"] == "tabled_partials" else layer for layer in layers]
    with pytest.raises(ValueError, match=said):
        Program.from_layers(layers, weights)


def test_absurd_tables_are_refused(decoder):
    zeros = np.zeros((3, 5))
    tables = Tables(50.0, 1.0, zeros + 100, zeros, zeros, zeros, zeros[:, 0])
    with pytest.raises(ValueError, match="beyond ±60"):
        Program.from_layers(*with_tables(decoder.spec, decoder.weights(), tables))


def _notes(pitch, valid=None):
    shape = len(pitch), PARTIALS
    zeros = np.zeros(shape)
    return Notes(
        *(np.asarray(pitch, float), np.full(len(pitch), -20.0), np.full(len(pitch), 100), zeros, zeros),
        *(zeros[:, :17], zeros[:, :17], np.ones(shape, bool) if valid is None else valid, ("",) * len(pitch)),
    )


def _levels(decoder, tables, loudness_db):
    import torch

    tabled = from_weights(*with_tables(decoder.spec, decoder.weights(), tables)).eval()
    pitch, level = torch.full((1, 1), 60 / 127), torch.full((1, 1), loudness_db / 80 + 1)
    with torch.no_grad():
        amplitude, distribution, _, _ = tabled(pitch, level, tabled.fresh_state(1))
    return (amplitude * distribution).numpy()
