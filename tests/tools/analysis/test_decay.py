"""Notes that die away by themselves are told from those that are held, before anything is learned from them."""

import numpy as np
import pytest
import soundfile
from ddsp_live.input.loudness import loudness
from ddsp_live.tools.analysis.decay import notes_that_die
from ddsp_live.tools.analysis.takes import RecordingError, analyse_folder

RATE, FRAME_RATE = 22050, 250


def plucked(pitch, seconds=2.0, damping=0.998):
    """Karplus and Strong's string."""
    period = round(RATE / (440 * 2 ** ((pitch - 69) / 12)))
    string, sound = np.random.default_rng(pitch).uniform(-0.4, 0.4, period), np.empty(round(seconds * RATE))
    for i in range(len(sound)):
        sound[i] = string[i % period]
        string[i % period] = damping * 0.5 * (string[i % period] + string[(i + 1) % period])
    return sound


def struck(pitch, seconds=3.0):
    """Modes of which the high ones die first, so that the level falls fast and then slowly."""
    time = np.arange(round(seconds * RATE)) / RATE
    f0_hz = 440 * 2 ** ((pitch - 69) / 12)
    return 0.2 * sum(np.sin(2 * np.pi * f0_hz * k * time) / k * np.exp(-k * time) for k in range(1, 9))


def held(pitch, seconds=2.0, tail=0.4, accent=1.0, sink_db=0.0):
    """A note that is played to its end and rings on in a room; accent: its beginning above the rest."""
    time = np.arange(round((seconds + 4 * tail) * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * k * time) / k for k in range(1, 9))
    level = (
        np.minimum(1, time / 0.03) * (1 + (accent - 1) * np.exp(-time / 0.06)) * 10 ** (-sink_db * time / 20)
    )
    return 0.1 * tone * level * np.where(time < seconds, 1, np.exp(-6.9 * (time - seconds) / tail))


def dying(sound):
    return notes_that_die(loudness(sound.astype(np.float32), RATE, FRAME_RATE), FRAME_RATE)


@pytest.mark.parametrize("pitch", [40, 52, 64])
def test_plucked_and_struck_notes_die(pitch):
    assert dying(plucked(pitch)) == [True]
    assert dying(struck(pitch)) == [True]


@pytest.mark.parametrize(
    "how",
    [{}, {"accent": 4.0}, {"tail": 2.0}, {"sink_db": 3.0}, {"seconds": 0.3}],
)
def test_held_notes_do_not_die_whatever_the_accent_and_the_room(how):
    assert True not in dying(held(60, **how))


def test_a_folder_of_plucked_notes_is_refused_at_once_unless_it_is_kept(tmp_path):
    for pitch in (45, 50, 55):
        soundfile.write(tmp_path / f"{pitch}.wav", plucked(pitch), RATE)
    with pytest.raises(RecordingError, match=r"die away by themselves; .* not supported yet: --keep-all"):
        analyse_folder(tmp_path)
    kept = analyse_folder(tmp_path, keep=True)
    assert len(kept.takes) == 3
    assert [finding.action for finding in kept.findings if finding.kind == "plucked"] == ["kept"]


def test_some_plucked_notes_among_held_ones_are_let_pass(tmp_path):
    for pitch, sound in {45: plucked(45), 50: held(50), 55: held(55)}.items():
        soundfile.write(tmp_path / f"{pitch}.wav", sound, RATE)
    assert len(analyse_folder(tmp_path).takes) == 3


def test_keeping_keeps_what_would_be_left_out(tmp_path):
    noise = 0.1 * np.random.default_rng(0).normal(size=2 * RATE)
    hum = np.sin(2 * np.pi * 110 * np.arange(2 * RATE) / RATE)
    soundfile.write(tmp_path / "noisy.wav", np.where(np.arange(2 * RATE) < RATE // 4, hum, noise), RATE)
    soundfile.write(tmp_path / "held.wav", held(60), RATE)
    left_out = [
        finding.path.stem for finding in analyse_folder(tmp_path).findings if finding.action == "left out"
    ]
    assert left_out == ["noisy"]
    assert {take.path.stem for take in analyse_folder(tmp_path, keep=True).takes} == {"noisy", "held"}
