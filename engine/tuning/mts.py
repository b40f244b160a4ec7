"""The MIDI Tuning Standard: how the keys are tuned, changed by messages while they sound.

MMA, "MIDI Tuning (updated specification)": with CA-020 (banks, CA-021 scale/octave tuning) and RP-020.
"""

from dataclasses import dataclass, field

import numpy as np

from ..errors import DdspLiveError

KEYS, CHANNELS, OCTAVE = 128, 16, 12
SYSEX, END = 0xF0, 0xF7
REALTIME, NON_REALTIME, TUNING = 0x7F, 0x7E, 0x08
SINGLE_NOTE, SINGLE_NOTE_BANK, OCTAVE_1_BYTE, OCTAVE_2_BYTE = 0x02, 0x07, 0x08, 0x09
# Bulk dumps: of all keys, the same with a bank, and of an octave in one or two bytes.
KEYS_DUMP, KEYS_DUMP_BANK, OCTAVE_DUMP_1_BYTE, OCTAVE_DUMP_2_BYTE = 0x01, 0x04, 0x05, 0x06
NAME_BYTES = 16
ALL_CHANNELS = b"\x03\x7f\x7f"
UNCHANGED = (0x7F, 0x7F, 0x7F)


class TuningError(DdspLiveError):
    """A tuning message that breaks the standard; nothing of it is applied."""


@dataclass(frozen=True)
class Tuning:
    """What each key sounds, as values that are never changed in place."""

    keys: np.ndarray = field(default_factory=lambda: np.arange(float(KEYS)))
    """Fractional MIDI notes [128], of all channels; NaN where a key is mute."""
    octave_cents: np.ndarray = field(default_factory=lambda: np.zeros((CHANNELS, OCTAVE)))
    """Added on each channel to C, C sharp … B of every octave [16, 12]."""
    name: str = ""
    """What it was made from, where that has a name."""

    def pitch(self, key: int, channel: int = 0) -> float:
        """The fractional MIDI note that a key sounds on a channel."""
        return float(self.keys[key] + self.octave_cents[channel, key % OCTAVE] / 100)

    def pitches(self) -> np.ndarray:
        """All of them, float64 [16, 128]: none below 0, which the kernel takes for mute."""
        return np.maximum(0.0, self.keys + self.octave_cents[:, np.arange(KEYS) % OCTAVE] / 100)


@dataclass(frozen=True)
class KeyChange:
    """Keys that are tuned one by one, each to a fractional MIDI note."""

    keys: dict[int, float]
    realtime: bool  # also for notes that sound; otherwise from the next ones on
    program: int = 0
    bank: int = 0

    def apply(self, tuning: Tuning) -> Tuning:
        """The tuning after the change."""
        keys = tuning.keys.copy()
        keys[list(self.keys)] = list(self.keys.values())
        return Tuning(keys, tuning.octave_cents)


@dataclass(frozen=True)
class OctaveChange:
    """Twelve offsets in cents for all octaves of some channels."""

    channels: tuple[int, ...]  # 0 to 15
    cents: tuple[float, ...]  # of C, C sharp … B
    realtime: bool

    def apply(self, tuning: Tuning) -> Tuning:
        """The tuning after the change."""
        octave_cents = tuning.octave_cents.copy()
        octave_cents[list(self.channels)] = self.cents
        return Tuning(tuning.keys, octave_cents)


def is_tuning(message: bytes) -> bool:
    """Whether a system exclusive message, F0 … F7, is about tuning."""
    about = len(message) >= 6 and message[0] == SYSEX and message[-1] == END
    return about and message[1] in (REALTIME, NON_REALTIME) and message[3] == TUNING


def decode(message: bytes) -> KeyChange | OctaveChange | None:
    """What a system exclusive message, F0 … F7, changes in the tuning; None where it is about something else.

    Every device id is listened to, and every tuning program and bank. Raises TuningError.
    """
    if not is_tuning(message):
        return None
    kind, form = message[1], message[4]
    realtime, data = kind == REALTIME, message[5:-1]
    if form == SINGLE_NOTE and realtime:
        return _key_change(b"\0" + data, realtime)
    if form == SINGLE_NOTE_BANK:
        return _key_change(data, realtime)
    if form in (OCTAVE_1_BYTE, OCTAVE_2_BYTE):
        return _octave_change(data, form, realtime)
    if form in (KEYS_DUMP, KEYS_DUMP_BANK) and not realtime:
        return _keys_dump(data if form == KEYS_DUMP_BANK else b"\0" + data)
    if form in (OCTAVE_DUMP_1_BYTE, OCTAVE_DUMP_2_BYTE) and not realtime:
        one_byte = form == OCTAVE_DUMP_1_BYTE
        # Bank, program and name come first, a checksum last.
        return _octave_change(
            ALL_CHANNELS + data[2 + NAME_BYTES : -1], OCTAVE_1_BYTE if one_byte else OCTAVE_2_BYTE, realtime
        )
    return None


def _keys_dump(data: bytes) -> KeyChange:
    """Of all keys. The checksum is not looked at: writers reckon it in different ways."""
    bank, program = data[:2] if len(data) > 2 else (0, 0)
    entries = data[2 + NAME_BYTES :]
    if len(entries) != 3 * KEYS + 1:
        raise TuningError(f"A tuning dump must have {3 * KEYS} bytes of pitches, but has {len(entries) - 1}.")
    rows = b"".join(bytes([key]) + entries[3 * key : 3 * key + 3] for key in range(KEYS))
    return _keys(rows, False, program, bank)


def _key_change(data: bytes, realtime: bool) -> KeyChange:
    _check(data)
    if len(data) < 3 or len(data) != 3 + 4 * data[2]:
        raise TuningError(
            f"A note tuning message must have 4 bytes for each note, but has {len(data)} in all."
        )
    bank, program = data[:2]
    return _keys(data[3:], realtime, program, bank)


def _keys(rows: bytes, realtime: bool, program: int, bank: int) -> KeyChange:
    """The change of keys that stand four bytes each: key, semitone, and a 14-bit part of one."""
    _check(rows)
    keys = {}
    for i in range(0, len(rows), 4):
        key, semitone, high, low = rows[i : i + 4]
        if (semitone, high, low) != UNCHANGED:
            keys[key] = semitone + (high << 7 | low) / 16384
    return KeyChange(keys, realtime, program, bank)


def _octave_change(data: bytes, form: int, realtime: bool) -> OctaveChange:
    _check(data)
    size = 1 if form == OCTAVE_1_BYTE else 2
    if len(data) != 3 + OCTAVE * size:
        raise TuningError(
            f"An octave tuning message must have {3 + OCTAVE * size} bytes, but has {len(data)}."
        )
    mask = (data[0] & 3) << 14 | data[1] << 7 | data[2]
    channels = tuple(channel for channel in range(CHANNELS) if mask >> channel & 1)
    if size == 1:
        cents = tuple(float(value - 64) for value in data[3:])
    else:
        cents = tuple(
            ((high << 7 | low) - 8192) * 100 / 8192 for high, low in zip(data[3::2], data[4::2], strict=True)
        )
    return OctaveChange(channels, cents, realtime)


def _check(data: bytes) -> None:
    if any(byte > 127 for byte in data):
        raise TuningError("A tuning message holds a byte above 127: it was damaged on its way.")
