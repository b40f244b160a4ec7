"""The gate: level and periodicity, each with a hysteresis."""

import pytest
import units

ffi, lib = units.load("input/voicing_gate.h")

FRAME = 0.004
THRESHOLD = -55.0
PERIODIC, NOISY = 0.02, 0.9


@pytest.fixture
def gate():
    made = ffi.new("VoicingGate *")
    lib.voicing_gate_init(made)
    return made


def play(gate, loudness_db: float, aperiodicity: float, seconds: float = 0.1) -> list[int]:
    return [
        lib.voicing_gate_step(gate, loudness_db, aperiodicity, THRESHOLD, FRAME)
        for _ in range(int(seconds / FRAME))
    ]


def test_opens_for_what_is_loud_and_periodic(gate):
    assert all(play(gate, -30, PERIODIC))


@pytest.mark.parametrize("loudness_db, aperiodicity", [(-70, PERIODIC), (-30, NOISY), (-70, NOISY)])
def test_stays_shut_for_hum_breath_and_silence(gate, loudness_db, aperiodicity):
    assert not any(play(gate, loudness_db, aperiodicity))


def test_a_note_that_dies_away_is_held_a_little_below_the_threshold(gate):
    play(gate, -30, PERIODIC)
    assert all(play(gate, THRESHOLD - 3, PERIODIC))
    assert not any(play(gate, THRESHOLD - 7, PERIODIC))
    assert not any(play(gate, THRESHOLD - 3, PERIODIC))


def test_a_rough_tone_is_held_but_does_not_open(gate):
    assert not any(play(gate, -30, 0.3))
    play(gate, -30, PERIODIC)
    assert all(play(gate, -30, 0.3))


def test_one_frame_without_a_pitch_is_forgiven_and_more_are_not(gate):
    play(gate, -30, PERIODIC)
    assert all(play(gate, -30, NOISY, FRAME))
    assert play(gate, -30, NOISY, 0.05)[-1] == 0


def test_breath_is_heard_without_a_pitch(gate):
    play(gate, -40, NOISY)
    assert gate.heard
    assert not gate.open


def test_the_rooms_noise_is_learned_and_forgotten(gate):
    play(gate, -45, NOISY, 20)
    assert not gate.heard
    assert not any(play(gate, -40, PERIODIC))
    play(gate, -75, NOISY, 1)
    assert all(play(gate, -40, PERIODIC))


def test_a_long_note_is_not_learned_as_noise(gate):
    assert all(play(gate, -30, PERIODIC, 60))
