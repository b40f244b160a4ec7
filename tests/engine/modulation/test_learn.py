"""MIDI learn: a gesture that moves is bound, and a learned knob takes over softly."""

import argparse
import io
import threading

import pytest
from ddsp_live.cli.learn_options import make_learner, obey_lines, settle_map
from ddsp_live.midi import messages
from ddsp_live.modulation.learn import Learn, Learner, SoftTakeover
from ddsp_live.modulation.matrix import PRESETS, TARGETS
from ddsp_live.modulation.matrix_file import find_map, read_map


def cc(number, value, channel=0):
    return messages.control_change(number, value, channel)


def test_a_knob_that_trembles_is_not_learned_but_one_that_moves_is():
    learn = Learn("brightness")
    assert [learn.receive(cc(20, value)) for value in (60, 61, 62, 60)] == [None] * 4
    assert learn.receive(cc(20, 70)) == "cc20"


def test_pressure_and_bends_are_learned_from_rest():
    assert Learn("level").receive(messages.channel_pressure(40)) == "pressure"
    assert Learn("pitch").receive(messages.pitch_bend(0)) is None
    assert Learn("pitch").receive(messages.pitch_bend(4000)) == "bend"


@pytest.mark.parametrize("raw", [cc(64, 127), cc(101, 0), cc(123, 0), messages.note_on(60, 100)])
def test_pedals_parameters_modes_and_keys_are_never_learned(raw):
    learn = Learn("vibrato")
    assert learn.receive(raw) is None and learn.receive(raw[:2] + bytes([raw[2] ^ 64])) is None


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_learned_into_every_preset(target):
    for rows in PRESETS.values():
        learned = find_map(Learn(target).into(rows, "cc30"))
        assert [row.target for row in learned if row.gesture == "cc30"] == [target]


def test_a_learned_controller_moves_nothing_else_any_more():
    rows = Learn("vibrato").into(PRESETS["keyboard"], "cc74")
    assert [row.target for row in rows if row.gesture == "cc74"] == ["vibrato"]


def test_no_such_target():
    with pytest.raises(ValueError, match="no target 'colour'"):
        Learn("colour")


def test_a_knob_waits_until_it_passes_where_the_parameter_is():
    takeover = SoftTakeover(0.5)
    assert [takeover.move(knob) for knob in (0.1, 0.3, 0.45, 0.55, 0.2)] == [None, None, None, 0.55, 0.2]


def test_a_knob_that_jumps_over_the_place_has_passed_it():
    takeover = SoftTakeover(0.5)
    assert [takeover.move(knob) for knob in (0.9, 0.1)] == [None, 0.1]


def test_whoever_moves_the_parameter_makes_the_knob_wait_again():
    takeover = SoftTakeover()
    assert takeover.move(0.2) == 0.2
    takeover.set(0.8)
    assert [takeover.move(knob) for knob in (0.3, 0.8)] == [None, 0.8]


class FakeSynth:
    def __init__(self):
        self.map = PRESETS["keyboard"]
        self.sent = []

    def send_live(self, raw, arrival):
        self.sent.append(raw)


def receive(learner, message, arrival):
    """As a session does."""
    if learner.passes(message, arrival):
        learner._synth.send_live(message, arrival)


def test_the_learner_binds_saves_and_holds_back_until_picked_up():
    synth, said, kept = FakeSynth(), [], []
    learner = Learner(synth, said.append, kept.append)
    learner.learn("brightness")
    receive(learner, cc(30, 10), 0.0)
    receive(learner, cc(30, 20), 0.0)  # learned: brightness is at 64, this knob is at 20
    assert [row.target for row in synth.map if row.gesture == "cc30"] == ["brightness"]
    assert kept == [synth.map]
    receive(learner, cc(30, 40), 0.0)
    receive(learner, cc(30, 65), 0.0)
    assert synth.sent == [cc(30, 10), cc(30, 64), cc(30, 65)]
    assert any("waits" in sentence for sentence in said)


def test_a_knob_that_was_learned_before_waits_too():
    synth = FakeSynth()
    synth.map = Learn("brightness").into(synth.map, "cc40")
    learner = Learner(synth, lambda sentence: None)
    for value in (10, 50, 70):
        receive(learner, cc(40, value), 0.0)
    assert synth.sent == [cc(40, 70)]


def test_notes_and_other_controllers_pass_a_learner():
    synth = FakeSynth()
    learner = Learner(synth, lambda sentence: None)
    for raw in (messages.note_on(60, 100), cc(11, 3), cc(64, 127)):
        receive(learner, raw, 0.0)
    assert len(synth.sent) == 3


def test_typed_lines_learn_until_an_empty_one(monkeypatch):
    said, ended = [], threading.Event()
    learner = Learner(FakeSynth(), said.append)
    monkeypatch.setattr("sys.stdin", io.StringIO("learn brightness\nlearn colour\n\nlearn level\n"))
    obey_lines(learner, said.append, ended)
    assert ended.is_set()
    assert (
        said[0] == "Move what is to move brightness." and "no target 'colour'" in said[1] and len(said) == 2
    )


def test_what_was_learned_is_in_the_file_that_the_map_names(tmp_path):
    path = tmp_path / "my.toml"
    arguments = argparse.Namespace(map=str(path), learn="vibrato")
    assert settle_map(arguments) == path and arguments.map == "keyboard"
    synth, said = FakeSynth(), []
    learner = make_learner(arguments, path, synth, synth.send_live, said.append)
    for value in (0, 30):
        receive(learner, cc(40, value), 0.0)
    assert read_map(path) == synth.map
    assert [row.target for row in synth.map if row.gesture == "cc40"] == ["vibrato"]


def test_a_map_that_can_not_be_kept_is_said_and_counts_all_the_same(tmp_path):
    synth, said = FakeSynth(), []
    arguments = argparse.Namespace(map="keyboard", learn="vibrato")
    learner = make_learner(arguments, tmp_path / "gone" / "my.toml", synth, synth.send_live, said.append)
    for value in (0, 30):
        receive(learner, cc(40, value), 0.0)
    assert any("my.toml can't be written" in sentence for sentence in said)
    assert any(row.gesture == "cc40" for row in synth.map)
