"""The performer's step in the kernel, against the trainer's formulas, ONNX Runtime and closed forms."""

import numpy as np
import pytest
import units
from ddsp_live.decoders.onnx_runtime import import_quietly
from ddsp_live.decoders.program import layer_specs
from ddsp_live.performance.performer import INPUTS, OUTPUT, performer_program
from ddsp_live.tools.expression.contours import fall_db, performer_inputs, plain_level
from ddsp_live.tools.models.decoder_onnx import to_onnx

onnxruntime = import_quietly("onnxruntime")

ffi, lib = units.load("expression/expression_net.h", "expression/note_contour.h")

RATE, HOP = 48000, 192
LOW, HIGH, TOP = -50.0, -14.0, -8.0  # dB
ATTACK, RELEASE = 0.03, 0.1  # seconds
RANGE = ffi.new("NoteContourRange *", [RATE, LOW, HIGH, TOP, ATTACK, RELEASE])
ATTRIBUTES = ("volume", "volume_fluctuation", "volume_peak_position", "vibrato", "brightness", "attack_noise")


def chain(hidden=24, seed=0, scale=1.0):
    """Layers and random weights of a network with a memory."""
    names = ("weight", "bias", "weight_hidden", "bias_hidden")
    layers = [
        {"op": "dense", "input": list(INPUTS), "output": "a", "size": hidden, "weight": "a.w", "bias": "a.b"},
        {"op": "gru", "input": ["a"], "output": "b", "size": 8} | {name: f"b.{name}" for name in names},
        {"op": "dense", "input": ["b"], "output": OUTPUT, "size": 4, "weight": "c.w", "bias": "c.b"},
    ]
    shapes = {"a.w": (hidden, len(INPUTS)), "a.b": (hidden,), "b.weight": (24, hidden), "b.bias": (24,)}
    shapes |= {"b.weight_hidden": (24, 8), "b.bias_hidden": (24,), "c.w": (4, 8), "c.b": (4,)}
    rng = np.random.default_rng(seed)
    return layers, {
        name: (scale * rng.normal(0, 0.3, shape)).astype(np.float32) for name, shape in shapes.items()
    }


def constant(*contour):
    """A network that says the same of every note."""
    layers = [{"op": "dense", "input": ["held"], "output": OUTPUT, "size": 4, "weight": "w", "bias": "b"}]
    return layers, {"w": np.zeros((4, 1), np.float32), "b": np.array(contour, np.float32)}


class Player:
    """A performer of several voices in memory of its own."""

    def __init__(self, layers, weights, voices=3):
        program = performer_program(layers, weights)
        config = ffi.new("InstrumentConfig *", {"voices": voices, "sample_rate": RATE})
        config.performer_layers = specs = layer_specs(program, ffi, Kinds)
        config.performer_layer_count = program.layer_count
        config.performer_activations = program.activations
        config.performer_state_size = program.state_size
        config.performer_contour = program.offsets[OUTPUT]
        self.c = ffi.new("ExpressionNet *")
        _, self.memory = units.memory(ffi, lambda arena: lib.expression_net_init(self.c, arena, config))
        self.keep = program, specs, config

    def step(self, notes, voices, times, amount=1.0):
        pointers = ffi.new("NoteContour *[]", notes)
        lib.expression_net_step(self.c, RANGE, voices, pointers, times, len(notes), amount, 1.0)
        return [(note.deviation.semitones, note.deviation.level_db) for note in notes]

    def play(self, note, frames, voice=0, amount=1.0):
        lib.expression_net_reset(self.c, voice)
        return np.array(
            [self.step([note], [voice], [note.onset + (i + 1) * HOP], amount)[0] for i in range(frames)]
        )


class Kinds:
    """The kernel's numbers of the layers used here."""

    LAYER_DENSE, LAYER_GRU, LAYER_LEAKY_RELU, LAYER_COPY = 0, 6, 2, 7


def start(key=69, velocity=64, seed=1, onset=1000, seconds=0.0, **wanted):
    note = ffi.new("NoteContour *")
    lib.note_contour_start(note, onset, 0, key, velocity)
    note.seed = seed
    values = ffi.new("Attributes *", [wanted.get(name, np.nan) for name in ATTRIBUTES])
    lib.note_contour_shape(note, values, seconds)
    return note


@pytest.mark.parametrize("released", [None, 0.5])
@pytest.mark.parametrize(
    "wanted",
    [{}, {"volume_fluctuation": 0.12, "volume_peak_position": 0.6, "vibrato": 0.8, "brightness": 0.3}],
)
@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_the_network_is_told_what_it_was_trained_on(released, wanted, seconds):
    note = start(62, 90, seconds=seconds, **wanted)
    note.interval, note.joined = -5.0, 0.25
    if released is not None:
        lib.note_contour_release(note, note.onset + round(released * RATE), 0)
    out = ffi.new("float[]", len(INPUTS))
    for age in (0.0, 0.02, 0.3, 0.501, 0.6):
        lib.expression_net_inputs(note, RANGE, note.onset + round(age * RATE), out)
        expected = performer_inputs(
            np.array([age]),
            np.array([age - released if released is not None else -1.0]).clip(0 if released else -1),
            pitch=62,
            interval=-5,
            joined=0.25,
            aim_db=LOW + (HIGH - LOW) * 89 / 126,
            length=seconds or None,
            wanted=dict.fromkeys(ATTRIBUTES, np.nan) | wanted,
        )
        np.testing.assert_allclose(list(out), expected[0], atol=2e-5)


@pytest.mark.parametrize("fluctuation, peak", [(np.nan, np.nan), (0.1, np.nan), (0.15, 0.8)])
def test_what_it_adds_to_is_what_the_trainer_took_off(fluctuation, peak):
    note = start(60, 100, seconds=0.8, volume_fluctuation=fluctuation, volume_peak_position=peak)
    gesture = ffi.new("ModValues *", {"gain_left": 1.0, "gain_right": 1.0})
    lib.note_contour_release(note, note.onset + round(0.8 * RATE), 0)
    age = np.array([0.0, 0.01, 0.2, 0.5, 0.79, 0.82, 0.88])
    expected = plain_level(age, age - 0.8, 0.8, fluctuation, peak, ATTACK, RELEASE)
    aim_db = LOW + (HIGH - LOW) * 99 / 126
    for each, wanted in zip(age, expected, strict=True):
        frame = lib.note_contour_at(note, RANGE, gesture, note.onset + round(each * RATE))
        assert frame.loudness_db == pytest.approx(min(TOP, aim_db + wanted), abs=0.02)


def test_what_it_adds_to_rings_on_as_the_kernel_does():
    ring = (-15.0, 1.2)
    ringing = ffi.new("NoteContourRange *", RANGE[0])
    ringing.ring_db, ringing.ring_seconds = ring
    gesture = ffi.new("ModValues *", {"gain_left": 1.0, "gain_right": 1.0})
    note = start(60, 127)
    lib.note_contour_release(note, note.onset + RATE, 0)
    since = np.array([0.0, 0.02, 0.06, 0.1, 0.2])
    begin = lib.note_contour_at(note, ringing, gesture, note.onset + RATE).loudness_db
    for each, fall in zip(since, fall_db(since, RELEASE, ring), strict=True):
        frame = lib.note_contour_at(note, ringing, gesture, note.onset + round((1 + each) * RATE))
        heard = frame.loudness_db + 20 * np.log10(frame.gain)
        assert begin - heard == pytest.approx(fall, abs=0.1)


def test_deviations_are_the_networks_as_onnx_runtime_has_them():
    layers, weights = chain()
    weights["c.w"][2:], weights["c.b"][2:] = 0, 0  # no drift
    session = onnxruntime.InferenceSession(
        to_onnx(layers, weights, inputs=INPUTS, outputs=(OUTPUT,)), providers=["CPUExecutionProvider"]
    )
    note, player = start(64, 80), Player(layers, weights)
    state, out = np.zeros((1, 8), np.float32), ffi.new("float[]", len(INPUTS))
    lib.expression_net_reset(player.c, 0)
    for i in range(30):
        time = note.onset + (i + 1) * HOP
        lib.expression_net_inputs(note, RANGE, time, out)
        given = {name: np.float32([[value]]) for name, value in zip(INPUTS, out, strict=True)}
        contour, state = session.run([OUTPUT, "state_out"], given | {"state": state})
        [(semitones, level_db)] = player.step([note], [0], [time])
        assert semitones == pytest.approx(contour[0, 0], abs=1e-5)
        # What has been added so far is taken back within 1.5 s.
        assert level_db == pytest.approx(10 * contour[0, 1] - player.c.voice[0].centre, abs=0.05)


def test_a_voice_does_not_depend_on_its_company():
    layers, weights = chain(seed=3)
    notes = [start(60 + 5 * i, 60 + 20 * i, seed=i) for i in range(3)]
    together, alone = Player(layers, weights), Player(layers, weights)
    for i in range(40):
        times = [note.onset + (i + 1) * HOP for note in notes]
        all_three = together.step(notes, [0, 1, 2], times)
        assert all_three[1] == alone.step([notes[1]], [1], [times[1]])[0]


def test_a_lasting_change_of_level_is_taken_back_and_one_of_pitch_stays():
    deviation = Player(*constant(0.1, 0.6, 0, 0)).play(start(), 2000)
    assert deviation[5, 1] == pytest.approx(6, abs=0.1)
    assert abs(deviation[1500:, 1]).max() < 0.2
    np.testing.assert_allclose(deviation[:, 0], 0.1, atol=1e-6)


def test_drift_has_its_deviation_and_holds_no_vibrato():
    tracks = [Player(*constant(0, 0, 0.05, 0.1)).play(start(seed=seed), 2000) for seed in range(12)]
    semitones = np.array(tracks)[..., 0]
    assert semitones.std() == pytest.approx(0.05, rel=0.2)
    spectrum = (np.abs(np.fft.rfft(semitones * np.hanning(2000))) ** 2).mean(0)
    hertz = np.fft.rfftfreq(2000, 1 / 250)
    assert spectrum[(hertz > 3) & (hertz < 9)].sum() < 0.15 * spectrum[hertz <= 3].sum()


def test_a_seed_gives_the_same_drift_and_another_seed_another():
    player = Player(*constant(0, 0, 0.05, 0.1))
    first, again, other = (player.play(start(seed=seed), 100) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


@pytest.mark.parametrize("value", [np.inf, -np.inf, 3e38, 1e6])
def test_nonsense_from_a_network_stays_within_bounds(value):
    layers, weights = constant(1, 1, 1, 1)
    weights["w"][:] = 1e30
    weights["b"][:] = 3e38 if not np.isfinite(value) else value
    deviation = Player(layers, weights).play(start(), 50)
    assert np.isfinite(deviation).all()
    assert np.abs(deviation[:, 0]).max() <= 1.5 and np.abs(deviation[:, 1]).max() <= 18


def test_an_amount_scales_all_of_it():
    player = Player(*chain(seed=5))
    np.testing.assert_allclose(
        player.play(start(), 30, amount=0.5), 0.5 * player.play(start(), 30), atol=1e-6
    )
    assert not player.play(start(), 30, amount=0.0).any()
