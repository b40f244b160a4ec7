"""MIDI learn in a session: the panel's, `--learn` and typed lines are one; sliders follow, knobs wait for sliders."""

import argparse
import io
import threading

import ddsp_live
import pytest
from ddsp_live.cli.learn_options import keep_map, obey_lines, settle_map
from ddsp_live.cli.surfaces import make_session
from ddsp_live.live.knobs import knobs_over
from ddsp_live.live.presets import Preset
from ddsp_live.live.session import Session
from ddsp_live.live.snapshot import capture, recall
from ddsp_live.midi import messages
from ddsp_live.modulation.matrix import PRESETS, ModRoute
from ddsp_live.modulation.matrix_file import find_map, read_map
from make_patch import make_patch


@pytest.fixture(scope="module")
def synth(tmp_path_factory):
    return ddsp_live.Synth(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp"), voices=1)


class Player:
    """A session, what it has sent to the synth, and what it has told."""

    def __init__(self, synth, rows="keyboard"):
        synth.map = rows
        for raw in (*messages.mpe_zone(0), *messages.mpe_zone(0, upper=True)):
            synth.send(raw)
        self.sent, self.told = [], []
        self.session = Session(synth, forward=self.forward)
        self.session.listen(lambda kind, what: self.told.append((kind, dict(what))))

    def forward(self, raw, arrival):
        self.sent.append(raw)
        return self.session.synth.send_live(raw, arrival)

    def turn(self, number, *values, channel=0):
        """Turn a knob, and give back what reached the synth on that channel."""
        self.sent.clear()
        for value in values:
            self.session.receive(messages.control_change(number, value, channel), 0.0)
        self.session.synth.render(64)  # the queue of events is short
        return [tuple(raw[1:]) for raw in self.sent if raw[0] == 0xB0 | channel]

    def said(self):
        return [what["text"] for kind, what in self.told if kind == "say"]

    def kinds(self, kind):
        return [what for known, what in self.told if known == kind]

    def at(self, name):
        return round(127 * self.session.values[name])


@pytest.fixture
def player(synth):
    return Player(synth)


def rows_of(rows, gesture):
    return [row.target for row in rows if row.gesture == gesture]


def test_the_panels_slider_follows_what_was_learned_by_its_target(player):
    player.session.learn("vibrato")
    assert player.session.armed == "vibrato" and player.kinds("learn")[-1]["armed"] == "vibrato"
    sent = player.turn(23, 0, 10, 20, 60, 127)
    assert player.session.learned_by_name() == {"vibrato": [23]} and player.session.armed is None
    assert player.at("vibrato") == 127
    assert [round(127 * what["value"]) for what in player.kinds("control")] == [10, 20, 60, 127]
    assert sent == [(23, 0), (1, 10), (1, 20), (1, 60), (1, 127)]  # from then on, what moves the vibrato
    assert player.said() == ["Move what is to move vibrato.", "cc23 moves Vibrato from now on."]
    assert player.session.synth.map == PRESETS["keyboard"]


@pytest.mark.parametrize("begin", [lambda s: s.learn("brightness"), lambda s: s.arm("brightness")])
def test_the_panel_and_the_command_learn_the_same(player, begin):
    begin(player.session)
    player.turn(30, 100, 90)
    assert player.session.learned == {30: "brightness"} and player.at("brightness") == 90


def test_a_learned_knob_waits_for_the_slider(player):
    player.session.learn("vibrato")
    player.turn(23, 0, 30)
    player.session.set("vibrato", 100 / 127)
    assert player.turn(23, 31, 60, 90) == [] and player.at("vibrato") == 100
    assert [round(127 * what["knob"]) for what in player.kinds("waiting")] == [31, 60, 90]
    assert player.turn(23, 101, 40) == [(1, 101), (1, 40)] and player.at("vibrato") == 40


def test_the_usual_controller_waits_for_the_slider_too(player):
    player.session.set("vibrato", 100 / 127)
    assert player.turn(1, 10, 50) == [] and player.at("vibrato") == 100
    assert player.turn(1, 99, 20) == [(1, 99), (1, 20)] and player.at("vibrato") == 20


def test_of_two_knobs_on_one_slider_the_other_waits(player):
    player.session.learn("vibrato")
    player.turn(23, 0, 64)
    assert player.turn(1, 0, 20) == [] and player.at("vibrato") == 64
    assert player.turn(1, 70, 90) == [(1, 70), (1, 90)]
    assert player.turn(23, 65) == [] and player.at("vibrato") == 90


def test_a_finger_of_a_zone_never_waits(player):
    player.session.open_zone(5)
    player.session.set("brightness", 1.0)
    assert player.turn(74, 10, 20, channel=3) == [(74, 10), (74, 20)]
    assert player.turn(74, 90, 80) == []


def test_a_pedal_never_waits(player):
    player.session.set("sustain", 1.0)
    assert player.turn(64, 0) == [(64, 0)] and player.at("sustain") == 0


@pytest.mark.parametrize("target", ["pan", "vibrato_rate", "pitch"])
def test_what_has_no_slider_is_learned_into_the_map(player, target):
    player.session.learn(target)
    assert player.session.armed is None
    player.turn(30, 0, 30)
    assert rows_of(player.session.synth.map, "cc30") == [target]
    assert player.session.learned == {} and player.kinds("map")
    assert player.turn(30, 90) == [(30, 90)]


@pytest.mark.parametrize(
    ("raw", "gesture"),
    [(messages.channel_pressure(90), "pressure"), (messages.poly_pressure(60, 90), "key_pressure")],
)
def test_what_is_no_knob_is_learned_into_the_map(player, raw, gesture):
    player.session.learn("vibrato")
    player.session.receive(raw, 0.0)
    assert "vibrato" in rows_of(player.session.synth.map, gesture)
    assert player.session.learned == {} and player.session.armed is None


def test_a_control_that_the_map_lacks_is_learned_into_the_map_and_its_slider_follows(synth):
    player = Player(synth, [row for row in PRESETS["keyboard"] if row.target != "vibrato"])
    player.session.learn("vibrato")
    player.turn(23, 0, 50)
    assert rows_of(player.session.synth.map, "cc23") == ["vibrato"] and player.at("vibrato") == 50


def test_a_knob_that_is_learned_for_something_else_leaves_its_slider(player):
    player.session.learn("vibrato")
    player.turn(23, 0, 64)
    player.session.learn("pan")
    player.turn(23, 64, 20)
    assert player.session.learned == {} and player.at("vibrato") == 64
    assert rows_of(player.session.synth.map, "cc23") == ["pan"]


def test_a_map_that_is_full_is_one_sentence_and_plays_on(synth):
    full = [ModRoute(f"cc{n}", "level", 0.0, 1.0) for n in range(7, 32)]
    full += [ModRoute(f"cc{n}", "gain", 0.0, 1.0) for n in (*range(7, 32), *range(39, 53))]
    player = Player(synth, full)
    player.session.learn("pan")
    assert player.turn(110, 0, 60) == [(110, 0), (110, 60)]
    assert "64 rows at the most" in player.said()[-1] and player.session.synth.map == tuple(full)
    assert not player.kinds("learned")


def test_no_such_target(player):
    with pytest.raises(ValueError, match="no target 'colour'"):
        player.session.learn("colour")


def test_what_was_learned_comes_back_with_what_was_set(player, synth):
    player.session.learn("vibrato")
    player.turn(23, 0, 64)
    player.session.learn("pan")
    player.turn(30, 0, 64)
    kept = capture(player.session)
    other = Player(synth)
    recall(other.session, kept, patch=False)
    assert other.turn(23, 0) == [] and other.at("vibrato") == 64  # it waits
    assert other.turn(23, 80) == [(1, 80)]
    assert rows_of(synth.map, "cc30") == ["pan"]


def test_typed_lines_learn_until_an_empty_one(player, monkeypatch):
    said, ended = [], threading.Event()
    monkeypatch.setattr("sys.stdin", io.StringIO("learn brightness\nlearn colour\n\nlearn level\n"))
    obey_lines(player.session, said.append, ended)
    assert ended.is_set() and player.session.armed == "brightness"
    assert len(said) == 1 and "no target 'colour'" in said[0]


def test_a_map_that_is_named_and_is_not_there_begins_as_usual(tmp_path):
    path = tmp_path / "my.toml"
    arguments = argparse.Namespace(map=str(path), learn="vibrato")
    assert settle_map(arguments) == path and arguments.map == "keyboard"
    assert settle_map(argparse.Namespace(map="wind", learn="vibrato")) is None


def test_a_file_that_was_named_has_the_knob_as_a_row_and_its_slider_follows_again(player, synth, tmp_path):
    path = tmp_path / "my.toml"
    keep_map(player.session, path)
    player.session.learn("brightness")
    player.turn(23, 0, 64)
    own = next(row for row in PRESETS["keyboard"] if row.gesture == "cc74")
    assert read_map(path) == (*PRESETS["keyboard"], own._replace(gesture="cc23"))
    assert any("my.toml" in sentence for sentence in player.said())
    synth.map = str(path)
    arguments = argparse.Namespace(room=None, wet=None, mpe=0, map=str(path), said=set())
    session = make_session(arguments, synth, Preset("tiny"), lambda text: None)
    session.receive(messages.control_change(23, 100), 0.0)
    assert session.learned == {23: "brightness"} and session.values["brightness"] == 100 / 127


def test_a_file_that_cannot_be_written_is_said_and_the_knob_counts_all_the_same(player, tmp_path):
    keep_map(player.session, tmp_path / "gone" / "my.toml")
    player.session.learn("vibrato")
    player.turn(23, 0, 64)
    assert "my.toml can't be written" in player.said()[-1]
    assert player.at("vibrato") == 64


def test_a_map_that_was_asked_for_counts_more_than_knobs_of_the_last_time(tmp_path):
    rows = find_map([*PRESETS["keyboard"], ModRoute("cc30", "attack_noise", -3.0, 3.0)])
    assert knobs_over(rows, {"vibrato": [30, 31]}) == {"vibrato": [31]}
    assert knobs_over(PRESETS["wind"], {"vibrato": [30, 2]}) == {"vibrato": [30, 2]}


def test_the_terminal_tells_once_that_a_knob_waits(synth):
    synth.map, said = "keyboard", []
    arguments = argparse.Namespace(room=None, wet=None, mpe=0, map="keyboard", said=set())
    session = make_session(arguments, synth, Preset("tiny"), said.append)
    for _ in range(2):
        session.set("vibrato", 100 / 127)
        for value in (10, 20, 30):
            session.receive(messages.control_change(1, value), 0.0)
    session.receive(messages.control_change(1, 100), 0.0)
    assert said == ["Vibrato waits for its knob: turn it to 100."] * 2


def test_fingers_keep_a_zone_when_a_keyboard_ends_its_own(player):
    player.session.open_zone(0)
    assert len(player.session.synth.zones.members) == 6
    for raw in messages.mpe_zone(15):
        player.session.receive(raw, 0.0)
    assert player.session.synth.zones.lower == 15
    for raw in messages.mpe_zone(0):
        player.session.receive(raw, 0.0)
    assert (player.session.synth.zones.lower, player.session.synth.zones.upper) == (0, 6)


def test_a_knob_that_is_learned_has_hold_of_a_slider_that_stands_elsewhere(player):
    player.session.set("vibrato", 1.0)
    player.session.learn("vibrato")
    assert player.turn(23, 0, 10, 20) == [(23, 0), (1, 10), (1, 20)]


def test_a_knob_is_learned_for_an_amount_of_the_whole_synth(player):
    player.session.arm("life")
    player.turn(23, 0, 64)
    assert player.session.learned_by_name() == {"life": [23]}
    assert player.turn(23, 0, 127) == []  # no controller goes on
    assert player.session.synth.life == player.session.values["life"] == 1.0
    player.session.set("life", 0.5)
    player.turn(23, 120)  # stands elsewhere: it waits
    assert player.session.synth.life == 0.5 and player.kinds("waiting")[-1]["place"] == 0.5
    player.session.forget("life")
    player.session.set("life", None)
    assert player.session.synth.life == 1.0


def test_a_slider_of_an_amount_goes_through_its_range(player):
    player.session.move("rules", 0.25)
    assert player.session.synth.rules == player.session.values["rules"] == 2.5
    assert player.kinds("control")[-1] == {"name": "rules", "value": 2.5, "place": 0.25, "by": "player"}
    player.session.move("rules", None)
    assert player.session.synth.rules == 0.0


def test_a_session_begins_with_the_amounts_that_the_synth_has(synth):
    synth.humanize = 3.0
    assert Session(synth).values["humanize"] == 3.0
    synth.humanize = 0.0


def test_amounts_are_kept_in_presets_and_an_option_counts_more(synth):
    session = Session(synth)
    session.set("rules", 2.0)
    session.set("life", 0.25)
    kept = capture(session)
    assert (kept.controls["rules"], kept.controls["life"]) == (2.0, 0.25)
    synth.rules, synth.life = 0.0, 0.75
    arguments = argparse.Namespace(
        map="keyboard", room="own", wet=0.0, mpe=0, tuning=None, keyboard=None, said=frozenset({"life"})
    )
    again = make_session(arguments, synth, kept, print)
    assert (synth.rules, synth.life) == (2.0, 0.75)
    assert (again.values["rules"], again.values["life"]) == (2.0, 0.75)
    synth.rules, synth.life = 0.0, 1.0


def test_a_preset_from_before_the_amounts_leaves_them(synth):
    session = Session(synth)
    session.set("life", 0.5)
    recall(session, Preset("alto-saxophone", controls={"vibrato": 0.5}), patch=False)
    assert (session.values["life"], session.values["vibrato"]) == (0.5, 0.5)
    session.set("life", None)
    session.set("vibrato", None)
