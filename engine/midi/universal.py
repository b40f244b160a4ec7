"""System exclusive messages that concern the whole synthesizer: resets, master volume and master tuning.

Universal messages of the MIDI 1.0 Detailed Specification and of RP-024 (General MIDI 2); for resets Roland's GS and
Yamaha's XG as well, since files written for these begin with them.
"""

from typing import NamedTuple

from ..tuning.mts import is_tuning

RESET, VOLUME, FINE_TUNING, COARSE_TUNING = 1, 2, 3, 4  # the kernel's MASTER_...
DEVICE_CONTROL = {1: VOLUME, 3: FINE_TUNING, 4: COARSE_TUNING}
SYSEX, END = 0xF0, 0xF7
MIDDLE, WHOLE = 64 << 7, (1 << 14) - 1


class Master(NamedTuple):
    """A change that concerns all channels."""

    kind: int
    """`RESET`, `VOLUME`, `FINE_TUNING` or `COARSE_TUNING`."""
    value: float = 0.0
    """Of a volume its gain, 0 to 1; of tunings semitones."""


def decode_master(message: bytes) -> Master | None:
    """Return what a system exclusive message, F0 … F7, changes of the whole synthesizer; None if nothing.

    Every device id is listened to.
    """
    if len(message) < 6 or message[0] != SYSEX or message[-1] != END or max(message[1:-1]) > 127:
        return None
    if _is_reset(message):
        return Master(RESET)
    if len(message) != 8 or message[1] != 0x7F or message[3] != 4 or message[4] not in DEVICE_CONTROL:
        return None
    kind, low, high = DEVICE_CONTROL[message[4]], message[5], message[6]
    if kind == VOLUME:
        # General MIDI's curve, 40 log10, as of controllers 7 and 11.
        return Master(kind, ((high << 7 | low) / WHOLE) ** 2)
    if kind == FINE_TUNING:
        return Master(kind, ((high << 7 | low) - MIDDLE) / MIDDLE)
    return Master(kind, float(high - 64))


def _is_reset(message: bytes) -> bool:
    """Whether it is General MIDI's system on (1 or 2) or off, a GS reset or XG's system on."""
    return (
        (message[1] == 0x7E and message[3:-1] in (b"\x09\x01", b"\x09\x02", b"\x09\x03"))
        or (message[1] == 0x41 and message[3:-1] == bytes.fromhex("42 12 40 00 7F 00 41"))
        or (
            message[1] == 0x43
            and message[2] & 0xF0 == 0x10
            and message[3:-1] == bytes.fromhex("4C 00 00 7E 00")
        )
    )


def is_answered(message: bytes) -> bool:
    """Whether a system exclusive message changes anything."""
    return is_tuning(message) or decode_master(message) is not None
