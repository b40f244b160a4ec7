"""What each voice does, as others read it: whole readings of voices that sound, and no torn ones."""

import threading

import pytest
import units

ffi, lib = units.load("synth/readout.h")
VOICES = 4


@pytest.fixture
def readout():
    return ffi.new("Readout *")


def write(readout, voice, number, gain=1.0):
    reading = ffi.new(
        "VoiceReading *",
        {
            "voice": voice,
            "channel": 0,
            "note": number % 128,
            "onset": number,
            "pitch": number,
            "loudness_db": -20,
        },
    )
    lib.readout_write(readout, reading, gain)


def read(readout, voices=VOICES):
    out = ffi.new("VoiceReading[]", voices)
    return [out[i] for i in range(lib.readout_read(readout, voices, out))]


def test_only_voices_that_sound_are_read(readout):
    assert read(readout) == []
    write(readout, 1, 60)
    write(readout, 3, 64)
    assert [(v.voice, v.note, v.pitch) for v in read(readout)] == [(1, 60, 60.0), (3, 64, 64.0)]
    lib.readout_silent(readout, 1)
    assert [v.voice for v in read(readout)] == [3]


@pytest.mark.parametrize("gain, db", [(1.0, -20), (0.1, -40), (0.0, -140)])
def test_gain_is_part_of_the_loudness(readout, gain, db):
    write(readout, 0, 60, gain)
    assert read(readout)[0].loudness_db == pytest.approx(db)


def test_a_reading_that_is_being_written_is_left_out(readout):
    write(readout, 0, 60)
    readout.voice[0].turn += 1  # odd: the writer is at work
    assert read(readout) == []


def test_no_reading_is_torn(readout):
    most, seen = 30000, 0

    def play():
        for number in range(1, most):
            write(readout, 0, number)

    writer = threading.Thread(target=play)
    writer.start()
    while writer.is_alive():
        for voice in read(readout, 1):
            seen += 1
            assert voice.onset == voice.pitch and voice.note == voice.onset % 128
    writer.join()
    assert seen and read(readout)[0].onset == most - 1
