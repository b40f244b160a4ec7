"""MIDI files: mido's own clock is the oracle for times; damaged files are refused in one sentence."""

import struct
import time

import mido
import numpy as np
import pytest
from ddsp_live.midi import files
from ddsp_live.midi.files import MidiFileError, read_midi, read_song
from ddsp_live.midi.phrase import phrase


def song(path, *tracks, type=1, ticks_per_beat=480):
    file = mido.MidiFile(type=type, ticks_per_beat=ticks_per_beat)
    file.tracks += [mido.MidiTrack(track) for track in tracks]
    file.save(path)
    return path


def note(note, length, start=0, **more):
    yield mido.Message("note_on", note=note, velocity=80, time=start, **more)
    yield mido.Message("note_off", note=note, velocity=64, time=length, **more)


def tempo(beats_per_minute, time=0):
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(beats_per_minute), time=time)


def test_times_follow_the_tempo_map_of_all_tracks(tmp_path):
    rng = np.random.default_rng(3)
    notes = [m for key in range(40) for m in note(40 + key, *map(int, rng.integers(1, 900, 2)))]
    other = [m for key in range(30) for m in note(30 + key, *map(int, rng.integers(1, 900, 2)), channel=1)]
    path = song(
        tmp_path / "a.mid", [tempo(97), tempo(143.3, 1000), tempo(61, 7001), tempo(200, 400)], notes, other
    )
    expected, now = [], 0.0
    for message in mido.MidiFile(path):
        now += message.time
        if not message.is_meta:
            expected.append((now, bytes(message.bytes())))
    events = read_midi(path)
    assert sorted(raw for _, raw in events) == sorted(raw for _, raw in expected)
    np.testing.assert_allclose([t for t, _ in events], [t for t, _ in expected], rtol=0, atol=1e-5)


def test_long_files_do_not_drift(tmp_path):
    path = song(tmp_path / "long.mid", [tempo(100), *(m for _ in range(9000) for m in note(60, 160, 160))])
    assert read_midi(path)[-1][0] == 9000 * 320 / 480 * 0.6


def test_tracks_of_type_2_follow_each_other_each_with_its_tempo(tmp_path):
    path = song(tmp_path / "two.mid", [tempo(60), *note(60, 480)], [*note(62, 480), *note(64, 480)], type=2)
    starts = [(seconds, raw[1]) for seconds, raw in read_midi(path) if raw[0] == 0x90]
    assert starts == [(0, 60), (1, 62), (1.5, 64)]


def test_smpte_time_knows_no_tempo(tmp_path):
    path = song(tmp_path / "film.mid", [tempo(200), *note(60, 1000)])
    data = bytearray(path.read_bytes())
    data[12:14] = struct.pack(">bB", -25, 40)
    path.write_bytes(data)
    assert [seconds for seconds, _ in read_midi(path)] == [0, 1]
    data[12:14] = struct.pack(">bB", -29, 100)
    path.write_bytes(data)
    assert read_midi(path)[1][0] == pytest.approx(10 * 1001 / 30000)


def test_what_is_held_at_the_end_is_let_go_there(tmp_path):
    held = [mido.Message("note_on", note=60), mido.Message("control_change", control=64, value=127, time=480)]
    path = song(tmp_path / "held.mid", [*held, mido.MetaMessage("end_of_track", time=480)])
    assert read_midi(path)[2:] == [(1.0, b"\x80\x3c\x40"), (1.0, b"\xb0\x40\x00")]


def test_only_channel_messages_come_out(tmp_path):
    others = [mido.Message("sysex", data=[1, 2]), mido.MetaMessage("lyrics", text="la")]
    assert [raw[0] for _, raw in read_midi(song(tmp_path / "a.mid", [*others, *note(60, 1)]))] == [0x90, 0x80]


def test_tunings_come_out(tmp_path):
    change = mido.Message("sysex", data=[0x7F, 0x7F, 8, 2, 0, 1, 60, 61, 0x40, 0], time=480)
    events = read_midi(song(tmp_path / "a.mid", [change, *note(60, 1)]))
    assert events[0] == (0.5, bytes([0xF0, 0x7F, 0x7F, 8, 2, 0, 1, 60, 61, 0x40, 0, 0xF7]))


def test_a_file_without_notes_is_empty(tmp_path):
    read = read_song(song(tmp_path / "a.mid", []))
    assert read.events == []
    assert read.remark == "a.mid has no notes, and is silent."


def midi(track: bytes, header: bytes = struct.pack(">hhh", 0, 1, 480), size: int | None = None) -> bytes:
    return (
        b"MThd\0\0\0\6" + header + b"MTrk" + struct.pack(">L", len(track) if size is None else size) + track
    )


END = b"\0\xff\x2f\0"
NOTE = b"\0\x90\x3c\x5a\x83\x60\x80\x3c\x40"
BROKEN = {
    "empty": (b"", "not a standard MIDI file"),
    "text": (b"hello", "not a standard MIDI file"),
    "header alone": (b"MThd", "cut short"),
    "no tracks": (b"MThd\0\0\0\6" + struct.pack(">hhh", 1, 0, 480), "no tracks"),
    "cut within the only message": (midi(b"\0\x90\x3c", size=100), "break off"),
    "tracks missing and the others empty": (midi(END, struct.pack(">hhh", 1, 9, 480)), "promises 9 tracks"),
    "data without a status": (midi(b"\0\x3c\x40" + END), "damaged events were skipped"),
    "key above 127": (midi(b"\0\x90\xc8\x40" + END), "damaged events were skipped"),
    "endless number": (midi(b"\xff" * 100_000 + END), "break off"),
    "huge text": (midi(b"\0\xff\x01\xff\xff\xff\x7f" + END), "break off"),
    "too long": (midi(b"\xff\xff\xff\x7f\x90\x3c\x40" + END), "later than 6 hours"),
}


@pytest.mark.parametrize("data, reason", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_in_one_sentence_that_names_it(tmp_path, data, reason):
    path = tmp_path / "song.mid"
    path.write_bytes(data)
    with pytest.raises(MidiFileError, match=reason) as caught:
        read_midi(path)
    assert_one_sentence(caught.value)


def test_no_file_and_a_file_too_large_are_refused(tmp_path, monkeypatch):
    with pytest.raises(MidiFileError, match=r"song\.mid cannot be played: No such file"):
        read_midi(tmp_path / "song.mid")
    monkeypatch.setattr(files, "LARGEST_FILE", 10)
    with pytest.raises(MidiFileError, match="larger than"):
        read_midi(song(tmp_path / "song.mid", []))


TOLERATED = {  # data, what is said of it, messages that come out beside the note
    "RIFF": (b"RIFF\0\0\0\0RMIDLIST\1\0\0\0x\0data" + struct.pack("<I", 35) + midi(NOTE + END), "", 0),
    "RIFF with a wrong size": (b"RIFF\0\0\0\0RMIDdata\x0a\0\0\0" + midi(NOTE + END), "", 0),
    "MacBinary": (
        b"\0\4song".ljust(128, b"\0") + midi(NOTE + END),
        "bytes before the header were skipped",
        0,
    ),
    "longer header": (
        midi(NOTE + END).replace(b"\0\0\0\6", b"\0\0\0\x08").replace(b"MTrk", b"\0\0MTrk"),
        "",
        0,
    ),
    "unknown format": (midi(NOTE + END, struct.pack(">hhh", 7, 1, 480)), "unknown format", 0),
    "no time base": (midi(NOTE + END, struct.pack(">hhh", 0, 1, 0)), "missing time base", 0),
    "tracks below zero": (midi(NOTE + END, struct.pack(">hhh", 1, -3, 480)), "promises 65533 tracks", 0),
    "tracks missing": (
        midi(NOTE + END, struct.pack(">hhh", 1, 3, 480)),
        "promises 3 tracks, but there are 1",
        0,
    ),
    "track length too long": (midi(NOTE + END, size=9999), "wrong track lengths were corrected", 0),
    "track length never filled in": (midi(NOTE + END, size=0), "wrong track lengths were corrected", 0),
    "track length into the next track": (
        midi(NOTE + END, struct.pack(">hhh", 1, 2, 480), size=30) + b"MTrk\0\0\0\7\0\xc0\5" + END,
        "wrong track lengths were corrected",
        1,
    ),
    "last byte missing": (midi(NOTE + END)[:-1], "break off", 0),
    "no end of track": (midi(NOTE), "", 0),
    "zeros behind the end": (midi(NOTE + END) + bytes(500), "", 0),
    "alien chunk before": (
        midi(NOTE + END).replace(b"MTrk", b"XFIH\0\0\0\2abMTrk"),
        "foreign chunks were skipped",
        0,
    ),
    "key signature of 18 flats": (midi(b"\0\xff\x59\x02\xee\x01" + NOTE + END), "", 0),
    "SMPTE offset of three bytes": (midi(b"\0\xff\x54\x03\x60\0\0" + NOTE + END), "", 0),
    "channel prefix of no byte": (midi(b"\0\xff\x20\0" + NOTE + END), "", 0),
    "tempo of two bytes": (midi(b"\0\xff\x51\x02\x07\xa1" + NOTE + END), "damaged tempos", 0),
    "tempo of zero": (midi(b"\0\xff\x51\x03\0\0\0" + NOTE + END), "damaged tempos", 0),
    "value above 127": (midi(b"\0\xb0\x07\xff" + NOTE + END), "values above 127 were clipped", 1),
    "program above 127": (midi(b"\0\xc0\xff" + NOTE + END), "damaged events were skipped", 0),
    "undefined status": (midi(b"\0\xf4" + NOTE + END), "damaged events were skipped", 0),
    "song position": (midi(b"\0\xf2\1\2" + NOTE + END), "damaged events were skipped", 0),
    "escape of a song position": (midi(b"\0\xf7\3\xf2\x10\0" + NOTE + END), "", 0),
    "escape of a controller": (midi(b"\0\xf7\3\xb0\7\5" + NOTE + END), "", 1),
    "system exclusive in two pieces": (
        midi(b"\0\xf0\5\x7f\x7f\4\1\0" + b"\0\xf7\2\x20\xf7" + NOTE + END),
        "",
        1,
    ),
    "running status over system exclusive": (
        midi(b"\0\x90\x3c\x5a\0\xf0\2\x7e\xf7\x83\x60\x3c\0" + END),
        "",
        0,
    ),
    "running status over a meta event": (
        midi(b"\0\x90\x3c\x5a\0\xff\1\1a\x83\x60\x3c\0" + END),
        "",
        0,
    ),
}


@pytest.mark.parametrize("data, says, more", TOLERATED.values(), ids=TOLERATED.keys())
def test_what_can_be_read_is_played_and_the_rest_is_said_in_one_sentence(tmp_path, data, says, more):
    path = tmp_path / "song.mid"
    path.write_bytes(data)
    read = read_song(path)
    notes = [(seconds, raw[1]) for seconds, raw in read.events if raw[0] & 0xF0 in (0x80, 0x90)]
    assert notes == [(0, 60), (0.5, 60)]
    assert len(read.events) == 2 + more
    if says:
        assert says in read.remark and read.remark.startswith("song.mid ") and read.remark.count(". ") == 0
    else:
        assert read.remark == ""


def test_events_days_ahead_are_left_out_and_said(tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(midi(NOTE + b"\xff\xff\xff\x7f\x90\x3d\x40" + END))
    read = read_song(path)
    assert [raw[1] for _, raw in read.events] == [60, 60] and read.seconds == 0.5
    assert "later than 6 hours" in read.remark


def test_an_end_of_track_is_the_end_of_the_song_unless_it_lies_days_ahead(tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(midi(NOTE + b"\x87\x40\xff\x2f\0"))
    assert read_song(path).seconds == 0.5 + 960 / 480 * 0.5
    path.write_bytes(midi(NOTE + b"\xff\xff\xff\x7f\xff\x2f\0"))
    assert read_song(path).seconds == 0.5


def test_damage_anywhere_gives_events_or_one_sentence(tmp_path):
    path = song(tmp_path / "song.mid", [tempo(90), *note(60, 5), *note(62, 7)], [*note(64, 200, channel=1)])
    data = path.read_bytes()
    rng = np.random.default_rng(6)
    for i in range(2000):
        damaged = bytearray(data)
        for at in rng.integers(4, len(data), 2):
            damaged[at] = rng.integers(0, 256)
        path.write_bytes(bytes(damaged[: i % len(data)] if i < 2 * len(data) else damaged))
        try:
            events = read_midi(path)
        except MidiFileError as error:
            assert_one_sentence(error)
        else:
            assert [t for t, _ in events] == sorted(t for t, _ in events)


def assert_one_sentence(error: MidiFileError) -> None:
    text = str(error)
    assert text.startswith("song.mid cannot be played: ") and text.endswith(".") and ". " not in text


def test_the_phrase_can_be_played_by_an_alto_saxophone_and_lets_everything_go():
    events = phrase()
    assert [t for t, _ in events] == sorted(t for t, _ in events)
    assert 8 <= events[-1][0] <= 10
    sounding, most, velocities = set(), 0, set()
    for _, raw in events:
        key = raw[0] & 15, raw[1]
        if raw[0] & 0xF0 == 0x90:
            assert 49 <= raw[1] <= 80
            assert key not in sounding
            velocities.add(raw[2])
            sounding.add(key)
        elif raw[0] & 0xF0 == 0x80:
            sounding.remove(key)
        most = max(most, len(sounding))
    assert not sounding
    assert most == 4
    assert max(velocities) - min(velocities) >= 50


def seconds_to_read(path, data):
    path.write_bytes(data)
    times = []
    for _ in range(3):
        begin = time.process_time()
        read_song(path)
        times.append(time.process_time() - begin)
    return min(times)


HEAVY = {
    "notes": b"\1\x90\x3c\x5a\5\x80\x3c\x40",
    "repeated notes": b"\1\x90\x3c\x5a\0\x80\x3c\x40\3\x90\x3c\x40",
    "note-offs for nothing": b"\0\x80\x3c\x40\0\x90\x3c\x40\0\x80\x3c\x40\0\x80\x3c\x40",
    "tempos": b"\1\xff\x51\3\1\2\3",
    "system exclusive in pieces": b"\0\xf7\1\1",
    "damage": b"\1\x90\xc8\x90",
}


@pytest.mark.parametrize("piece", HEAVY.values(), ids=HEAVY.keys())
def test_the_time_to_read_grows_with_the_size_and_no_faster(tmp_path, piece):
    def of(size):
        return midi(NOTE + b"\0\xf0\1\1" + piece * (size // len(piece)) + END)

    small, large = (seconds_to_read(tmp_path / "a.mid", of(size)) for size in (1 << 16, 1 << 19))
    assert large < 3 * 8 * small
