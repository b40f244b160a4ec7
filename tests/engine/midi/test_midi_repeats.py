"""Notes of files: an independent small reader says which there are; none is lost, moved or cut to nothing."""

import mido
import numpy as np
import pytest
from ddsp_live.midi.files import read_midi
from ddsp_live.performance.score import Note, from_events, with_notes
from small_midi_reader import note_ons

TICK = 0.5 / 480


def write(path, *tracks):
    """Tracks of (tick, message without time), in the order in which they are to stand."""
    file = mido.MidiFile(ticks_per_beat=480)
    for events in tracks:
        track, now = mido.MidiTrack(), 0
        for tick, message in events:
            track.append(message.copy(time=tick - now))
            now = tick
        file.tracks.append(track)
    file.save(path)
    return path


def on(key=60, channel=0):
    return mido.Message("note_on", note=key, velocity=80, channel=channel)


def off(key=60, channel=0):
    return mido.Message("note_off", note=key, channel=channel)


def sounding(events):
    """The notes as a synthesizer plays them that has one voice a key: (onset, end, channel, key), sorted."""
    held, notes = {}, []
    for seconds, event in events:
        raw = bytes([0x90 | event.channel, event.note, event.velocity]) if isinstance(event, Note) else event
        if raw[0] & 0xF0 not in (0x80, 0x90):
            continue
        key = raw[0] & 15, raw[1]
        if key in held:
            notes.append((held.pop(key), seconds, *key))
        if raw[0] & 0xF0 == 0x90 and raw[2]:
            held[key] = seconds
    assert not held
    return sorted(notes)


def in_ticks(notes):
    return [(round(onset / TICK), round(end / TICK)) for onset, end, *_ in notes]


CASES = {  # tracks, and each note's onset and end in ticks
    "note-on before the old note-off": ([[(0, on()), (480, on()), (480, off()), (960, off())]], [(0, 480), (480, 960)]),
    "the same over two tracks": (
        [[(480, on()), (960, off())], [(0, on()), (480, off())]],
        [(0, 480), (480, 960)],
    ),
    "a note-on a few ticks early": ([[(0, on()), (475, on()), (480, off()), (960, off())]], [(0, 475), (475, 960)]),
    "a chain of early ones": (
        [[(0, on()), (90, on()), (100, off()), (190, on()), (200, off()), (300, off())]],
        [(0, 90), (90, 190), (190, 300)],
    ),
    "a long note around a short one": ([[(0, on()), (100, on()), (200, off()), (900, off())]], [(0, 100), (100, 900)]),
    "a missing note-off": ([[(0, on()), (100, on()), (200, off()), (300, on()), (400, off())]],
                           [(0, 100), (100, 200), (300, 400)]),
    "a missing note-off, then one tick": (
        [[(0, on()), (100, on()), (200, on()), (200, off()), (300, off())]],
        [(0, 100), (100, 200), (200, 300)],
    ),
    "a note-off for nothing": ([[(0, off()), (10, on()), (50, off()), (60, off()), (70, on()), (90, off())]],
                               [(10, 50), (70, 90)]),
    "no length, which is ten milliseconds": ([[(10, on()), (10, off()), (480, on()), (500, off())]],
                                             [(10, 20), (480, 500)]),
    "no length, and the key again": ([[(10, on()), (10, off()), (13, on()), (50, off())]], [(10, 13), (13, 50)]),
    "the same note twice": ([[(10, on()), (50, off())], [(10, on()), (50, off())]], [(10, 10), (10, 50)]),
    "never let go": ([[(10, on()), (50, on()), (90, mido.MetaMessage("text", text="x"))]], [(10, 50), (50, 90)]),
}  # fmt: skip


@pytest.mark.parametrize("tracks, expected", CASES.values(), ids=CASES.keys())
def test_each_note_gets_its_own_end(tmp_path, tracks, expected):
    events = read_midi(write(tmp_path / "a.mid", *tracks))
    assert in_ticks(sounding(events)) == expected
    again = with_notes(events, from_events(events))
    assert in_ticks(sounding(again)) == expected


@pytest.mark.parametrize("seed", range(40))
def test_no_note_is_lost_or_moved_on_either_path(tmp_path, seed):
    rng = np.random.default_rng(seed)
    tempos = zip(np.sort(rng.integers(0, 3000, 4)), rng.integers(200_000, 900_000, 4), strict=True)
    tempos = [(int(tick), mido.MetaMessage("set_tempo", tempo=int(tempo))) for tick, tempo in tempos]
    tracks = [[], [], tempos]
    for track in tracks[:2]:
        events = []
        for _ in range(150):
            begin, key, channel = (
                int(rng.integers(0, 300)) * 10,
                int(rng.integers(60, 66)),
                int(rng.integers(0, 2)),
            )
            events.append((begin, on(key, channel)))
            if rng.random() < 0.97:
                events.append((begin + 10 * int(rng.integers(1, 20)), off(key, channel)))
            if rng.random() < 0.1:
                events.append(
                    (begin, mido.Message("control_change", control=64, value=int(rng.integers(128))))
                )
        order = rng.permutation(len(events))
        track += sorted((events[i] for i in order), key=lambda event: event[0])
    path = write(tmp_path / "a.mid", *tracks)
    events = read_midi(path)
    expected = note_ons(path.read_bytes())
    got = sorted((t, raw[0] & 15, raw[1], raw[2]) for t, raw in events if raw[0] & 0xF0 == 0x90)
    assert [note[1:] for note in got] == [note[1:] for note in expected]
    np.testing.assert_allclose([note[0] for note in got], [note[0] for note in expected], rtol=0, atol=1e-9)
    notes = sounding(events)
    assert len(notes) == len(expected)
    # Only notes that begin at once with another one of the key may come to nothing.
    twice = {note[0] for note in notes if [n[:1] + n[2:] for n in notes].count((note[0], *note[2:])) > 1}
    assert all(end - onset > 0.003 or onset in twice for onset, end, *_ in notes)
    again = with_notes(events, from_events(events))
    np.testing.assert_allclose(sounding(again), notes, rtol=0, atol=1e-9)


def test_notes_that_stay_keep_their_places_among_messages_of_the_same_time(tmp_path):
    pedal = mido.Message("control_change", control=64, value=127)
    tracks = [(0, on()), (0, pedal), (480, off()), (480, pedal), (480, on(62)), (960, pedal), (960, off(62))]
    events = read_midi(write(tmp_path / "a.mid", tracks))
    again = with_notes(events, from_events(events))
    assert [plain(event) for _, event in again] == [plain(event) for _, event in events]


def test_all_notes_off_ends_notes_of_tables_too(tmp_path):
    panic = mido.Message("control_change", control=123, value=0)
    events = read_midi(write(tmp_path / "a.mid", [(0, on()), (480, panic), (960, on(62)), (1440, off(62))]))
    rows = from_events(events)
    assert rows["pitch"].tolist() == [60, 62] and rows["duration_seconds"].tolist() == [0.5, 0.5]


def plain(event):
    """A message without its release velocity, which tables do not keep."""
    if isinstance(event, Note):
        return 0x90 | event.channel, event.note, event.velocity
    return tuple(event[:2]) if event[0] & 0xF0 == 0x80 else tuple(event)
