"""What a song's channels hold: notes, General MIDI's drums, MPE zones."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from .files import Event
from .messages import mpe_zone
from .notes import note_name
from .zones import Zones

DRUMS = 9
"""General MIDI's channel 10, counted from 0: its keys are drums, not pitches."""


DRUMS_REMARK = "Channel 10, the drums of General MIDI, is left out"


def channels_with_notes(events: Iterable[Event]) -> list[int]:
    """Return the channels, 0 to 15, on which at least one note begins."""
    return sorted({raw[0] & 15 for _, raw in events if raw[0] & 0xF0 == 0x90 and raw[2]})


def without_channels(events: Sequence[Event], muted: Collection[int]) -> list[Event]:
    """Return the events but for the channel messages of some channels."""
    return [event for event in events if event[1][0] >= 0xF0 or event[1][0] & 15 not in muted]


def zone_channels(events: Iterable[Event], members: int = 0) -> set[int]:
    """Return the channels, masters included, that are in an MPE zone at any time.

    members: of a lower zone that is there from the start.
    """
    zones, found = Zones(), set()
    for raw in [*mpe_zone(members), *(raw for _, raw in events if raw[0] & 0xF0 == 0xB0)]:
        if zones.receive(raw):
            masters = [master for master, size in ((0, zones.lower), (15, zones.upper)) if size]
            found |= {*masters, *zones.members}
    return found


def drums(events: Sequence[Event], members: int = 0) -> set[int]:
    """Return the channels that hold drums: channel 10, unless it is in an MPE zone as of `zone_channels`."""
    return {DRUMS} - zone_channels(events, members)


def range_remark(events: Iterable[Event], patches: Mapping[int, object]) -> str:
    """Return one sentence on notes more than half a semitone outside the range that their patch was recorded in.

    patches: `Patch` of channels. Returns an empty string if there is no such note.
    """
    outside: Counter = Counter()
    for _, raw in events:
        if raw[0] & 0xF0 == 0x90 and raw[2] and (patch := patches.get(raw[0] & 15)) is not None:
            outside[raw[0] & 15] += not patch.pitch_low - 0.5 <= raw[1] <= patch.pitch_high + 0.5
    parts = []
    for channel, patch in sorted(patches.items()):
        if outside[channel]:
            recorded = f"{note_name(patch.pitch_low)} to {note_name(patch.pitch_high)}"
            parts.append(f"{outside[channel]} on channel {channel + 1} ({patch.name}: {recorded})")
    said = f"Notes outside the range that their patch was recorded in are a guess: {', '.join(parts)}."
    return said if parts else ""
