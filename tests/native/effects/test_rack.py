"""The rack as a whole: off is off, changes are not heard as clicks, and nothing goes on for ever."""

import numpy as np
import pytest
import racks
import units

ffi, lib = units.load("effects/rack.h")
RATE, HOP = racks.RATE, racks.HOP
EVERY = {unit: {} for unit in racks.DEFAULTS}
UNITS = list(racks.DEFAULTS)


class Rack:
    """A rack that is stepped on its grid; what it is set to may change with every call."""

    def __init__(self, inserts=0, rate=RATE):
        self.c = ffi.new("Rack *")
        _, self._kept = units.memory(ffi, lambda arena: lib.rack_init(self.c, arena, rate, inserts))
        self.position = 0

    def __call__(self, told, sound, most=256):
        """Sound [2, size] in pieces of at most so many samples, or of random lengths by a generator."""
        out = sound.copy()
        done = 0
        while done < sound.shape[1]:
            if self.position % HOP == 0:
                lib.rack_step(self.c, told, self.position, HOP)
            size = most if isinstance(most, int) else int(most.integers(1, 100))
            size = min(size, HOP - self.position % HOP, sound.shape[1] - done)
            piece = np.ascontiguousarray(out[:, done : done + size])
            lib.rack_render(self.c, self.position, *racks.sides(ffi, piece), size)
            out[:, done : done + size] = piece
            self.position += size
            done += size
        return out


def test_all_off_leaves_the_sound_alone():
    sound = racks.noise(5000)
    np.testing.assert_array_equal(Rack()(racks.rack(ffi), sound), sound)


@pytest.mark.parametrize(
    "off",
    [
        {"echo": {"level": -60.0}},
        {"reverb": {"level": -60.0}},
        {"chorus": {"mix": 0.0}},
        {"drive": {"mix": 0.0}},
    ],
)
def test_a_unit_at_nothing_leaves_the_sound_alone(off):
    sound = racks.noise(5000)
    np.testing.assert_array_equal(Rack()(racks.rack(ffi, **off), sound), sound)


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_that_is_turned_off_leaves_the_sound_alone_a_hop_later(unit):
    rack, sound = Rack(), racks.noise(4 * HOP)
    told = {"equalizer": {"peak_1_gain": 6.0}, "echo": {"time": 10.0}, "reverb": {"size": 0.3}}.get(unit, {})
    assert (rack(racks.rack(ffi, **{unit: told}), sound) != sound).any()
    out = rack(racks.rack(ffi), sound)
    np.testing.assert_array_equal(out[:, HOP:], sound[:, HOP:])


@pytest.mark.parametrize("unit", UNITS)
def test_turning_a_unit_on_and_off_does_not_click(unit):
    """Beside a sine that the unit itself does not distort."""
    rack, sound = Rack(), racks.sine(100, 4 * RATE, level=0.1)
    told = {unit: {"echo": {"time": 10.0}, "drive": {"amount": 0.0, "level": 12.0}}.get(unit, {})}
    out = [
        rack(racks.rack(ffi), sound[:, : RATE + 50]),
        rack(racks.rack(ffi, **told), sound[:, RATE + 50 : 3 * RATE]),
    ]
    out.append(rack(racks.rack(ffi), sound[:, 3 * RATE :]))
    out = np.concatenate(out, axis=1)[0]
    for middle in (RATE + 50, 3 * RATE):
        assert racks.bands_beside(out[middle - RATE // 2 : middle + RATE // 2], 100, 300) < -60


ENDS = {
    "equalizer": [
        ("high_pass", 16.0, 2000.0),
        ("low_shelf_gain", -18.0, 18.0),
        ("peak_1_gain", -18.0, 18.0),
        ("peak_1", 33.0, 5400.0),
        ("high_shelf_gain", -18.0, 18.0),
        ("low_pass", 200.0, 20000.0),
    ],
    "compressor": [
        ("threshold", -60.0, 0.0),
        ("ratio", 1.0, 20.0),
        ("makeup", -12.0, 24.0),
        ("gate", -90.0, 0.0),
    ],
    "chorus": [("mix", 0.01, 1.0), ("depth", 0.0, 8.0), ("rate", 0.05, 5.0), ("width", 0.0, 1.0)],
    "echo": [("time", 10.0, 2000.0), ("feedback", 0.0, 0.95), ("level", -59.0, 0.0), ("width", 0.0, 1.0)],
    "reverb": [
        ("decay", 0.1, 20.0),
        ("size", 0.3, 2.0),
        ("predelay", 0.0, 200.0),
        ("level", -59.0, 6.0),
        ("low_times", 0.25, 4.0),
    ],
    "drive": [("level", -24.0, 12.0), ("mix", 0.01, 1.0)],
}


@pytest.mark.parametrize(
    ("unit", "name", "low", "high"), [(u, *row) for u, rows in ENDS.items() for row in rows]
)
def test_a_setting_that_jumps_end_to_end_does_not_click(unit, name, low, high):
    """Beside a sine that the unit itself does not distort."""
    rest = {"drive": {"amount": 0.0}, "compressor": {"attack": 200.0, "release": 3000.0}}.get(unit, {})
    rest |= {"gate": {"expansion": 4.0}, "makeup": {"ratio": 1.0}, "peak_1": {"peak_1_gain": 18.0}}.get(
        name, {}
    )
    for first, then in ((low, high), (high, low)):
        rack, sound = Rack(), racks.sine(100, 3 * RATE, level=0.1 if unit == "drive" else 0.5)
        before = rack(racks.rack(ffi, **{unit: {**rest, name: first}}), sound[:, : 2 * RATE + 50])
        after = rack(racks.rack(ffi, **{unit: {**rest, name: then}}), sound[:, 2 * RATE + 50 :])
        out = np.concatenate([before, after], axis=1)[0]
        assert racks.bands_beside(out[int(1.5 * RATE) : int(2.5 * RATE)], 100, 300) < -60, (first, then)


def test_any_split_gives_the_same_bits_while_settings_move():
    sound = np.concatenate([racks.noise(9000), np.zeros((2, 9000), np.float32), racks.noise(2000, 1)], axis=1)

    def played(most):
        rack, out, rng = Rack(), [], np.random.default_rng(0)
        for i in range(0, sound.shape[1], 1000):
            told = racks.rack(
                ffi,
                **{unit: {} for unit in UNITS if rng.random() < 0.7},
            )
            told.reverb.size, told.echo.time = rng.uniform(0.3, 2), rng.uniform(10, 100)
            told.equalizer.peak_1_gain, told.drive.shape = rng.uniform(-18, 18), int(rng.integers(3))
            out.append(rack(told, sound[:, i : i + 1000], most))
        return np.concatenate(out, axis=1)

    whole = played(256)
    for most in (64, 1, np.random.default_rng(1), np.random.default_rng(2)):
        np.testing.assert_array_equal(played(most), whole)


def test_with_the_longest_settings_it_falls_without_rest_and_ends_in_silence():
    rack, told = Rack(), racks.rack(ffi, **EVERY)
    told.echo.time, told.echo.feedback, told.echo.level, told.echo.send = 500.0, 0.6, 0.0, 1.0
    told.reverb.decay, told.reverb.size, told.reverb.level = 8.0, 2.0, 6.0
    rack(told, racks.noise(RATE))
    silence, levels = np.zeros((2, RATE), np.float32), []
    for _ in range(60):
        out = rack(told, silence)
        assert not ((out != 0) & (np.abs(out) < 1e-37)).any()
        levels.append(float(np.abs(out).max()))
        if levels[-1] == 0:
            break
    falling = np.array(levels[2:])
    assert levels[-1] == 0 and (falling[4:] <= falling[:-4]).all()
    assert not rack(told, silence).any() and all(rack.c.unit[i].asleep for i in (0, 1, 3, 4, 5))


def test_a_sleeping_rack_wakes_as_if_it_had_not_slept():
    """Sound after a long silence is what a fresh rack makes of it, but for where the chorus sways."""
    told = racks.rack(ffi, **{unit: {} for unit in UNITS if unit != "chorus"})
    sound, rack = racks.noise(5000, 3), Rack()
    rack(told, racks.noise(RATE))
    rack(told, np.zeros((2, 20 * RATE // HOP * HOP), np.float32))
    assert rack.c.unit[lib.UNIT_REVERB].asleep
    late, fresh = rack(told, sound), Rack()
    fresh(told, np.zeros((2, HOP), np.float32))
    np.testing.assert_allclose(late, fresh(told, sound), atol=1e-6)


RANGES = {
    "drive": {
        "amount": (0, 36),
        "bias": (-0.5, 0.5),
        "tone": (500, 20000),
        "level": (-24, 12),
        "mix": (0, 1),
    },
    "equalizer": {
        "high_pass": (16, 2000),
        "high_pass_q": (0.5, 10),
        "low_shelf": (30, 450),
        "low_shelf_gain": (-18, 18),
        "peak_1": (33, 5400),
        "peak_1_gain": (-18, 18),
        "peak_1_q": (0.2, 20),
        "peak_2": (200, 17500),
        "peak_2_gain": (-18, 18),
        "peak_2_q": (0.2, 20),
        "high_shelf": (750, 16000),
        "high_shelf_gain": (-18, 18),
        "low_pass": (200, 20000),
        "low_pass_q": (0.5, 10),
    },
    "compressor": {
        "threshold": (-60, 0),
        "ratio": (1, 20),
        "attack": (0.1, 200),
        "release": (5, 3000),
        "gate": (-90, 0),
        "expansion": (1, 4),
        "makeup": (-12, 24),
        "mean": (0.1, 50),
    },
    "chorus": {"rate": (0.05, 5), "depth": (0, 8), "mix": (0, 1), "width": (0, 1)},
    "echo": {
        "time": (10, 2000),
        "feedback": (0, 0.95),
        "tone": (200, 20000),
        "width": (0, 1),
        "level": (-60, 0),
    },
    "reverb": {
        "decay": (0.1, 20),
        "low": (50, 1000),
        "high": (1500, 12000),
        "low_times": (0.25, 4),
        "high_times": (0.05, 1.5),
        "size": (0.3, 2),
        "predelay": (0, 200),
        "level": (-60, 6),
    },
}
CHOICES = {
    ("drive", "shape"): 3,
    ("compressor", "order"): 2,
    ("compressor", "detector"): 2,
    ("echo", "first"): 3,
}


def drawn(rng):
    """Settings drawn within their ranges, a third of them at one of the two ends."""
    changes = {}
    for unit, names in RANGES.items():
        if rng.random() < 0.8:
            told = {name: float(rng.uniform(*ends)) for name, ends in names.items()}
            told |= {
                name: float(ends[rng.integers(2)]) for name, ends in names.items() if rng.random() < 0.33
            }
            told |= {name: int(rng.integers(n)) for (of, name), n in CHOICES.items() if of == unit}
            changes[unit] = told
    return racks.rack(ffi, **changes)


@pytest.mark.parametrize("rate", [8000, 48000, 192000])
def test_ten_thousand_random_settings_make_no_nonsense(rate):
    rng, rack = np.random.default_rng(rate), Rack(rate=rate)
    inputs = [racks.noise(400, 0, 1.0), racks.noise(400, 1, 1e6), np.zeros((2, 400), np.float32)]
    inputs.append(np.where(rng.random((2, 400)) < 0.01, np.nan, racks.noise(400)).astype(np.float32))
    for i in range(3400):
        out = rack(drawn(rng), inputs[int(rng.integers(4))])
        assert np.isfinite(out).all(), i


def test_inserts_have_neither_chorus_nor_echo_nor_reverb():
    sound = racks.noise(5000)
    told = racks.rack(ffi, chorus={}, echo={}, reverb={})
    np.testing.assert_array_equal(Rack(inserts=1)(told, sound), sound)
    assert (Rack(inserts=1)(racks.rack(ffi, drive={}), sound) != sound).any()


def test_the_reduction_is_read_while_the_compressor_is_on():
    rack = Rack()
    rack(racks.rack(ffi, compressor={"attack": 0.1}), racks.sine(1000, 5000, level=1.0))
    assert lib.rack_take_reduction(rack.c) < 0.3
    rack(racks.rack(ffi), racks.noise(5000))
    assert lib.rack_take_reduction(rack.c) == 1.0
