"""The panel's server: what a page may do, what it is told, and what is refused."""

import contextlib
import json
import socket
import struct
import time
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
import soundfile
from ddsp_live.errors import MissingPackageError
from ddsp_live.live.source import Source
from ddsp_live.panel import server as panel_server
from ddsp_live.panel.impatient import impatient_protocol
from ddsp_live.panel.rate_limit import RateLimit
from ddsp_live.panel.schema import MESSAGES, read
from ddsp_live.panel.server import PanelError, Server
from ddsp_live.panel.spectrum import BANDS, HIGHEST_HZ, LOWEST_HZ, WINDOW, Spectrum
from ddsp_live.panel.ticker import Ticker
from make_patch import make_patch
from panel_rig import ask, event, open_rig, until
from websockets.exceptions import ConnectionClosed, InvalidStatus


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    folder = tmp_path_factory.mktemp("panel")
    with open_rig(str(make_patch(folder / "tiny.ddsp")), folder, voices=8) as rig:
        yield rig


@pytest.fixture
def page(rig):
    with rig.page() as page:
        page.hello = event(page, "hello")
        yield page
    assert until(lambda: not rig.server.pages)
    rig.session.panic()
    assert until(lambda: not rig.voices())


def test_the_page_and_all_that_it_is_made_of_come_from_here(rig):
    with httpx.Client(base_url=f"http://127.0.0.1:{rig.server.port}") as client:
        page = client.get("/")
        assert page.status_code == 200 and "default-src 'self'" in page.headers["content-security-policy"]
        names = [
            name for quote in page.text.split('"')[1::2] if (name := quote).endswith((".js", ".css", ".svg"))
        ]
        assert len(names) == 3
        for name in names:
            got = client.get(f"/{name}")
            assert got.status_code == 200
            assert (
                "http://" not in got.text.replace("http://www.w3.org/2000/svg", "")
                and "https://" not in got.text
            )


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_request_by_another_name_is_refused(rig, host):
    got = httpx.get(f"http://127.0.0.1:{rig.server.port}/", headers={"Host": host})
    assert got.status_code in (400, 403)


def test_no_other_interface_answers(rig):
    assert rig.server._socket.getsockname()[0] == "127.0.0.1"
    with socket.socket() as elsewhere, pytest.raises(OSError):
        elsewhere.settimeout(2)
        elsewhere.connect(("127.0.0.2", rig.server.port))


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_a_page_of_another_origin_is_refused(rig, origin):
    with pytest.raises(InvalidStatus) as refused:
        rig.page(origin=origin)
    assert refused.value.response.status_code == 403


def test_a_page_without_the_token_is_refused(rig):
    from websockets.sync.client import connect

    for token in ("wrong", "%00", "ä"):
        with pytest.raises(InvalidStatus):
            connect(rig.address(token))


def test_keys_sound_and_end_as_on_a_keyboard(rig, page):
    ask(page, "key_down", key=60, velocity=100)
    ask(page, "key_down", key=64, velocity=100)
    assert until(lambda: rig.pitches() == [60, 64])
    ask(page, "key_up", key=60)
    assert until(lambda: rig.pitches() == [64])


def test_a_finger_plays_any_pitch_and_loudness_and_bends_while_it_sounds(rig, page):
    ask(page, "finger_down", finger=1, pitch=60.25, strength=0.2)
    assert until(lambda: [round(voice.pitch, 2) for voice in rig.voices()] == [60.25])
    assert until(lambda: rig.voices()[0].loudness_db > -60)
    quiet = rig.voices()[0].loudness_db
    ask(page, "finger_move", finger=1, pitch=79.5, strength=0.9)
    assert until(lambda: round(rig.voices()[0].pitch, 1) == 79.5)
    assert until(lambda: rig.voices()[0].loudness_db > quiet + 10)
    ask(page, "finger_up", finger=1)
    assert until(lambda: not rig.voices())


def test_each_finger_has_its_own_bend(rig, page):
    for finger, pitch in enumerate((50.5, 60.25, 70.75)):
        ask(page, "finger_down", finger=finger, pitch=pitch, strength=0.5)
    assert until(lambda: sorted(round(voice.pitch, 2) for voice in rig.voices()) == [50.5, 60.25, 70.75])
    ask(page, "finger_move", finger=0, pitch=40.0, strength=0.5)
    assert until(lambda: sorted(round(voice.pitch, 2) for voice in rig.voices()) == [40, 60.25, 70.75])


def test_more_fingers_than_there_are_channels_stay_silent(rig, page):
    for finger in range(9):
        ask(page, "finger_down", finger=finger, pitch=50.0 + finger, strength=0.5)
    assert until(lambda: len(rig.voices()) == 6)
    for finger in range(9):
        ask(page, "finger_up", finger=finger)
    assert until(lambda: not rig.voices())


def test_a_page_that_vanishes_lets_its_own_notes_go_and_no_others(rig, page):
    other = Source(rig.session)
    other.key_down(70, 90)
    with rig.page() as gone:
        event(gone, "hello")
        ask(gone, "key_down", key=50, velocity=90)
        ask(gone, "key_down", key=70, velocity=90)
        ask(gone, "finger_down", finger=1, pitch=55.0, strength=0.5)
        assert until(lambda: rig.pitches() == [50, 55, 70])
        gone.socket.shutdown(socket.SHUT_RDWR)  # without a goodbye
    assert until(lambda: rig.pitches() == [70])
    other.let_go()


def test_pages_agree_on_what_is_set(rig, page):
    with rig.page() as other:
        event(other, "hello")
        ask(page, "set", name="brightness", place=0.75)
        for each in (page, other):
            told = event(each, "control")
            assert (told["name"], told["place"]) == ("brightness", 0.75)
    with rig.page() as late:
        values = {control["name"]: control["place"] for control in event(late, "hello")["controls"]}
        assert values["brightness"] == 0.75
    ask(page, "set", name="brightness", place=None)


def test_the_state_tells_what_sounds(rig, page):
    ask(page, "key_down", key=69, velocity=127)

    def voices(state):
        count = state[1]
        return [struct.unpack_from("<BBBBfff", state, 28 + 16 * i) for i in range(count)]

    end = time.monotonic() + 10
    while time.monotonic() < end:
        got = page.recv(timeout=10)
        if isinstance(got, bytes) and any(age > 0.3 for *_, age in voices(got)):
            break
    (_, channel, note, held, pitch, loudness, _), *rest = voices(got)
    assert (channel, note, held, round(pitch), rest) == (0, 69, 1, 69, [])
    assert -40 < loudness < 0 and len(got) == 28 + 16 + BANDS
    bands = np.frombuffer(got[-BANDS:], np.uint8)
    loudest = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (bands[: BANDS // 2].argmax() / BANDS)
    assert loudest / 440 == pytest.approx(1, abs=0.06) or loudest / 880 == pytest.approx(1, abs=0.06)


def test_a_patch_is_swapped_while_it_sounds(rig, page):
    ask(page, "key_down", key=60, velocity=100)
    assert until(lambda: rig.pitches() == [60])
    begun = rig.voices()[0].onset
    before = page.hello["patch"]["reference"]
    ask(page, "patch", name="trumpet")
    assert event(page, "patch")["patch"]["title"] == "Trumpet"
    assert rig.synth.patch.name == "trumpet"
    assert rig.pitches() == [60] and rig.voices()[0].onset == begun
    rig.session.load(before)


@pytest.mark.parametrize("name", ["../secret.ddsp", "nothing", "/etc/passwd"])
def test_a_page_names_no_files(rig, page, name):
    before = rig.synth.patch.name
    ask(page, "patch", name=name)
    assert "no patch named" in event(page, "say")["text"]
    ask(page, "room", name=name)
    assert "no room named" in event(page, "say")["text"]
    assert rig.synth.patch.name == before


def test_what_is_recorded_is_what_was_played(rig, page):
    ask(page, "key_down", key=60, velocity=100)
    ask(page, "record", on=1)
    file = rig.panel.folder / event(page, "recording")["recording"]["file"]
    tap, start = rig.panel._tap, rig.panel._recorder.start
    assert until(lambda: tap.written() > start + 30000)
    ask(page, "record", on=0)
    assert until(lambda: rig.panel.recording() is None)
    assert "s were recorded." in event(page, "say")["text"]
    recorded, rate = soundfile.read(file, dtype="float32")
    assert rate == rig.synth.sample_rate and len(recorded) >= 30000
    assert np.abs(recorded - tap.read(start, len(recorded))).max() < 1e-6  # 24 bits
    assert np.abs(recorded).max() > 0.001


def test_presets_are_saved_recalled_and_deleted(rig, page):
    ask(page, "set", name="vibrato", place=0.5)
    ask(page, "panel", octave=5, velocity=70)
    ask(page, "save", name="evening")
    assert event(page, "presets")["names"] == ["evening"]
    ask(page, "set", name="vibrato", place=0.0)
    ask(page, "panel", octave=3, velocity=30)
    ask(page, "recall", name="evening")
    assert until(
        lambda: rig.session.values["vibrato"] == 0.5 and rig.panel.settings == {"octave": 5, "velocity": 70}
    )
    ask(page, "delete", name="evening")
    assert event(page, "presets")["names"] == []
    ask(page, "recall", name="evening")
    assert "no preset 'evening'" in event(page, "say")["text"]
    ask(page, "save", name="../evening")
    assert "preset's name" in event(page, "say")["text"]


MALFORMED = [
    "",
    "{",
    "null",
    "[]",
    "3",
    '"key_down"',
    "{}",
    '{"do": 3}',
    '{"do": "key_down"}',
    '{"do": "key_down", "key": 60}',
    '{"do": "key_down", "key": 60.5, "velocity": 100}',
    '{"do": "key_down", "key": 128, "velocity": 100}',
    '{"do": "key_down", "key": "60", "velocity": 100}',
    '{"do": "key_down", "key": true, "velocity": 100}',
    '{"do": "key_down", "key": 60, "velocity": 100, "more": 1}',
    '{"do": "key_down", "key": 60, "velocity": 1e999}',
    f'{{"do": "key_down", "key": 60, "velocity": {"9" * 400}}}',
    f'{{"do": "finger_move", "finger": 1, "pitch": -{"9" * 400}, "strength": 0.5}}',
    '{"do": "finger_down", "finger": 1, "pitch": NaN, "strength": 1}',
    '{"do": "finger_down", "finger": 1, "pitch": -1, "strength": 1}',
    '{"do": "set", "name": "colour", "place": 1}',
    '{"do": "set", "name": "room", "place": 2}',
    '{"do": "patch", "name": "a\\nb"}',
    '{"do": "sudo"}',
    "[" * 1500,
    '{"do": "patch", "name": "' + "x" * 1900 + '"}',
    " " * 3000,
    b"\x00\xff\xfe",
]


def test_malformed_messages_are_counted_and_change_nothing(rig, page):
    before, malformed = dict(rig.session.values), rig.server.malformed
    for message in MALFORMED:
        page.send(message)
    ask(page, "key_down", key=61, velocity=90)
    assert until(lambda: rig.pitches() == [61])
    assert rig.server.malformed == malformed + len(MALFORMED)
    assert rig.session.values == before


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_message_cut_anywhere_is_nothing(kind):
    values = {
        "key": 60,
        "velocity": 90,
        "finger": 1,
        "pitch": 60.5,
        "strength": 0.5,
        "place": 1,
        "on": 1,
        "octave": 4,
        "hz": 415,
    }
    name = "wind" if kind == "map" else "room"
    whole = json.dumps({"do": kind, **{field: values.get(field, name) for field in MESSAGES[kind]}})
    assert read(whole) is not None
    assert [read(whole[:length]) for length in range(len(whole))] == [None] * len(whole)


def test_a_message_larger_than_any_closes_the_page(rig, page):
    with rig.page() as large, pytest.raises(ConnectionClosed):
        large.send("x" * 100_000)
        while True:
            large.recv(timeout=10)


@pytest.fixture
def strict(monkeypatch):
    """Pages that are opened from now on may send a burst and then one message a second, however slow the test is."""
    monkeypatch.setattr(panel_server, "MESSAGES_A_SECOND", 1)


def test_a_flood_is_throttled_and_shown_out_and_nothing_else_stops(rig, strict):
    other = Source(rig.session)
    other.key_down(48, 90)
    assert until(lambda: rig.pitches() == [48])
    heard = []
    end_listening = rig.session.listen(lambda kind, what: heard.append(kind))
    position, refused = rig.synth.position(), rig.server.refused
    with rig.page() as flood, pytest.raises(ConnectionClosed):
        for i in range(10_000):
            ask(flood, "set", name="volume", place=i % 2)
        while True:
            flood.recv(timeout=30)
    end_listening()
    assert panel_server.BURST <= heard.count("control") <= 2 * panel_server.BURST
    assert rig.server.refused >= refused + panel_server.MOST_REFUSED
    assert rig.pitches() == [48]
    assert until(lambda: rig.synth.position() > position)
    other.let_go()
    assert until(lambda: not rig.voices())


def test_a_page_over_its_limit_may_still_end_its_notes(rig, strict):
    with rig.page() as page:
        ask(page, "key_down", key=52, velocity=90)
        for _ in range(panel_server.BURST + 200):
            ask(page, "set", name="volume", place=1)
        assert until(lambda: rig.pitches() == [52])
        ask(page, "key_down", key=53, velocity=90)
        ask(page, "key_up", key=52)
        assert until(lambda: not rig.pitches())
    assert until(lambda: not rig.voices())


def test_a_limit_lets_so_many_pass_and_fills_again():
    now = [0.0]
    limit = RateLimit(10, 5, clock=lambda: now[0])
    assert [limit.allows() for _ in range(7)] == [True] * 5 + [False] * 2
    now[0] = 0.3
    assert [limit.allows() for _ in range(4)] == [True] * 3 + [False]
    assert limit.refused == 3


def test_a_pace_keeps_its_rate_whatever_is_done_between_and_however_late_one_wakes():
    rng, now, beats = np.random.default_rng(0), [0.0], 0
    pace = Ticker(30, clock=lambda: now[0])
    while now[0] < 100:
        now[0] += pace.pause() + rng.uniform(0, 0.004)  # asleep
        now[0] += rng.uniform(0, 0.02)  # at work
        beats += 1
    assert beats == pytest.approx(3000, abs=2)


def test_a_pace_that_was_held_up_makes_up_for_nothing():
    now = [0.0]
    pace = Ticker(30, clock=lambda: now[0])
    now[0] = 5.0
    assert pace.pause() == 0
    assert pace.pause() == pytest.approx(1 / 30)


def test_a_port_that_is_taken_is_one_sentence(rig):
    with pytest.raises(PanelError, match=r"cannot have port \d+ .*: choose another --panel-port\.$"):
        Server(rig.panel, rig.server.port)


def test_without_its_packages_it_names_the_command(rig, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'ddsp-live\[panel\]'"):
        Server(rig.panel, 0)


def test_a_sine_stands_in_its_band_at_its_level():
    rate = 48000
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1)
    for f, amplitude in ((440.0, 1.0), (3000.0, 0.1)):
        sine = amplitude * np.sin(2 * np.pi * f / rate * np.arange(WINDOW))
        bands = np.frombuffer(Spectrum(rate).bands(np.stack([sine, sine], 1).astype(np.float32)), np.uint8)
        band = np.searchsorted(edges, f) - 1
        assert abs(int(bands.argmax()) - band) <= 1
        assert 96 * (int(bands.max()) / 255 - 1) == pytest.approx(20 * np.log10(amplitude), abs=2.0)


def test_late_callbacks_are_those_that_took_longer_than_their_block():
    from ddsp_live.panel.telemetry import late_callbacks

    histogram = [0] * 40
    histogram[19], histogram[20], histogram[39] = 5, 2, 1
    assert late_callbacks(SimpleNamespace(load_histogram=tuple(histogram))) == 3


def test_the_panel_shows_and_changes_the_tuning(rig, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "ddsp-live/tunings"
    folder.mkdir(parents=True)
    (folder / "five.scl").write_text("Five equal steps\n5\n240.0\n480.0\n720.0\n960.0\n2/1\n")
    with rig.page() as page:
        told = event(page, "hello")["tuning"]
        assert (told["chosen"], told["a4"]) == ("12 equal steps", 440)
        assert "five" in told["choices"]
        ask(page, "a4", hz=415)
        assert event(page, "tuning")["tuning"]["a4"] == 415
        ask(page, "tuning", name="five")
        told = event(page, "tuning")["tuning"]
        assert (told["chosen"], told["a4"]) == ("five.scl", 415)
        pitches = rig.synth.tuning.keys
        assert pitches[70] - pitches[69] == pytest.approx(2.4)
        ask(page, "tuning", name="/etc/passwd")
        assert "no scale named" in event(page, "say")["text"]
        ask(page, "a4", hz=1e9)  # out of range: nothing
        ask(page, "tuning", name=None)
        told = event(page, "tuning")["tuning"]
        assert (told["chosen"], told["a4"]) == ("12 equal steps", 440)


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: ",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 100\r\n\r\nthree",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\nGET / HT",
    ],
    ids=["nothing", "half a head", "half a body", "half a second request"],
)
def test_a_request_that_does_not_become_whole_is_ended_and_pages_stay(tmp_path, monkeypatch, half):
    monkeypatch.setattr(panel_server, "impatient_protocol", lambda: impatient_protocol(0.5))
    patch = str(make_patch(tmp_path / "tiny.ddsp"))
    with open_rig(patch, tmp_path) as rig, rig.page() as page:
        with socket.create_connection(("127.0.0.1", rig.server.port)) as connection:
            connection.sendall(half.replace(b"%d", str(rig.server.port).encode()))
            connection.settimeout(4)  # uvicorn itself ends idle connections after 5 s
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(1 << 16):
                    pass
        time.sleep(0.6)  # longer than a request may take
        ask(page, "key_down", key=60, velocity=90)
        assert until(lambda: rig.pitches() == [60])
