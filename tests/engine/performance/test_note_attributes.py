"""Attributes that are asked of a note, measured again from its sound."""

import ddsp_live
import numpy as np
import pytest

RATE = 48000
SECONDS = 1.0
PITCHES = (52, 58, 64, 70, 76)


@pytest.fixture(scope="module")
def patch():
    return ddsp_live.load_patch("alto-saxophone")


def play(patch, note, **attributes):
    synth = ddsp_live.Synth(patch)
    synth.note_on(note, 80, time=0, attributes=attributes, seconds=SECONDS)
    return synth.render(int(SECONDS * RATE))[:, 0].astype(np.float64)


def partials(audio, note):
    """Amplitudes of the partials of the note's steady part."""
    part = audio[RATE // 4 : RATE * 3 // 4] * np.hanning(RATE // 2)
    spectrum, f0 = np.abs(np.fft.rfft(part)), 440 * 2 ** ((note - 69) / 12)
    hertz = np.fft.rfftfreq(len(part), 1 / RATE)
    count = int(20000 / f0)
    return np.array([spectrum[np.abs(hertz - k * f0) < 0.3 * f0].max() for k in range(1, count + 1)])


def levels_db(audio, window=480):
    frames = audio[: len(audio) // window * window].reshape(-1, window)
    return 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)


def mean_level(audio, note):
    return levels_db(audio)[5:].mean()


def level_deviation(audio, note):
    return levels_db(audio)[8:-2].std()


def loudest_place(audio, note):
    return np.argmax(np.convolve(levels_db(audio), np.ones(5) / 5, "same")[3:-3])


def centroid(audio, note):
    a = partials(audio, note)
    return np.sum(np.arange(1, len(a) + 1) * a) / a.sum()


def vibrato_cents(audio, note):
    """Depth of the fundamental's phase about its line."""
    f0 = 440 * 2 ** ((note - 69) / 12)
    time = np.arange(len(audio)) / RATE
    window = np.hanning(1921) / 960
    base = np.convolve(audio * np.exp(-2j * np.pi * f0 * time), window, "same")[RATE // 4 : RATE * 3 // 4]
    hertz = np.diff(np.unwrap(np.angle(base))) * RATE / (2 * np.pi)
    return 1200 * np.log2(1 + np.abs(hertz - hertz.mean()).max() / f0)


def attack_noise_db(audio, note):
    """Level between the partials in the first 40 ms."""
    part = audio[: int(0.04 * RATE)] * np.hanning(int(0.04 * RATE))
    f0 = 440 * 2 ** ((note - 69) / 12)
    order = np.fft.rfftfreq(len(part), 1 / RATE) / f0
    between = (np.abs(order - np.round(order)) > 0.35) & (order > 0.5)
    return 10 * np.log10(np.mean(np.abs(np.fft.rfft(part))[between] ** 2))


VOLUMES = (0.9, 1.0, 1.1, 1.2, 1.25)
MEASURED = {
    "volume": (VOLUMES, mean_level, {}),
    "volume_fluctuation": ((0.0, 0.05, 0.1, 0.15, 0.2), level_deviation, {"volume": 1.1}),
    "volume_peak_position": (
        (0.1, 0.3, 0.5, 0.7, 0.9),
        loudest_place,
        {"volume_fluctuation": 0.15, "volume": 1.1},
    ),
    "vibrato": ((0.0, 0.5, 1.0, 1.5, 2.0), vibrato_cents, {}),
    "brightness": ((0.2, 0.3, 0.4, 0.5, 0.6), centroid, {}),
    "attack_noise": ((1.3, 1.5, 1.7, 1.9, 2.1), attack_noise_db, {}),
}


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_asked_for_is_heard(patch, name):
    values, measure, rest = MEASURED[name]
    asked = [(note, value) for note in PITCHES for value in values]
    heard = np.array([measure(play(patch, note, **rest, **{name: value}), note) for note, value in asked])
    heard = heard.reshape(len(PITCHES), len(values))
    heard = heard - heard.mean(axis=1, keepdims=True)  # pitches differ in level and timbre by nature
    wanted = np.tile(values, (len(PITCHES), 1)) - np.mean(values)
    correlation = np.corrcoef(heard.ravel(), wanted.ravel())[0, 1]
    assert correlation >= (0.95 if name in ("volume", "vibrato", "brightness") else 0.9)


def test_brightness_and_vibrato_have_their_units(patch):
    assert centroid(play(patch, 58, brightness=0.5), 58) == pytest.approx(6.0, rel=0.1)
    assert vibrato_cents(play(patch, 58, vibrato=1.0), 58) == pytest.approx(26.7, rel=0.1)


def test_an_unknown_attribute_is_refused(patch):
    with pytest.raises(ValueError, match="no attribute 'loudness'"):
        ddsp_live.Synth(patch).note_on(60, attributes={"loudness": 1.0})
