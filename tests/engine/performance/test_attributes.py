"""The six attributes on notes whose answers are known in closed form (MIDI-DDSP, Wu et al. 2022)."""

import numpy as np
import pytest
from ddsp_live.performance import attributes, player_units
from ddsp_live.performance.attributes import NOTE, NotesError
from ddsp_live.performance.units import ATTRIBUTES, from_units, to_units

RATES = [100.0, 187.5, 250.0, 344.53125]


def controls(frames, *, f0_hz=440.0, level_db=-20.0, centroid=4, noise_db=-60.0, harmonics=60, bands=65):
    """Steady controls; each argument may be an array [frames]."""
    distribution = np.zeros((frames, harmonics))
    distribution[np.arange(frames), np.broadcast_to(centroid, frames) - 1] = 1.0
    gains = 10.0 ** (np.broadcast_to(noise_db, frames)[:, None] / 20)
    return {
        "f0_hz": np.broadcast_to(f0_hz, frames).astype(float),
        "amplitude": 10.0 ** (np.broadcast_to(level_db, frames) / 20),
        "harmonic_distribution": distribution,
        "noise_magnitudes": np.repeat(gains, bands, axis=1),
    }


def swaying(frames, rate, *, cents, hertz, note=69.0):
    semitones = note + cents / 100 * np.sin(2 * np.pi * hertz * np.arange(frames) / rate)
    return 440.0 * 2.0 ** ((semitones - 69) / 12)


def one(played, note, rate):
    return attributes(**played, notes=[note], frame_rate=rate)[0]


@pytest.mark.parametrize("rate", RATES)
def test_a_steady_note(rate):
    row = one(controls(300), (69, 20, 280), rate)
    assert row["volume"] == pytest.approx(-20 / 60 + 1.5, abs=1e-9)
    assert row["volume_fluctuation"] == pytest.approx(0, abs=1e-9)
    assert row["volume_peak_position"] == 0
    assert row["vibrato"] == 0
    assert row["brightness"] == pytest.approx(4 / 12)
    assert row["attack_noise"] == pytest.approx(-60 / 40 + 2.625)


@pytest.mark.parametrize("rate", RATES)
def test_a_note_that_grows_evenly(rate):
    n = 200
    row = one(controls(n, level_db=np.linspace(-50, -10, n)), (69, 0, n), rate)
    steps_db = 40 / (n - 1)
    assert row["volume"] == pytest.approx(-30 / 60 + 1.5)
    assert row["volume_fluctuation"] == pytest.approx(steps_db * np.sqrt((n**2 - 1) / 12) * 2.5 / 60)
    assert row["volume_peak_position"] == (n - 1) / n


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hertz", [3.5, 5.0, 6.13, 8.8])
@pytest.mark.parametrize("seconds", [1.2, 3.0, 7.3])
def test_a_steady_vibrato(rate, hertz, seconds):
    n = int(seconds * rate)
    row = one(controls(n, f0_hz=swaying(n, rate, cents=40, hertz=hertz)), (69, 0, n), rate)
    assert row["vibrato"] == pytest.approx(10 * 0.4 * 0.75 / 2, rel=0.02)


def test_26_7_cents_are_about_one():
    row = one(controls(500, f0_hz=swaying(500, 250, cents=26.7, hertz=6)), (69, 0, 500), 250)
    assert row["vibrato"] == pytest.approx(1.0, abs=0.005)


@pytest.mark.parametrize("seconds", [0.3, 0.6, 1.0, 2.4, 4.0])
def test_vibrato_is_the_paper_s_at_its_frame_rate(seconds):
    """Against the published steps written out: 4 ms frames, a spectrum of 1000 of them, its largest line."""
    n, hertz = int(seconds * 250), 7.0
    f0 = swaying(n, 250, cents=33, hertz=hertz)
    deviation = 69 - (69 + 12 * np.log2(f0 / 440))
    at = np.arange(1, n + 1) / n
    window = np.clip(0.5 * (1 - np.cos(4 * np.pi * at)) + ((at > 0.25) & (at < 0.75)), 0, 1)
    lines = np.abs(np.fft.rfft(np.pad((deviation - deviation.mean()) * window, (0, 1000 - n)))) / n
    row = one(controls(n, f0_hz=f0), (69, 0, n), 250)
    assert row["vibrato"] == pytest.approx(10 * lines.max(), rel=0.02)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("hertz", "counts"), [(2.5, 0), (3.3, 1), (8.7, 1), (9.6, 0), (14.0, 0)])
def test_only_3_to_9_hz_are_vibrato(rate, hertz, counts):
    n = int(2 * rate)
    row = one(controls(n, f0_hz=swaying(n, rate, cents=40, hertz=hertz)), (69, 0, n), rate)
    assert bool(row["vibrato"]) == bool(counts)


@pytest.mark.parametrize("rate", RATES)
def test_short_notes_and_single_cycles_have_no_vibrato(rate):
    n = int(0.2 * rate)
    assert one(controls(n, f0_hz=swaying(n, rate, cents=60, hertz=8)), (69, 0, n), rate)["vibrato"] == 0
    n = int(0.21 * rate) + 1
    assert one(controls(n, f0_hz=swaying(n, rate, cents=60, hertz=3)), (69, 0, n), rate)["vibrato"] == 0


def test_pitch_beyond_two_semitones_is_not_the_note_s():
    f0 = swaying(500, 250, cents=30, hertz=6)
    kept = one(controls(500, f0_hz=f0), (69, 0, 500), 250)["vibrato"]
    f0[490:] = 880.0
    f0[495:] = 0.0
    assert one(controls(500, f0_hz=f0), (69, 0, 500), 250)["vibrato"] == pytest.approx(kept, rel=0.02)
    assert one(controls(500, f0_hz=2 * f0), (69, 0, 500), 250)["vibrato"] == 0


def test_a_note_played_out_of_tune_has_no_vibrato():
    assert one(controls(500, f0_hz=440 * 2 ** (0.8 / 12)), (69, 0, 500), 250)["vibrato"] == 0


@pytest.mark.parametrize("rate", RATES)
def test_attack_noise_is_that_of_the_first_40_ms(rate):
    attack = int(np.ceil(0.04 * rate))
    noise_db = np.where(np.arange(100) < attack, -30.0, -70.0)
    assert one(controls(100, noise_db=noise_db), (69, 0, 100), rate)["attack_noise"] == pytest.approx(1.875)


def test_attack_noise_averages_decibels_over_bands():
    played = controls(100, bands=2)
    played["noise_magnitudes"] = np.tile([1e-1, 1e-3], (100, 1))
    assert one(played, (69, 0, 100), 250)["attack_noise"] == pytest.approx(-40 / 40 + 2.625)


def test_brightness_keeps_its_meaning_for_any_number_of_harmonics():
    rows = [one(controls(50, centroid=12, harmonics=k), (69, 0, 50), 250) for k in (12, 60, 100, 128)]
    assert [row["brightness"] for row in rows] == pytest.approx([1.0] * 4)


def test_frames_of_other_notes_count_for_nothing():
    rng = np.random.default_rng(5)
    played = controls(400, f0_hz=swaying(400, 250, cents=35, hertz=5), level_db=rng.uniform(-50, -10, 400))
    alone = one({name: values[100:300] for name, values in played.items()}, (69, 0, 200), 250)
    for name in played:
        played[name][:100] *= 3
        played[name][300:] *= 3
    assert one(played, (69, 100, 300), 250) == alone


def test_rows_may_overlap_and_stand_in_any_order():
    played = controls(300, level_db=np.linspace(-60, -10, 300))
    notes = [(69, 100, 300), (69, 0, 200), (70, 50, 51)]
    rows = attributes(**played, notes=notes, frame_rate=250)
    assert [one(played, note, 250) for note in notes] == list(rows)


def test_silence_stands_on_the_floor():
    silent = {name: np.zeros_like(values) for name, values in controls(100).items()}
    row = one(silent, (69, 0, 100), 250)
    assert row["volume"] == pytest.approx(-80 / 60 + 1.5)
    assert row["attack_noise"] == pytest.approx(-80 / 40 + 2.625)
    assert (
        row["volume_fluctuation"] == row["volume_peak_position"] == row["vibrato"] == row["brightness"] == 0
    )


@pytest.mark.parametrize("length", [1, 2])
def test_notes_of_one_and_two_frames(length):
    row = one(controls(10, level_db=np.linspace(-50, -40, 10)), (69, 0, length), 250)
    assert all(np.isfinite(row[name]) for name in row.dtype.names)
    assert row["volume_peak_position"] == (length - 1) / length


def test_a_table_without_notes_gives_no_rows():
    for empty in ([], np.empty(0, NOTE), np.empty((0, 3))):
        assert attributes(**controls(10), notes=empty, frame_rate=250).shape == (0,)
        assert player_units(**controls(10), notes=empty, frame_rate=250).shape == (0,)


def test_columns_of_one_value_may_stand_upright():
    played = controls(100)
    upright = played | {name: played[name][:, None] for name in ("f0_hz", "amplitude")}
    assert one(upright, (69, 0, 100), 250) == one(played, (69, 0, 100), 250)


@pytest.mark.parametrize(
    ("notes", "says"),
    [
        ([(69, 5, 5)], "Note 0 spans the frames 5 to 5"),
        ([(69, 0, 5), (69, 8, 11)], "Note 1 spans the frames 8 to 11"),
        ([(69, -1, 5)], "Note 0 spans"),
        ([(128, 0, 5)], "pitch 128"),
        ([(np.nan, 0, 5)], "pitch nan"),
        ([(69, 0.5, 5)], "frames are whole"),
        ([(69, 0, np.nan)], "frames are whole"),
        ([(69, 0)], "rows of pitch, onset and offset"),
        (np.zeros(1, [("pitch", float), ("onset", int)]), "no column 'offset'"),
    ],
)
def test_errors_in_the_table_name_the_row(notes, says):
    with pytest.raises(NotesError, match=says) as error:
        attributes(**controls(10), notes=notes, frame_rate=250)
    assert "\n" not in str(error.value)


def test_controls_that_do_not_fit_are_refused():
    played = controls(10)
    for name, values, says in (
        ("amplitude", played["amplitude"][:9], "same number of frames"),
        ("f0_hz", np.full(10, np.nan), "f0_hz holds a negative number, or none, at frame 0"),
        ("noise_magnitudes", -played["noise_magnitudes"], "noise_magnitudes"),
        ("harmonic_distribution", np.zeros(10), "shape"),
        ("frame_rate", 0, "frame rate"),
    ):
        with pytest.raises(NotesError, match=says):
            attributes(**({**played, "notes": [(69, 0, 10)], "frame_rate": 250.0} | {name: values}))


@pytest.mark.parametrize("rate", RATES)
def test_player_s_units(rate):
    n = int(2 * rate)
    level_db = -30 + 10 * np.exp(-0.5 * ((np.arange(n) - n // 4) / (n / 8)) ** 2)
    f0 = swaying(n, rate, cents=25, hertz=5.5)
    played = controls(n, f0_hz=f0, level_db=level_db, centroid=7, noise_db=-55)
    row = player_units(**played, notes=[(69, 0, n)], frame_rate=rate)[0]
    assert row["level_db"] == pytest.approx(level_db.mean())
    assert row["fluctuation_db"] == pytest.approx(level_db.std())
    assert row["peak_position"] == (n // 4) / n
    assert row["peak_ms"] == pytest.approx(1000 * (n // 4) / rate)
    assert row["vibrato_cents"] == pytest.approx(25, rel=0.02)
    assert row["vibrato_hz"] == pytest.approx(5.5, abs=0.05)
    assert row["centroid_harmonics"] == pytest.approx(7)
    assert row["centroid_hz"] == pytest.approx(7 * f0.mean())
    assert row["attack_noise_db"] == pytest.approx(-55)
    assert row["duration_ms"] == pytest.approx(1000 * n / rate)


def test_units_have_an_inverse():
    for attribute in ATTRIBUTES:
        assert to_units(attribute.name, from_units(attribute.name, -12.5)) == pytest.approx(-12.5)
