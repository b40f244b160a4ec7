"""What a player is holding, so that it can be let go for them when their keyboard is unplugged."""

from .messages import channel_pressure, control_change, note_off, pitch_bend

PEDALS = (64, 66, 69)
MODULATION = 1
ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123
FOLLOWED = (*PEDALS, MODULATION, *range(ALL_SOUND_OFF, 128))
"""Controllers that hold something, or let it go."""


class Held:
    """Keys, pedals, bends and pressure of one source of messages.

    keys: (channel, key) of those that are down, the longest first.
    """

    def __init__(self) -> None:
        self.keys: dict[tuple[int, int], None] = {}
        self._undo: dict[tuple[int, ...], bytes] = {}

    def receive(self, message: bytes) -> None:
        """Follow one whole message."""
        kind, channel = message[0] & 0xF0, message[0] & 15
        if kind == 0x90 and message[2]:
            self.keys[channel, message[1]] = None
        elif kind in (0x80, 0x90):
            self.keys.pop((channel, message[1]), None)
        elif kind == 0xB0:
            self._receive_controller(channel, message[1], message[2])
        elif kind == 0xD0:
            self._follow((kind, channel), message[1] > 0, channel_pressure(0, channel))
        elif kind == 0xE0:
            self._follow((kind, channel), message[1:] != b"\0\x40", pitch_bend(0, channel))
        elif message[0] == 0xFF:
            self.keys.clear()
            self._undo.clear()

    def let_go(self) -> list[bytes]:
        """The messages that let go of all that is held, keys first. Nothing is held afterwards."""
        messages = [note_off(key, channel=channel) for channel, key in self.keys]
        messages += self._undo.values()
        self.keys.clear()
        self._undo.clear()
        return messages

    def _receive_controller(self, channel: int, number: int, value: int) -> None:
        if number in PEDALS:
            self._follow((0xB0, channel, number), value >= 64, control_change(number, 0, channel))
        elif number == MODULATION:
            self._follow((0xB0, channel, number), value > 0, control_change(number, 0, channel))
        elif number == RESET_CONTROLLERS:
            self._forget(channel, (0xB0, 0xD0, 0xE0))
        elif number == ALL_SOUND_OFF or number >= ALL_NOTES_OFF:
            self.keys = {key: None for key in self.keys if key[0] != channel}

    def _follow(self, key: tuple[int, ...], held: bool, undo: bytes) -> None:
        if held:
            self._undo[key] = undo
        else:
            self._undo.pop(key, None)

    def _forget(self, channel: int, kinds: tuple[int, ...]) -> None:
        for key in [key for key in self._undo if key[0] in kinds and key[1] == channel]:
            del self._undo[key]
