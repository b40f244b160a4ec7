"""A performer that is trained on notes of a known shape plays others in that shape."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile
from ddsp_live.decoders.onnx_runtime import import_quietly
from ddsp_live.performance.performer import INPUTS, OUTPUT
from ddsp_live.tools.analysis.takes import analyse
from ddsp_live.tools.expression.contours import note_contours, performer_inputs
from ddsp_live.tools.expression.performer import Settings, train_performer

onnxruntime = import_quietly("onnxruntime")

RATE, SECONDS = 44100, 1.0
SCOOP_CENTS, SCOOP_SECONDS = -80.0, 0.06
DECAY_DB = 12.0  # in a second
PITCHES, UNHEARD = (55, 57, 60, 62, 65, 67), 63
FEW = Settings(variants=4)


def played(pitch, level_db):
    """A note that starts flat, dies away and is let go, with silence around it: [samples]."""
    time = np.arange(round(SECONDS * RATE)) / RATE
    cents = SCOOP_CENTS * np.exp(-time / SCOOP_SECONDS)
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69 + cents / 100) / 12)) / RATE
    tone = sum(np.sin(k * phase) / k for k in range(1, 9))
    envelope = np.minimum(1, time / 0.02) * np.minimum(1, (SECONDS - time) / 0.05)
    shape = 10 ** ((level_db - DECAY_DB * time) / 20)
    return np.pad(0.2 * tone * envelope * shape, round(0.3 * RATE)).astype(np.float32)


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes")
    made = {}
    for pitch in (*PITCHES, UNHEARD):
        path = folder / f"{pitch}.wav"
        soundfile.write(path, played(pitch, -3.0 * (pitch % 4)), RATE)
        made[pitch] = analyse(path)
    return made


def decode(f0_hz, loudness_db):
    """A decoder whose amplitude is the loudness, with nothing else to it."""
    frames = len(f0_hz)
    return 10 ** (loudness_db / 20), np.full((frames, 4), 0.25), np.full((frames, 5), 1e-3)


@pytest.fixture(scope="module")
def performer(takes):
    learned = [takes[pitch] for pitch in PITCHES]
    times = {"attack_ms": 20.0, "release_ms": 50.0}
    return train_performer(learned, decode, judged=[takes[UNHEARD]], settings=FEW, **times)


def contour(performer, ages, **known):
    """What the network says of a held note of a second."""
    nothing = dict.fromkeys(
        ("volume", "volume_fluctuation", "volume_peak_position", "vibrato", "brightness", "attack_noise"),
        np.nan,
    )
    inputs = performer_inputs(
        np.asarray(ages), np.full(len(ages), -1.0), interval=0.0, joined=0.0, wanted=nothing, **known
    )
    session = onnxruntime.InferenceSession(performer.onnx, providers=["CPUExecutionProvider"])
    given = {name: inputs[:, i : i + 1] for i, name in enumerate(INPUTS)}
    given["state"] = np.zeros((len(ages), 0), np.float32)
    return session.run([OUTPUT], given)[0]


def test_notes_are_found_with_their_shape(takes):
    [note] = note_contours([takes[60]], decode)
    assert note.pitch == pytest.approx(60, abs=0.05)
    assert note.held / 250 == pytest.approx(SECONDS, abs=0.06)
    assert note.semitones[8] < -0.25 and abs(note.semitones[100:200]).max() < 0.03
    middle = note.level_db[40:220]
    assert (middle[-1] - middle[0]) / (180 / 250) == pytest.approx(-DECAY_DB, abs=1)


def test_a_note_that_is_cut_is_let_go_earlier_and_falls_the_same_way(takes):
    [note] = note_contours([takes[60]], decode)
    cut = note.cut(100)
    assert cut.held == 100 and len(cut.level_db) == 100 + len(note.level_db) - note.held
    np.testing.assert_allclose(np.diff(cut.level_db[100:]), np.diff(note.level_db[note.held :]), atol=1e-4)
    assert cut.attributes()["volume"] > note.attributes()["volume"]


def test_it_comes_closer_to_a_note_that_it_never_heard(performer):
    figures = performer.figures
    assert figures["performer_level_db"] < 0.65 * figures["plain_level_db"]
    assert figures["performer_cents"] < 0.2 * figures["plain_cents"]


def test_notes_start_flat_and_die_away_as_those_that_were_heard(performer):
    made = contour(performer, [0.03, 0.5, 0.3, 0.8], pitch=63, aim_db=-25.0, length=1.0)
    assert made[0, 0] < -0.2 and abs(made[1, 0]) < 0.05
    assert 10 * (made[3, 1] - made[2, 1]) == pytest.approx(-0.5 * DECAY_DB, abs=2)


def test_a_smooth_instrument_hardly_drifts(performer):
    assert (contour(performer, [0.5], pitch=60, aim_db=-25.0, length=1.0)[0, 2:] < (0.02, 0.1)).all()


def test_the_same_takes_and_seed_give_the_same_bytes(takes):
    few = Settings(steps=20, variants=2)
    first, again = (
        train_performer([takes[60]], decode, attack_ms=20.0, release_ms=50.0, settings=few) for _ in range(2)
    )
    assert first.onnx == again.onnx and first.figures == again.figures


def test_takes_without_a_whole_note_give_no_performer(takes, monkeypatch):
    monkeypatch.setattr("ddsp_live.tools.expression.contours.SHORTEST_SECONDS", 5.0)
    assert train_performer([takes[60]], decode, attack_ms=20.0, release_ms=50.0) is None


@pytest.mark.parametrize("level, helps", [(1.1, False), (0.9, False), (0.6, True)])
def test_a_performer_that_is_hardly_nearer_than_none_does_not_help(performer, level, helps):
    assert performer.helps
    figures = performer.figures | {"performer_level_db": level * performer.figures["plain_level_db"]}
    assert replace(performer, figures=figures).helps is helps
