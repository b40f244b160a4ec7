"""OSC: what a phone sends is played; what makes no sense is counted and ignored."""

import json
from pathlib import Path

import ddsp_live
import numpy as np
import pytest
from ddsp_live.errors import MissingPackageError
from ddsp_live.live.osc import OscError, OscServer
from ddsp_live.live.osc_addresses import ADDRESSES, addresses_markdown
from ddsp_live.live.session import Session
from ddsp_live.parameters import CONTROLS, RACK
from make_patch import make_patch
from panel_rig import until
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import build_msg
from pythonosc.udp_client import SimpleUDPClient


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp"))


@pytest.fixture
def osc(patch):
    session = Session(ddsp_live.Synth(patch, life=0.0))
    session.open_zone(0)
    with OscServer(session, 0) as server:
        server.session = session
        yield server


def send(osc, address, *values):
    osc.receive(build_msg(address, list(values)).dgram)


def pitches(osc):
    osc.session.synth.render(4800)
    return sorted(round(voice.pitch, 2) for voice in osc.session.synth.voice_readings() if voice.held)


def test_messages_from_the_network_are_played(osc):
    SimpleUDPClient("127.0.0.1", osc.port).send_message("/note", [60, 100])
    assert until(lambda: osc.answered == 1)
    assert pitches(osc) == [60]


def test_notes_begin_and_end(osc):
    send(osc, "/note", 60, 100)
    send(osc, "/note", 64.0, 80.0)  # phones send floats
    assert pitches(osc) == [60, 64]
    send(osc, "/note", 60, 0)
    assert pitches(osc) == [64]


@pytest.mark.parametrize(
    ("values", "pitch"), [((69.25,), 69.25), ((440.0, "hz"), 69), ((110.0, "hz"), 45), ((60, "midi"), 60)]
)
def test_a_continuous_voice_sounds_at_any_pitch(osc, values, pitch):
    send(osc, "/pitch", *values)
    assert pitches(osc) == []
    send(osc, "/loudness", 0.5)
    assert pitches(osc) == pytest.approx([pitch], abs=0.01)
    send(osc, "/pitch", pitch + 0.5)
    assert pitches(osc) == pytest.approx([pitch + 0.5], abs=0.01)
    send(osc, "/loudness", 0)
    assert pitches(osc) == []


def test_louder_is_louder(osc):
    send(osc, "/loudness", 0.1)
    soft = np.abs(osc.session.synth.render(24000)[12000:]).max()
    send(osc, "/loudness", 1.0)
    assert np.abs(osc.session.synth.render(24000)[12000:]).max() > 3 * soft > 0


def test_voices_with_numbers_have_pitches_of_their_own(osc):
    for number, pitch in ((1, 60.5), (2, 67.25)):
        send(osc, f"/pitch/{number}", pitch)
        send(osc, f"/loudness/{number}", 0.5)
    assert pitches(osc) == [60.5, 67.25]


def test_a_pad_covers_the_patchs_range_and_sounds_while_it_is_touched(osc):
    send(osc, "/pad/z", 1)
    assert pitches(osc) == []
    send(osc, "/pad", 0.0, 0.5)
    assert pitches(osc) == [45]  # make_patch's lowest
    send(osc, "/pad", 1.0, 0.5)
    assert pitches(osc) == [84]
    send(osc, "/pad/z", 0)
    send(osc, "/pad", 0.5, 0.5)
    assert pitches(osc) == []
    send(osc, "/pad/z", 1)
    assert len(pitches(osc)) == 1


def test_a_pad_that_tells_of_no_touch_sounds_above_its_bottom(osc):
    send(osc, "/pad/2", 1.0, 0.5)
    assert pitches(osc) == [84]
    send(osc, "/pad/2", 0.5, 0.0)
    assert pitches(osc) == []


def test_controls_are_set_by_their_names(osc):
    for name in osc.session.values:
        row = CONTROLS[name]
        place = 0.0 if row.is_whole and row.scope == RACK else 0.25
        value = row.low + place * (row.high - row.low)
        send(osc, f"/{name}", value)
        assert osc.session.values[name] == pytest.approx(value)
        send(osc, f"/{name}")
    assert osc.session.values == Session(osc.session.synth).values


def test_patches_change_by_name_and_by_place(osc):
    send(osc, "/patch", "trumpet")
    assert osc.session.synth.patch.name == "trumpet"
    send(osc, "/patch", 0)
    assert osc.session.synth.patch.name == ddsp_live.list_patches()[0].name


def test_a_bundle_is_played_whole(osc):
    bundle = OscBundleBuilder(IMMEDIATELY)
    for key in (60, 64, 67):
        bundle.add_content(build_msg("/note", [key, 100]))
    osc.receive(bundle.build().dgram)
    assert pitches(osc) == [60, 64, 67]


def test_panic_silences(osc):
    send(osc, "/note", 60, 100)
    send(osc, "/loudness", 0.5)
    send(osc, "/panic")
    assert pitches(osc) == []
    send(osc, "/loudness", 0.5)  # and begins anew afterwards
    assert len(pitches(osc)) == 1


BAD = [
    ("/note",),
    ("/note", 60),
    ("/note", 128, 100),
    ("/note", -1, 100),
    ("/note", float("nan"), 100),
    ("/note", "C4", 100),
    ("/note/1", 60, 100),
    ("/pitch",),
    ("/pitch", 128.0),
    ("/pitch", 0.0, "hz"),
    ("/pitch", 60, "cents"),
    ("/pitch/x", 60),
    ("/loudness", 2.0),
    ("/loudness", float("inf")),
    ("/pad", 0.5),
    ("/pad/z/z", 1),
    ("/volume", 1.5),
    ("/volume", "loud"),
    ("/volume/1", 1),
    ("/patch",),
    ("/patch", "../secret"),
    ("/patch", 99),
    ("/patch", -1),
    ("/unknown", 1),
    ("/",),
]


@pytest.mark.parametrize("message", BAD)
def test_a_message_out_of_place_is_ignored_and_counted(osc, message):
    before = dict(osc.session.values), osc.session.synth.patch.name
    send(osc, *message)
    assert (osc.answered, osc.ignored) == (0, 1)
    assert (dict(osc.session.values), osc.session.synth.patch.name) == before
    assert pitches(osc) == []


def test_damaged_packets_are_ignored_and_counted(osc):
    whole = build_msg("/note", [60, 100]).dgram
    rng = np.random.default_rng(0)
    packets = [b"", b"/", b"#bundle\0", b"\xff" * 64, *(whole[:length] for length in range(len(whole)))]
    packets += [rng.bytes(int(size)) for size in rng.integers(1, 200, 200)]
    for packet in packets:
        osc.receive(packet)
    assert osc.ignored >= len(packets) - 4  # some cuts leave a message without arguments
    send(osc, "/note", 62, 100)
    assert 62 in pitches(osc)


def test_what_osc_holds_is_let_go_when_it_ends(patch):
    session = Session(ddsp_live.Synth(patch))
    session.open_zone(0)
    with OscServer(session, 0) as osc:
        send(osc, "/note", 60, 100)
        send(osc, "/loudness", 0.5)
        session.synth.render(4800)
        assert len(session.synth.voice_readings()) == 2
    session.synth.render(48000)
    assert session.synth.voice_readings() == []


def test_it_listens_to_this_computer_alone_unless_told_otherwise(osc):
    assert osc.host == "127.0.0.1" and "this computer alone" in osc.where
    with OscServer(osc.session, 0, "0.0.0.0") as wide:
        assert "everyone" in wide.where


def test_a_port_that_is_taken_is_one_sentence(osc):
    with pytest.raises(OscError, match=r"OSC cannot be heard on .*choose another"):
        OscServer(osc.session, osc.port)
    with pytest.raises(OscError, match="choose another"):
        OscServer(osc.session, 0, "no.such.address.example")


def test_without_its_package_it_names_the_command(osc, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pythonosc.osc_packet", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'ddsp-live\[osc\]'"):
        OscServer(osc.session, 0)


def test_the_layout_for_phones_sends_what_is_answered(osc):
    layout = json.loads((Path(__file__).parents[3] / "examples/osc/ddsp-live.json").read_text())
    assert (layout["type"], layout["content"]["type"]) == ("session", "root")
    usual = {"xy": (0.5, 0.5), "keyboard": (60, 127), "fader": (0.5,), "button": ()}
    sent = set()
    for widget in layout["content"]["widgets"]:
        send(osc, widget["address"], *usual[widget["type"]])
        sent.add(widget["address"])
    assert osc.ignored == 0
    faders = {name for name, row in CONTROLS.items() if row.scope != RACK and not row.is_pedal}
    assert {f"/{name}" for name in faders} <= sent


def test_every_address_of_the_table_is_answered(osc):
    usual = {"key velocity": (60, 100), "value [unit]": (60.0,), "x y": (0.5, 0.5), "name": ("trumpet",)}
    for row in ADDRESSES:
        if "…" not in row.pattern:
            control = CONTROLS.get(row.pattern[1:])
            one = (control.default if control else 0.5,)
            send(osc, row.pattern, *usual.get(row.arguments, one if row.arguments else ()))
            assert osc.ignored == 0, row.pattern
    assert addresses_markdown().count("\n") == len(ADDRESSES) + 2


class TestSendersThatVanish:
    """UDP does not tell who is gone: what a sender holds ends a while after it was last heard of."""

    @pytest.fixture
    def osc(self, patch):
        session = Session(ddsp_live.Synth(patch))
        session.open_zone(0)
        self.now, self.said = 0.0, []
        session.listen(lambda kind, what: self.said.append(what["text"]) if kind == "say" else None)
        server = OscServer(session, 0, timeout=30, clock=lambda: self.now)
        server.session = session
        yield server
        server._socket.close()

    def after(self, osc, seconds):
        self.now += seconds
        osc.let_go_of_the_vanished()
        return [round(pitch) for pitch in pitches(osc)]

    def test_what_they_hold_is_let_go_and_said_once(self, osc):
        send(osc, "/note", 60, 100)
        send(osc, "/pitch", 70.0)
        send(osc, "/loudness", 0.5)
        assert self.after(osc, 29) == [60, 70]
        assert self.after(osc, 2) == []
        assert self.after(osc, 60) == [] and len(self.said) == 1
        send(osc, "/loudness", 0.5)
        assert self.after(osc, 0) == [70]

    def test_a_sender_that_goes_on_keeps_what_it_holds(self, osc):
        send(osc, "/note", 60, 100)
        for _ in range(4):
            self.now += 20
            send(osc, "/anything")
            assert self.after(osc, 0) == [60]

    def test_each_sender_is_waited_for_alone(self, osc):
        def sends(sender, address, *values):
            osc.receive(build_msg(address, list(values)).dgram, sender)

        sends("10.0.0.1", "/note", 60, 100)
        sends("10.0.0.2", "/note", 64, 100)
        self.now = 20
        sends("10.0.0.2", "/volume", 0.5)
        assert self.after(osc, 15) == [64]
        assert "10.0.0.1" in self.said[0]

    def test_a_pedal_is_lifted_too(self, osc):
        send(osc, "/sustain", 1.0)
        send(osc, "/note", 60, 100)
        send(osc, "/note", 60, 0)
        self.after(osc, 31)
        assert osc.session.values["sustain"] == 0

    def test_zero_waits_for_ever(self, osc):
        osc._timeout = 0
        send(osc, "/note", 60, 100)
        assert self.after(osc, 1e6) == [60]


def test_a_finger_is_a_plain_digit(osc):
    send(osc, "/loudness/\u00b2", 0.5)  # a digit that is no number
    assert (osc.answered, osc.ignored) == (0, 1)
