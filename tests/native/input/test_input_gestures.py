"""The input's sources of the modulation matrix: what a level, a pitch and a spectrum make of them, frame by frame."""

import math

import pytest
import units

ffi, lib = units.load("input/input_gestures.h", "input/input_analysis.h")

SECONDS = 0.004
LOW_DB, HIGH_DB = -55.0, -15.0
LEVEL, BRIGHTNESS, NOISE, PITCH, ONSET = range(5)


class Voice:
    def __init__(self):
        self.c = ffi.new("InputGestures *")
        lib.input_gestures_init(self.c)

    def step(
        self, db, seconds=SECONDS, hz=220.0, bright_hz=800.0, aperiodicity=0.02, quick_db=None, frames=1
    ):
        """One frame or several of a sound; its sources after the last."""
        heard = ffi.new("InputFrame *")
        heard.quick_db, heard.middle_db = db if quick_db is None else quick_db, db
        heard.bright_hz, heard.voiced = bright_hz, hz > 0
        heard.pitch.f0_hz, heard.pitch.aperiodicity = hz, aperiodicity
        for _ in range(frames):
            lib.input_gestures_step(self.c, heard, LOW_DB, HIGH_DB, seconds)
        return list(self.c.place)

    def silence(self, frames=1):
        return self.step(-80.0, hz=0.0, bright_hz=0.0, aperiodicity=1.0, frames=frames)


def test_before_anything_sounds_all_is_at_rest():
    assert list(Voice().c.place) == [0, 0.5, 0, 0.5, 0]
    assert Voice().silence(100) == pytest.approx([0, 0.5, 0, 0.5, 0], abs=1e-6)


@pytest.mark.parametrize(("db", "place"), [(-57.0, 0), (-37.0, 22 / 44), (-15.0, 1), (-3.0, 1)])
def test_level_goes_from_the_gate_to_the_loudest(db, place):
    assert Voice().step(db, frames=200)[LEVEL] == pytest.approx(place, abs=0.01)


def test_what_sounds_may_fall_a_little_below_the_gate():
    voice = Voice()
    voice.step(-50.0, frames=100)
    assert voice.step(-56.0, frames=100)[LEVEL] > 0
    assert voice.step(-60.0, frames=100)[LEVEL] == 0
    assert voice.step(-56.0, frames=100)[LEVEL] == 0


def test_a_step_is_followed_at_once_and_a_tremble_is_not():
    voice = Voice()
    before = voice.step(-40.0, frames=300)[LEVEL]
    assert abs(voice.step(-40.0, quick_db=-39.0)[LEVEL] - before) < 0.002
    assert voice.step(-38.0, quick_db=-30.0)[LEVEL] == pytest.approx((-30 + 59) / 44, abs=0.01)


def test_pulses_of_a_low_voice_are_no_steps():
    voice = Voice()
    quick = [-28.0, -33.0, -50.0, -29.0, -31.0, -45.0]
    for i in range(300):
        voice.step(-30.0, hz=90.0, quick_db=quick[i % 6])
    places = [voice.step(-30.0, hz=90.0, quick_db=quick[i % 6])[LEVEL] for i in range(60)]
    assert max(places) - min(places) < 1 / 44  # of a dB


def test_an_onset_is_a_short_pulse():
    voice = Voice()
    voice.silence(50)
    pulses = [voice.step(-25.0)[ONSET] for _ in range(50)]
    assert sum(pulses) == 2  # frames
    assert max(pulses[:2]) == 1
    voice.step(-40.0, frames=20)
    assert max(voice.step(-25.0)[ONSET] for _ in range(3)) == 1


def test_a_swell_is_no_onset():
    voice = Voice()
    voice.step(-50.0, frames=100)
    assert max(voice.step(-50.0 + 0.1 * i)[ONSET] for i in range(300)) == 0


@pytest.mark.parametrize(("aperiodicity", "place"), [(0.02, 0), (0.3, 0.5), (0.7, 1)])
def test_noise_goes_from_a_tone_to_breath(aperiodicity, place):
    voice = Voice()
    assert voice.step(-30.0, aperiodicity=aperiodicity, frames=100)[NOISE] == pytest.approx(place, abs=0.01)
    assert voice.silence(100)[NOISE] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(("octaves", "place"), [(-0.75, 0.25), (0, 0.5), (0.75, 0.75), (2.5, 1)])
def test_brightness_is_beside_its_slow_mean(octaves, place):
    voice = Voice()
    voice.step(-30.0, frames=2500)
    assert voice.step(-30.0, bright_hz=800 * 2**octaves, frames=20)[BRIGHTNESS] == pytest.approx(
        place, abs=0.03
    )
    assert voice.silence(200)[BRIGHTNESS] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("semitones", [-0.5, 0.3, 0.9])
def test_pitch_bends_about_where_it_has_been(semitones):
    voice = Voice()
    voice.step(-30.0, frames=300)
    bent = voice.step(-30.0, hz=220 * 2 ** (semitones / 12), frames=3)
    assert bent[PITCH] == pytest.approx(0.5 + semitones / 2, abs=0.03)
    later = voice.step(-30.0, hz=220 * 2 ** (semitones / 12), frames=700)
    assert later[PITCH] == pytest.approx(0.5, abs=0.03)


def test_another_note_is_no_bend():
    voice = Voice()
    voice.step(-30.0, frames=300)
    assert voice.step(-30.0, hz=330.0)[PITCH] == pytest.approx(0.5, abs=0.01)


def test_vibrato_comes_through():
    voice = Voice()
    places = []
    for i in range(1000):
        cents = 50 * math.sin(2 * math.pi * 6 * i * SECONDS)
        places.append(voice.step(-30.0, hz=220 * 2 ** (cents / 1200))[PITCH])
    assert max(places[500:]) == pytest.approx(0.75, abs=0.01)
    assert min(places[500:]) == pytest.approx(0.25, abs=0.01)


def test_nonsense_leaves_it_between_0_and_1():
    voice = Voice()
    for db, hz in ((20.0, 1e-30), (-500.0, 1e9), (300.0, 30.0)):
        assert all(0 <= place <= 1 for place in voice.step(db, hz=hz, bright_hz=hz, frames=5))
