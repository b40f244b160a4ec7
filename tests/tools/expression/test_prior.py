"""A prior learned from tables whose relations are known finds them, and nothing where there is nothing."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from ddsp_live.cli import main
from ddsp_live.midi.messages import channel_pressure, control_change, note_on, pitch_bend
from ddsp_live.patch import PatchError, load_patch, write_patch
from ddsp_live.performance.interpreter import Interpreter
from ddsp_live.performance.prior import FIELDS, INPUTS, Prior
from ddsp_live.performance.table import blank_rows, write_table
from ddsp_live.synth import Synth
from ddsp_live.tools.expression.prior import prior_in_words, table_inputs, train_prior

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))

from make_patch import make_patch

RATE = 48000


def table(notes=200, seed=0):
    """Brightness follows pitch, vibrato the interval, volume fluctuation nothing."""
    rng = np.random.default_rng(seed)
    rows = blank_rows(notes)
    ioi = rng.choice([0.2, 0.4, 0.8], notes)
    rows["onset_seconds"] = np.cumsum(ioi) - ioi[0]
    rows["duration_seconds"] = 0.9 * np.append(ioi[1:], 0.4)
    rows["pitch"] = rng.integers(55, 80, notes)
    rows["volume"] = rng.normal(1.0, 0.05, notes)
    rows["brightness"] = 0.3 + 0.01 * (rows["pitch"] - 67)
    rows["vibrato"] = 1.0 + 0.02 * np.diff(rows["pitch"], prepend=rows["pitch"][0])
    rows["volume_fluctuation"] = rng.uniform(0.1, 0.3, notes)
    return rows


@pytest.fixture(scope="module")
def described():
    return train_prior([table()])


@pytest.fixture(scope="module")
def patch(tmp_path_factory, described):
    return load_patch(make_patch(tmp_path_factory.mktemp("patch") / "own.ddsp", prior=described))


def interpreter(prior, **amounts):
    made = Interpreter(lambda key, velocity: 1.0, lambda name, velocity: 0.0)
    made.prior = prior
    for name, amount in amounts.items():
        setattr(made, name, amount)
    return made


def play(made, rows, **more):
    return [made.note_on(int(row["pitch"]), 64, 0, row["onset_seconds"], **more)[0] for row in rows]


def test_relations_that_are_in_the_notes_are_found_and_others_are_not(described):
    assert set(described["attributes"]) == {"brightness", "vibrato"}
    got = play(interpreter(Prior(described)), table(40, seed=5))
    truth = table(40, seed=5)
    assert [note["brightness"] for note in got] == pytest.approx(truth["brightness"], abs=0.02)
    assert [note["vibrato"] for note in got[1:]] == pytest.approx(truth["vibrato"][1:], abs=0.15)
    assert all(set(note) == {"brightness", "vibrato"} for note in got)


def test_a_note_is_guessed_by_those_before_it_alone(described):
    rows = table(30, seed=2)
    changed = rows.copy()
    changed["pitch"][20:] -= 12
    changed["duration_seconds"][20:] /= 2
    first, other = (play(interpreter(Prior(described)), each) for each in (rows, changed))
    assert first[:20] == other[:20] and first[20:] != other[20:]
    assert np.array_equal(table_inputs(rows)[:20], table_inputs(changed)[:20], equal_nan=True)


def test_no_guess_leaves_what_was_played(described):
    prior = Prior(described)
    for key in (0, 127):
        guess = interpreter(prior).note_on(key, 1, 0, 0.0)[0]
        assert 0.1 < guess["brightness"] < 0.5


def test_what_was_set_stays_as_it_is(described):
    given = {"brightness": 0.9, "volume": 1.2}
    for note in play(interpreter(Prior(described), humanize=1.0), table(10), given=given):
        assert note.items() >= given.items() and "vibrato" in note


def test_with_none_of_it_the_prior_says_nothing(described):
    silent = interpreter(Prior(described), prior_amount=0.0)
    assert play(silent, table(5)) == [None] * 5


def test_the_volume_is_moved_from_where_the_key_puts_it():
    rows = table()
    rows["volume"] = 1.0 + 0.005 * (rows["pitch"] - rows["pitch"].mean())
    made = interpreter(Prior(train_prior([rows])))
    middle = rows["pitch"].mean()
    assert made.note_on(75, 64, 0, 0.0)[0]["volume"] == pytest.approx(1.0 + 0.005 * (75 - middle), abs=0.02)


def test_single_notes_and_too_few_are_told():
    rows = table()
    notes = [rows[i : i + 1] for i in range(60)]
    single = train_prior(notes)
    weights = np.reshape(single["attributes"]["brightness"]["weights"], (2, len(INPUTS)))
    assert weights[0, INPUTS.index("pitch")] > 0.05
    assert not weights[:, INPUTS.index("interval") :].any()
    assert "single notes" in prior_in_words(single)
    assert train_prior([rows[:10]]) is None and train_prior([]) is None


def test_the_same_tables_and_seed_give_the_same_prior(described):
    assert train_prior([table()]) == described


def test_a_prior_that_cannot_be_used_is_refused_with_the_patch(tmp_path, patch, described):
    def attempt(**changes):
        info = {**patch.info, "prior": {**described, **changes}}
        write_patch(tmp_path / "bad.ddsp", info, patch.onnx, licence=patch.licence)

    row = described["attributes"]["vibrato"]
    for changes in (
        {"centre": [0.0]},
        {"spread": [0.0] * len(INPUTS)},
        {"attributes": {"swing": row}},
        {"attributes": {"vibrato": {**row, "weights": [1.0]}}},
        {"attributes": {"vibrato": {**row, "bias": 1e30}}},
        {"attributes": {"vibrato": {**row, "low": 1.0, "high": 0.0}}},
        {"attributes": []},
    ):
        with pytest.raises(PatchError, match=r"prior in its patch\.json"):
            attempt(**changes)
    for field in FIELDS:
        with pytest.raises(PatchError, match=field):
            attempt(attributes={"vibrato": {key: value for key, value in row.items() if key != field}})


def test_the_synth_plays_by_the_patch_s_prior_unless_told_not_to(patch, tmp_path):
    def sound(patch, **more):
        synth = Synth(patch, **more)
        synth.note_on(60, 90, time=0)
        return synth.render(9600)

    plain = load_patch(make_patch(tmp_path / "plain.ddsp"))
    assert np.array_equal(sound(patch, prior=0.0), sound(plain))
    assert not np.array_equal(sound(patch), sound(plain))


def test_tables_teach_a_patch_that_is_there(tmp_path, capsys):
    own, notes = make_patch(tmp_path / "own.ddsp"), tmp_path / "notes"
    notes.mkdir()
    write_table(notes / "take.csv", table())
    assert main(["train", str(notes), "-o", str(own), "--expression", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert set(figures) == {"prior_brightness", "prior_vibrato"} and min(figures.values()) > 0.5
    assert load_patch(own).prior is not None


def test_single_notes_teach_a_patch_no_prior(tmp_path, capsys):
    own, notes = make_patch(tmp_path / "own.ddsp"), tmp_path / "notes"
    notes.mkdir()
    for i, row in enumerate(table()[:40]):
        alone = np.array([row])
        alone["onset_seconds"] = 0.0
        write_table(notes / f"{i}.csv", alone)
    assert main(["train", str(notes), "-o", str(own), "--expression"]) == 2
    assert "tells nothing of how notes follow each other" in capsys.readouterr().err
    assert load_patch(own).prior is None


def test_fingers_flood_an_mpe_zone_while_rules_and_prior_fill_in_their_notes(patch):
    """A thousand messages a second on ten fingers: each note follows its own bend, and none is lost."""
    fingers, seconds = 10, 2
    synth = Synth(patch, mpe=15, rules=1.0, humanize=1.0, seed=5, life=0.0)
    plain = Synth(patch, mpe=15, prior=0.0, life=0.0)
    rng, bends = np.random.default_rng(0), dict.fromkeys(range(1, fingers + 1), 0)
    for each in (synth, plain):
        for finger in bends:
            each.send(note_on(48 + 2 * finger, 90, finger))
        each.render(4800)
    for _ in range(seconds * 100):
        for _ in range(10):
            finger, kind = int(rng.integers(1, fingers + 1)), int(rng.integers(0, 3))
            value = int(rng.integers(-8192, 8192))
            messages = (
                pitch_bend(value, finger),
                channel_pressure(value + 8192 >> 7, finger),
                control_change(74, value + 8192 >> 7, finger),
            )
            if kind == 0:
                bends[finger] = value
            for each in (synth, plain):
                each.send(messages[kind])
        for each in (synth, plain):
            assert np.isfinite(each.render(RATE // 100)).all()
    for each in (synth, plain):
        each.render(4800)
        assert each.stats().dropped_events == 0
    assert {reading.channel for reading in synth.voice_readings()} == set(bends)
    pitches = [{r.channel: r for r in each.voice_readings()} for each in (synth, plain)]
    for finger, value in bends.items():
        wanted = 48 + 2 * finger + 48 * value / 8192
        filled, bare = pitches[0][finger].pitch, pitches[1][finger].pitch
        assert bare == pytest.approx(wanted, abs=0.02)
        assert filled == pytest.approx(wanted, abs=0.5)  # a vibrato was guessed, too
    moved = [abs(pitches[0][finger].pitch - pitches[1][finger].pitch) for finger in bends]
    assert max(moved) > 0.01, "nothing was filled in"
