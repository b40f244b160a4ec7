"""A folder of recordings: what is found out about each file, passages, and the cache."""

import numpy as np
import pytest
import soundfile
from ddsp_live.tools.analysis import tracks
from ddsp_live.tools.analysis.takes import RecordingError, analyse_folder
from ddsp_live.tools.build.source import recordings_hash
from instrument import note

RATE = 44100


def write(folder, **audio):
    for name, samples in audio.items():
        soundfile.write(folder / f"{name}.wav", samples, RATE, "PCM_24")


def kinds(analysis, stem):
    return [finding.kind for finding in analysis.findings if finding.path.stem == stem]


def left_out(analysis):
    return {finding.path.stem for finding in analysis.findings if finding.action == "left out"}


def drum_loop():
    """Hits of filtered noise with a falling thump, two a second."""
    generator = np.random.default_rng(0)
    time = np.arange(RATE // 4) / RATE
    hits = [
        np.exp(-time * rate) * (generator.normal(0, 0.2, len(time)) + low * np.sin(300 * np.exp(-30 * time)))
        for rate, low in ((30, 0.5), (60, 0), (40, 0), (60, 0))
    ]
    return np.tile(np.concatenate(hits), 3)


def speech():
    """Voiced stretches of a quarter of a second whose pitch falls and rises all the time, and gaps."""
    generator = np.random.default_rng(0)
    syllables = []
    for _ in range(12):
        first, last = generator.uniform(-0.5, 0.5, 2)
        octaves = np.linspace(first + 0.4, last - 0.4, RATE // 4)
        phase = 2 * np.pi * np.cumsum(130 * 2**octaves) / RATE
        tone = sum(np.sin(k * phase) / k for k in range(1, 20))
        syllables += [0.1 * np.hanning(RATE // 4) * tone, np.zeros(RATE // 10)]
    return np.concatenate(syllables)


def test_a_clean_note_is_kept_without_a_complaint(tmp_path):
    write(tmp_path, clean=note(60, 0.6, 2.0, RATE))
    analysis = analyse_folder(tmp_path)
    assert len(analysis.takes) == 1 and analysis.findings == []


@pytest.mark.parametrize(
    "kind, audio, is_left_out",
    [
        ("silence", np.concatenate([note(62, 0.6, 2.0, RATE), np.zeros(4 * RATE)]), False),
        ("clipping", np.clip(4 * note(62, 0.8, 2.0, RATE), -0.84, 0.84), False),
        ("clipping", np.clip(4 * note(62, 0.8, 2.0, RATE), -0.5, 0.5), True),
        ("dc", note(62, 0.6, 2.0, RATE) + 0.05, False),
        ("short", note(62, 0.6, 0.6, RATE), False),
        ("no pitch", drum_loop(), True),
        ("speech", speech(), True),
        ("polyphony", note(60, 0.7, 2.0, RATE) + note(66, 0.7, 2.0, RATE), True),
        ("polyphony", sum(note(midi, 0.7, 2.0, RATE) for midi in (60, 64, 67)), True),
        ("polyphony", drum_loop()[: 2 * RATE] + sum(note(m, 0.7, 2.0, RATE) for m in (48, 63, 67, 70)), True),
        (
            "several notes",
            np.concatenate([note(60, 0.7, 2.0, RATE), note(55, 0.7, 1, RATE) + note(64, 0.7, 1, RATE)]),
            False,
        ),
        ("channels", np.stack([note(62, 0.7, 2.0, RATE), -note(62, 0.7, 2.0, RATE)], 1), False),
        ("channels", np.stack([note(62, 0.7, 2.0, RATE), -0.97 * note(62, 0.7, 2.0, RATE)], 1), False),
        ("no pitch", np.zeros(RATE), True),
        ("short", np.ones(100), True),
    ],
    ids=[
        "silence",
        "clipping",
        "hard clipping",
        "dc",
        "short",
        "drums",
        "speech",
        "tritone",
        "chord",
        "mix",
        "double stop",
        "inverted",
        "nearly inverted",
        "all silent",
        "click",
    ],
)
def test_each_fault_is_found_in_its_file_alone(tmp_path, kind, audio, is_left_out):
    write(tmp_path, good=note(60, 0.6, 2.0, RATE), bad=audio)
    analysis = analyse_folder(tmp_path)
    assert kind in kinds(analysis, "bad")
    assert kinds(analysis, "good") == []
    assert left_out(analysis) == ({"bad"} if is_left_out else set())
    assert {take.path.stem for take in analysis.takes} == ({"good"} if is_left_out else {"good", "bad"})


def test_what_is_left_out_is_kept_if_asked_and_said(tmp_path):
    write(tmp_path, good=note(60, 0.6, 2.0, RATE), bad=speech(), worse=speech())
    for keep, out in (
        ((), {"bad", "worse"}),
        ([tmp_path / "bad.wav"], {"worse"}),
        (["bad.wav"], {"worse"}),
        (True, set()),
    ):
        analysis = analyse_folder(tmp_path, keep=keep)
        assert left_out(analysis) == out
        assert {take.path.stem for take in analysis.takes} == {"good", "bad", "worse"} - out
    assert {finding.action for finding in analysis.findings if finding.kind == "speech"} == {"kept, as asked"}
    with pytest.raises(RecordingError, match=r"no recording .*gone\.wav that could be kept"):
        analyse_folder(tmp_path, keep=[tmp_path / "gone.wav"])


def sung(cents, midi, seconds=3.0):
    """A voice with a vibrato of so many cents to either side."""
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = midi + cents / 100 * np.sin(2 * np.pi * 6 * time)
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69) / 12)) / RATE
    return 0.05 * sum(np.sin(k * phase) / k for k in range(1, int(10000 / (440 * 2 ** ((midi - 69) / 12)))))


@pytest.mark.parametrize("cents", [60, 90, 120])
@pytest.mark.parametrize("midi", [57, 72])
def test_wide_vibrato_is_one_voice_that_holds_its_pitch(tmp_path, cents, midi):
    write(tmp_path, voice=sung(cents, midi))
    assert analyse_folder(tmp_path).findings == []


@pytest.mark.parametrize("midi", [28, 33, 40])
def test_a_low_note_without_its_fundamental_is_one_note(tmp_path, midi):
    """As a telephone records it."""
    f0_hz, time = 440 * 2 ** ((midi - 69) / 12), np.arange(2 * RATE) / RATE
    tone = sum(np.sin(2 * np.pi * k * f0_hz * time + k * k) / k for k in range(1, 40) if k * f0_hz > 250)
    write(tmp_path, low=0.3 * tone / np.abs(tone).max())
    (take,) = analyse_folder(tmp_path).takes
    assert np.abs(np.median(take.midi[take.voiced]) - midi) < 0.1


@pytest.mark.parametrize("peak_db", [-20, -48, -60])
def test_soft_takes_are_heard_as_loud_ones_are(tmp_path, peak_db):
    line = np.concatenate([note(midi, 0.6, 0.5, RATE) for midi in (57, 62, 69, 60)])
    write(tmp_path, soft=line / np.abs(line).max() * 10 ** (peak_db / 20))
    (take,) = analyse_folder(tmp_path).takes
    for i, midi in enumerate((57, 62, 69, 60)):
        held = slice(125 * i + 25, 125 * i + 90)
        assert take.voiced[held].all() and np.abs(take.midi[held] - midi).max() < 0.3


def test_a_constant_is_taken_off(tmp_path):
    write(tmp_path, dc=note(62, 0.6, 2.0, RATE) + 0.05)
    (take,) = analyse_folder(tmp_path).takes
    assert abs(take.audio.mean()) < 1e-4


def test_a_file_that_is_no_audio_is_named_and_the_rest_kept(tmp_path):
    write(tmp_path, good=note(60, 0.6, 2.0, RATE))
    (tmp_path / "empty.wav").touch()
    analysis = analyse_folder(tmp_path)
    assert kinds(analysis, "empty") == ["unreadable"] and len(analysis.takes) == 1


def test_what_is_called_like_a_recording_and_is_none_is_named_and_the_rest_kept(tmp_path):
    write(tmp_path, clean=note(60, 0.6, 2.0, RATE))
    (tmp_path / "moved.wav").symlink_to(tmp_path / "gone.wav")
    (tmp_path / "takes.wav").mkdir()
    (tmp_path / "memo.m4a").write_bytes(b"\0\0\0\x18ftypM4A ")
    (tmp_path / "notes.txt").write_text("C4")
    analysis = analyse_folder(tmp_path)
    assert [take.path.stem for take in analysis.takes] == ["clean"]
    assert left_out(analysis) == {"moved", "takes", "memo"}
    said = {finding.path.stem: finding.sentence for finding in analysis.findings}
    assert said["moved"].endswith("moved.wav is a link to a file that is not there.")
    assert said["takes"].endswith("takes.wav is a folder.")
    assert "memo.m4a is AAC" in said["memo"] and "`ffmpeg -i memo.m4a memo.wav`" in said["memo"]


def test_a_folder_of_foreign_files_alone_names_the_first(tmp_path):
    (tmp_path / "memo.m4a").write_bytes(b"\0\0\0\x18ftypM4A ")
    with pytest.raises(RecordingError, match=r"holds no recordings: .*memo\.m4a is AAC"):
        analyse_folder(tmp_path)


def test_a_folder_of_nothing_but_drums_is_refused_in_one_sentence(tmp_path):
    write(tmp_path, drums=drum_loop())
    with pytest.raises(RecordingError, match=r"None of the 1 recordings .* can be learned from"):
        analyse_folder(tmp_path)


def test_a_second_source_in_the_folder_is_pointed_out(tmp_path):
    write(tmp_path, **{f"a{midi}": note(midi, 0.5, 1.5, RATE) for midi in range(58, 68)})
    time = np.arange(2 * RATE) / RATE
    buzz = sum(np.sin(2 * np.pi * 262 * k * time) for k in range(1, 28)) / 60
    write(tmp_path, other=buzz)
    analysis = analyse_folder(tmp_path)
    assert [finding.path.stem for finding in analysis.findings if finding.kind == "unlike"] == ["other"]
    assert len(analysis.takes) == 11


def test_a_long_take_becomes_passages_without_its_rests(tmp_path):
    rest = np.zeros(3 * RATE)
    write(
        tmp_path, long=np.concatenate([rest, note(60, 0.6, 2.0, RATE), rest, note(67, 0.6, 2.0, RATE), rest])
    )
    analysis = analyse_folder(tmp_path)
    assert [round(float(np.median(take.midi[take.voiced]))) for take in analysis.takes] == [60, 67]
    assert [take.start_seconds for take in analysis.takes] == pytest.approx([2.6, 7.6], abs=0.1)
    for take in analysis.takes:
        assert len(take.audio) < 3.2 * RATE
        assert len(take.f0_hz) == len(take.voiced) == len(take.loudness_db) == len(take.unsure)
        assert abs(len(take.audio) / RATE - len(take.f0_hz) / 250) < 1 / 250


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
@pytest.mark.parametrize("file_rate", [22050, 48000])
def test_every_format_and_rate_is_read_in_stereo(tmp_path, suffix, file_rate):
    mono = note(64, 0.6, 1.5, file_rate)
    soundfile.write(tmp_path / f"note.{suffix}", np.stack([mono, 0.5 * mono], 1), file_rate)
    (take,) = analyse_folder(tmp_path).takes
    assert np.abs(np.median(take.midi[take.voiced]) - 64) < 0.05


def test_progress_counts_files(tmp_path):
    write(tmp_path, a=note(60, 0.6, 1.0, RATE), b=note(62, 0.6, 1.0, RATE))
    told = []
    analyse_folder(tmp_path, progress=lambda done, files: told.append((done, files)))
    assert told == [(1, 2), (2, 2)]


def same(first, second):
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for a, b in zip(first.takes, second.takes, strict=True)
        for name in ("audio", "f0_hz", "confidence", "voiced", "loudness_db", "unsure")
    )


def test_the_second_time_nothing_is_tracked(tmp_path, monkeypatch):
    write(tmp_path, a=note(60, 0.6, 1.0, RATE))
    first = analyse_folder(tmp_path)

    def fail(*_):
        raise AssertionError("tracked again")

    monkeypatch.setattr(tracks, "track", fail)
    second = analyse_folder(tmp_path)
    assert same(first, second) and first.findings == second.findings
    with pytest.raises(AssertionError, match="tracked again"):
        analyse_folder(tmp_path, cache=False)
    with pytest.raises(AssertionError, match="tracked again"):
        analyse_folder(tmp_path, frame_rate=125)
    write(tmp_path, a=note(61, 0.6, 1.0, RATE))
    with pytest.raises(AssertionError, match="tracked again"):
        analyse_folder(tmp_path)


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:500], lambda data: data[::-1]])
def test_a_corrupt_cache_is_made_again(tmp_path, cache_home, spoil):
    write(tmp_path, a=note(60, 0.6, 1.0, RATE))
    first = analyse_folder(tmp_path)
    (kept,) = cache_home.rglob("*.npz")
    good = kept.read_bytes()
    kept.write_bytes(spoil(good))
    assert same(first, analyse_folder(tmp_path))
    assert len(kept.read_bytes()) == len(good)
    assert list(cache_home.rglob("*.part")) == []


def test_a_cache_that_holds_objects_is_not_unpickled(tmp_path, cache_home):
    write(tmp_path, a=note(60, 0.6, 1.0, RATE))
    first = analyse_folder(tmp_path)
    (kept,) = cache_home.rglob("*.npz")
    np.savez(kept, **{name: np.array([{}], object) for name in tracks.Tracks._fields})
    assert same(first, analyse_folder(tmp_path))


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    write(tmp_path, a=note(60, 0.6, 1.0, RATE))
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(analyse_folder(tmp_path).takes) == 1


def test_the_recordings_hash_leaves_out_what_cannot_be_read(tmp_path):
    write(tmp_path, clean=note(60, 0.6, 0.2, RATE))
    before = recordings_hash(tmp_path)
    (tmp_path / "moved.wav").symlink_to(tmp_path / "gone.wav")
    (tmp_path / "takes.wav").mkdir()
    assert recordings_hash(tmp_path) == before
