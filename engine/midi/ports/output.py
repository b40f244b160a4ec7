"""Notes that were heard, sent to other instruments."""

from .backend import MidiPortError
from .rtmidi import CLIENT, first_with_ports, rtmidi_module, systems


def is_own(name: str, wanted: str | None) -> bool:
    """Whether the port of that name is this program's own output `wanted`: it is no keyboard to listen to."""
    return bool(wanted) and CLIENT in name and wanted.lower() in name.lower()


class MidiOutput:
    """A MIDI output port, by number or by a part of its name; where none has it, a virtual port of that name.

    Raises MidiPortError where there is no MIDI system.
    """

    def __init__(self, wanted: str):
        rtmidi = rtmidi_module()
        try:
            _, self._client = first_with_ports(rtmidi.MidiOut, systems(rtmidi))
            names = self._client.get_ports()
            found = next((i for i, name in enumerate(names) if wanted in (str(i), name)), None)
            if found is None and not wanted.isdigit():
                found = next((i for i, name in enumerate(names) if wanted.lower() in name.lower()), None)
            if found is None and wanted.isdigit():
                raise MidiPortError(f"There is no MIDI output number {wanted}: there are {len(names)}.")
            if found is None:
                self._client.open_virtual_port(wanted)
                self.name = wanted
            else:
                self._client.open_port(found)
                self.name = names[found]
        except (rtmidi.RtMidiError, NotImplementedError) as error:
            raise MidiPortError(
                f"The MIDI output {wanted!r} cannot be opened: {str(error).rstrip('.')}."
            ) from error

    def send(self, raw: bytes) -> None:
        self._client.send_message(list(raw))

    def close(self) -> None:
        self._client.close_port()
        self._client.delete()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
