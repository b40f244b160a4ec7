"""Who sounds: keys, pedals and modes, told to a player that writes down what it hears.

A script is a list of actions: `on 60`, `on 60@1` (channel 1), `off 60`, `pedal`, `unpedal`, `sostenuto`,
`unsostenuto`, `slur`, `unslur` (CC68), `lead 60 64` (CC84 and a key), `123`, `120`, `mono`, `poly` (CC126 and CC127),
`level 1 -40` (voice 1 is at -40 dB), `dies 1` (voice 1 has died away). What is told is written `start VOICE NOTE`,
`move VOICE NOTE`, `release VOICE`, `stop VOICE`.
"""

import pytest
import units

ffi, lib = units.load("midi/voice_allocator.h")

MODES = {"poly": 0, "mono": 1, "legato": 2}

BEHAVIOURS = {
    "a key starts a note and letting it go releases it": ("poly", "on 60, off 60", "start 0 60, release 0"),
    "each key of a chord takes a voice": (
        "poly",
        "on 60, on 64, on 67",
        "start 0 60, start 1 64, start 2 67",
    ),
    "a key that was never pressed does nothing": ("poly", "off 60, on 60, off 61", "start 0 60"),
    "a key is let go on its own channel only": ("poly", "on 60, off 60@1", "start 0 60"),
    "one key on two channels is two notes": (
        "poly",
        "on 60, on 60@1, off 60@1",
        "start 0 60, start 1 60@1, release 1",
    ),
    "a voice that died away is free": (
        "poly",
        "on 60, off 60, dies 0, on 62",
        "start 0 60, release 0, start 0 62",
    ),
    "a released voice sounds on while others are free": (
        "poly",
        "on 60, off 60, on 62",
        "start 0 60, release 0, start 1 62",
    ),
    "a held voice does not die away": ("poly", "on 60, dies 0, on 62", "start 0 60, start 1 62"),
    "the same key again releases the note before": (
        "poly",
        "on 60, on 60, off 60",
        "start 0 60, release 0, start 1 60, release 1",
    ),
    # Sustain pedal.
    "the pedal holds what is let go": ("poly", "pedal, on 60, off 60", "start 0 60"),
    "the pedal's end releases what it holds": (
        "poly",
        "pedal, on 60, off 60, unpedal",
        "start 0 60, release 0",
    ),
    "the pedal's end leaves pressed keys alone": ("poly", "pedal, on 60, unpedal", "start 0 60"),
    "a pedal holds its own channel only": ("poly", "pedal @1, on 60, off 60", "start 0 60, release 0"),
    "a pedal pressed after the release does not bring it back": (
        "poly",
        "on 60, off 60, pedal, unpedal",
        "start 0 60, release 0",
    ),
    "a repeated key under the pedal takes the place of its old note": (
        "poly",
        "pedal, on 60, off 60, on 60, off 60, on 60, off 60, unpedal",
        "start 0 60, release 0, start 1 60, release 1, start 2 60, release 2",
    ),
    "a key pressed again stays when the pedal ends": (
        "poly",
        "pedal, on 60, off 60, on 60, unpedal",
        "start 0 60, release 0, start 1 60",
    ),
    # Sostenuto.
    "sostenuto holds the keys that are down": (
        "poly",
        "on 60, sostenuto, off 60, unsostenuto",
        "start 0 60, release 0",
    ),
    "sostenuto does not hold keys that come later": (
        "poly",
        "on 60, sostenuto, on 64, off 64, off 60",
        "start 0 60, start 1 64, release 1",
    ),
    "sostenuto pressed after the release does not bring a note back": (
        "poly",
        "on 60, off 60, sostenuto, unsostenuto",
        "start 0 60, release 0",
    ),
    "what both pedals hold waits for both": (
        "poly",
        "on 60, sostenuto, pedal, off 60, unsostenuto, unpedal",
        "start 0 60, release 0",
    ),
    "the sustain pedal's end leaves what sostenuto caught": (
        "poly",
        "on 60, sostenuto, on 64, pedal, off 60, off 64, unpedal, unsostenuto",
        "start 0 60, start 1 64, release 1, release 0",
    ),
    "sostenuto holds its own channel only": (
        "poly",
        "on 60, on 62@1, sostenuto, off 62@1, off 60",
        "start 0 60, start 1 62@1, release 1",
    ),
    "a sostenuto pedal that moves while it is down catches no more": (
        "poly",
        "on 60, sostenuto, on 64, sostenuto, off 60, off 64, unsostenuto",
        "start 0 60, start 1 64, release 1, release 0",
    ),
    "a sostenuto pedal catches anew each time": (
        "poly",
        "on 60, sostenuto, unsostenuto, on 64, sostenuto, off 60, off 64, unsostenuto",
        "start 0 60, start 1 64, release 0, release 1",
    ),
    "a key that was caught and is pressed again gives way to the new note": (
        "poly",
        "on 60, sostenuto, off 60, on 60, off 60",
        "start 0 60, release 0, start 1 60, release 1",
    ),
    "CC120 stops what sostenuto holds": ("poly", "on 60, sostenuto, off 60, 120", "start 0 60, stop 0"),
    "CC123 under sostenuto waits for the pedal": (
        "poly",
        "on 60, sostenuto, 123, unsostenuto",
        "start 0 60, release 0",
    ),
    # CC68.
    "a slurred key takes over the voice": (
        "poly",
        "slur, on 60, on 64, off 60, off 64",
        "start 0 60, move 0 64, release 0",
    ),
    "a slur goes back to the key that is still down": (
        "poly",
        "slur, on 60, on 64, off 64, off 60",
        "start 0 60, move 0 64, move 0 60, release 0",
    ),
    "a slur takes the newest voice of a chord and leaves the others": (
        "poly",
        "on 60, on 64, slur, on 67, off 64, off 67, off 60",
        "start 0 60, start 1 64, move 1 67, release 1, release 0",
    ),
    "a slur's pedal holds notes but does not slur them": (
        "poly",
        "slur, pedal, on 60, off 60, on 64",
        "start 0 60, start 1 64",
    ),
    # CC84 before a note.
    "a key that sounds is led to the next one": (
        "poly",
        "on 60, lead 60 64, off 60, off 64",
        "start 0 60, move 0 64, release 0",
    ),
    "of a chord only the named note is led": (
        "poly",
        "on 60, on 64, lead 60 67, off 64, off 67",
        "start 0 60, start 1 64, move 0 67, release 1, release 0",
    ),
    "a key under the pedal can be led": (
        "poly",
        "pedal, on 60, off 60, lead 60 64, unpedal, off 64",
        "start 0 60, move 0 64, release 0",
    ),
    "a released key is not led": ("poly", "on 60, off 60, lead 60 64", "start 0 60, release 0"),
    "a key of another channel is not led": ("poly", "on 60@1, lead 60 64", "start 0 60@1"),
    "a slur begins with a start": (
        "poly",
        "slur, on 60, off 60, on 64",
        "start 0 60, release 0, start 1 64",
    ),
    "a slur leaves other channels alone": ("poly", "slur, on 60, on 64@1", "start 0 60, start 1 64@1"),
    "the end of a slur gives each key its voice": (
        "poly",
        "slur, on 60, unslur, on 64",
        "start 0 60, start 1 64",
    ),
    # Stealing, with three voices.
    "the quietest released voice is stolen first": (
        "poly",
        "on 60, on 62, on 64, off 60, off 62, level 0 -20, level 1 -40, level 2 -90, on 65",
        "start 0 60, start 1 62, start 2 64, release 0, release 1, start 1 65",
    ),
    "a loud released voice is stolen before a quiet one under the pedal": (
        "poly",
        "pedal, on 60, on 62@1, on 64, off 60, off 62@1, level 0 -90, level 1 -1, on 65",
        "start 0 60, start 1 62@1, start 2 64, release 1, start 1 65",
    ),
    "then the quietest under the pedal": (
        "poly",
        "pedal, on 60, on 62, on 64, off 62, off 64, level 0 -90, level 1 -30, level 2 -50, on 65",
        "start 0 60, start 1 62, start 2 64, start 2 65",
    ),
    "then the oldest pressed key, however loud": (
        "poly",
        "on 60, on 62, on 64, level 0 -1, level 2 -60, on 65, on 66",
        "start 0 60, start 1 62, start 2 64, start 0 65, start 1 66",
    ),
    "age counts from the start, not from the voice's number": (
        "poly",
        "on 60, on 62, on 64, off 60, dies 0, on 65, on 66",
        "start 0 60, start 1 62, start 2 64, release 0, start 0 65, start 1 66",
    ),
    "letting go of a stolen key does nothing": (
        "poly",
        "on 60, on 62, on 64, on 65, off 60, off 65",
        "start 0 60, start 1 62, start 2 64, start 0 65, release 0",
    ),
    "a stolen key can be pressed again": (
        "poly",
        "on 60, on 62, on 64, on 65, off 60, on 60",
        "start 0 60, start 1 62, start 2 64, start 0 65, start 1 60",
    ),
    "the pedal's end does not release a voice that was stolen from it": (
        "poly",
        "pedal, on 60, on 62, on 64, off 60, on 65, unpedal",
        "start 0 60, start 1 62, start 2 64, start 0 65",
    ),
    # Channel mode messages.
    "CC123 lets every key go": (
        "poly",
        "on 60, on 62, 123",
        "start 0 60, start 1 62, release 0, release 1",
    ),
    "CC123 leaves other channels alone": (
        "poly",
        "on 60, on 62@1, 123 @1",
        "start 0 60, start 1 62@1, release 1",
    ),
    "CC123 under the pedal waits for its end": (
        "poly",
        "pedal, on 60, 123, unpedal",
        "start 0 60, release 0",
    ),
    "CC120 stops all at once, pedal or not": (
        "poly",
        "pedal, on 60, off 60, on 62, 120, unpedal, off 62",
        "start 0 60, start 1 62, stop 0, stop 1",
    ),
    "CC120 stops a release": ("poly", "on 60, off 60, 120", "start 0 60, release 0, stop 0"),
    "CC120 leaves other channels alone": (
        "poly",
        "on 60, on 62@1, 120",
        "start 0 60, start 1 62@1, stop 0",
    ),
    "after CC120 voices are free": ("poly", "on 60, 120, on 64", "start 0 60, stop 0, start 0 64"),
    # Mono.
    "mono starts each key on the one voice": ("mono", "on 60, on 64", "start 0 60, start 0 64"),
    "mono goes back to the key that is still down": (
        "mono",
        "on 60, on 64, off 64, off 60",
        "start 0 60, start 0 64, start 0 60, release 0",
    ),
    "mono goes back key by key, the latest first": (
        "mono",
        "on 60, on 62, on 64, off 64, off 62",
        "start 0 60, start 0 62, start 0 64, start 0 62, start 0 60",
    ),
    "mono ignores the release of a key that does not sound": (
        "mono",
        "on 60, on 62, on 64, off 60, off 64, off 62",
        "start 0 60, start 0 62, start 0 64, start 0 62, release 0",
    ),
    "a key that is repeated in mono is held once": (
        "mono",
        "on 60, on 60, off 60",
        "start 0 60, start 0 60, release 0",
    ),
    "the pedal holds in mono": (
        "mono",
        "pedal, on 60, off 60, on 64, off 64, unpedal",
        "start 0 60, start 0 64, release 0",
    ),
    "a key that is down comes before the pedal in mono": (
        "mono",
        "on 60, pedal, on 64, off 64, off 60, unpedal",
        "start 0 60, start 0 64, start 0 60, release 0",
    ),
    "mono goes back to a key on another channel": (
        "mono",
        "on 60, on 64@1, off 64@1",
        "start 0 60, start 0 64@1, start 0 60",
    ),
    "CC123 forgets the keys that are down in mono": (
        "mono",
        "on 60, on 64, 123, off 64, on 65, off 65",
        "start 0 60, start 0 64, release 0, start 0 65, release 0",
    ),
    # Legato.
    "legato moves while a key is down": (
        "legato",
        "on 60, on 64, off 64, off 60",
        "start 0 60, move 0 64, move 0 60, release 0",
    ),
    "legato starts anew after a release": (
        "legato",
        "on 60, off 60, on 64",
        "start 0 60, release 0, start 0 64",
    ),
    "legato moves what the pedal holds": ("legato", "pedal, on 60, off 60, on 64", "start 0 60, move 0 64"),
    "CC123 on one channel goes back to the key of another": (
        "mono",
        "on 60@1, on 64, 123, off 60@1",
        "start 0 60@1, start 0 64, start 0 60@1, release 0",
    ),
    "legato starts anew after CC120": ("legato", "on 60, 120, on 64", "start 0 60, stop 0, start 0 64"),
    # One voice a channel, as a guitar's strings have (mode 4).
    "a channel in mono has one voice beside those of others": (
        "poly",
        "mono @1, on 60, on 62@1, on 64, on 65@1, off 65@1, off 62@1",
        "start 0 60, start 1 62@1, start 2 64, start 1 65@1, start 1 62@1, release 1",
    ),
    "two channels in mono do not share": (
        "poly",
        "mono, mono @1, on 60, on 62@1, on 64, on 65@1",
        "start 0 60, start 1 62@1, start 0 64, start 1 65@1",
    ),
    "a channel in mono takes its own release's place": (
        "poly",
        "mono @1, on 62@1, off 62@1, on 64@1",
        "start 0 62@1, release 0, start 0 64@1",
    ),
    "a slur in a channel in mono moves": (
        "poly",
        "mono, slur, on 60, on 64, off 64",
        "start 0 60, move 0 64, move 0 60",
    ),
    "a channel in mono moves under its pedal with a slur": (
        "poly",
        "mono, slur, pedal, on 60, off 60, on 64",
        "start 0 60, move 0 64",
    ),
    "another mode for one channel leaves the others": (
        "poly",
        "on 60, on 62@1, mono @1",
        "start 0 60, start 1 62@1, release 1",
    ),
    "poly ends one channel's mono": (
        "poly",
        "mono, on 60, poly, on 62, on 64",
        "start 0 60, release 0, start 1 62, start 2 64",
    ),
    "where all channels share a voice, poly ends that for all": (
        "mono",
        "on 60, on 62@1, poly @1, on 64, on 65@1",
        "start 0 60, start 0 62@1, release 0, start 1 64, start 2 65@1",
    ),
    # Modes.
    "another mode lets go of all notes": (
        "poly",
        "on 60, on 62, mono",
        "start 0 60, start 1 62, release 0, release 1",
    ),
    "another mode lets go of what the pedal holds": (
        "poly",
        "pedal, on 60, off 60, mono",
        "start 0 60, release 0",
    ),
    "another mode forgets the keys that are down": (
        "mono",
        "on 60, poly, mono, on 64, off 64",
        "start 0 60, release 0, start 0 64, release 0",
    ),
    "keys pressed before another mode are let go without a sound": (
        "mono",
        "on 60, on 62, poly, off 60, off 62",
        "start 0 60, start 0 62, release 0",
    ),
}  # fmt: skip


class Recorder:
    """A Player that writes down what it is told; levels of voices in dB are 0 unless set."""

    def __init__(self, mode, count):
        self.told, self.velocities, self.levels, self.leads = [], [], {}, 0
        note = lambda channel, note: f"{note}@{channel}" if channel else str(note)  # noqa: E731
        tell = self.told.append

        def start(_self, voice, _time, channel, key, velocity):
            tell(f"start {voice} {note(channel, key)}")
            self.velocities.append(velocity)

        self._callbacks = (
            ffi.callback("void(void *, int, int64_t, int, int, int)", start),
            ffi.callback(
                "void(void *, int, int64_t, int, int, int, int)",
                lambda _, v, t, c, n, velocity, bound: tell(f"move {v} {note(c, n)}"),
            ),
            ffi.callback("int(void *, int, int64_t)", lambda _, voice, time: self.leads),
            ffi.callback("void(void *, int, int64_t)", lambda _, voice, time: tell(f"release {voice}")),
            ffi.callback("void(void *, int, int64_t)", lambda _, voice, time: tell(f"stop {voice}")),
            ffi.callback("float(void *, int, int64_t)", lambda _, voice, time: self.levels.get(voice, 0.0)),
        )
        self.voices = ffi.new("VoiceAllocator *")
        lib.voice_allocator_init(self.voices, (ffi.NULL, *self._callbacks), count, MODES[mode])

    def act(self, action, time):
        word, _, rest = action.partition(" ")
        rest, _, channel = rest.partition("@")
        channel = int(channel or 0)
        if word == "on":
            lib.voice_allocator_note_on(self.voices, time, channel, int(rest), 100)
        elif word == "off":
            lib.voice_allocator_note_off(self.voices, time, channel, int(rest))
        elif word in ("pedal", "unpedal"):
            lib.voice_allocator_sustain(self.voices, time, channel, word == "pedal")
        elif word in ("sostenuto", "unsostenuto"):
            lib.voice_allocator_sostenuto(self.voices, time, channel, word == "sostenuto")
        elif word in ("slur", "unslur"):
            lib.voice_allocator_legato(self.voices, channel, word == "slur")
        elif word == "123":
            lib.voice_allocator_all_notes_off(self.voices, time, channel)
        elif word == "120":
            lib.voice_allocator_all_sound_off(self.voices, time, channel)
        elif word in ("mono", "poly"):
            lib.voice_allocator_mono(self.voices, time, channel, word == "mono")
        elif word == "lead":
            came, _, goes = rest.partition(" ")
            self.led = lib.voice_allocator_lead(self.voices, time, channel, int(came), int(goes), 100)
        elif word == "level":
            voice, level = rest.split()
            self.levels[int(voice)] = float(level)
        else:
            assert word == "dies"
            lib.voice_allocator_finished(self.voices, int(rest))


def play(script, mode="poly", count=3):
    recorder = Recorder(mode, count)
    for time, action in enumerate(script.split(", ")):
        recorder.act(action, time)
    return recorder


@pytest.mark.parametrize(("mode", "script", "told"), BEHAVIOURS.values(), ids=BEHAVIOURS.keys())
def test_voices(mode, script, told):
    assert ", ".join(play(script, mode).told) == told


def test_sixty_four_keys_sound_on_sixty_four_voices():
    recorder = play(", ".join(f"on {note}" for note in range(30, 94)), count=64)
    assert recorder.told == [f"start {voice} {30 + voice}" for voice in range(64)]
    assert recorder.voices.steals == 0


def test_steals_are_counted():
    assert play(", ".join(f"on {note}" for note in range(30, 40)), count=4).voices.steals == 6


def test_mono_goes_back_with_the_velocity_of_that_key():
    recorder = Recorder("mono", 1)
    lib.voice_allocator_note_on(recorder.voices, 0, 0, 60, 33)
    lib.voice_allocator_note_on(recorder.voices, 1, 0, 64, 99)
    lib.voice_allocator_note_off(recorder.voices, 2, 0, 64)
    assert recorder.velocities == [33, 99, 33]


def test_mono_remembers_the_latest_thirty_two_keys():
    pressed = list(range(30, 70))
    recorder = play(", ".join([f"on {n}" for n in pressed] + [f"off {n}" for n in reversed(pressed)]), "mono")
    remembered = pressed[-32:]
    assert recorder.told == [
        *(f"start 0 {note}" for note in pressed),
        *(f"start 0 {note}" for note in reversed(remembered[:-1])),
        "release 0",
    ]


def test_a_key_that_is_repeated_does_not_push_others_out_of_memory():
    recorder = play(", ".join(["on 60", *["on 64"] * 40, "off 64"]), "mono")
    assert recorder.told[-1] == "start 0 60"
