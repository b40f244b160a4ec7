"""What a song's channels hold: notes, General MIDI's drums, MPE zones."""

from collections.abc import Collection, Iterable, Sequence

from ..live.zones import Zones
from .files import Event
from .messages import mpe_zone

DRUMS = 9
"""General MIDI's channel 10, counted from 0: its keys are drums, not pitches."""


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
        if zones.hear(raw):
            masters = [master for master, size in ((0, zones.lower), (15, zones.upper)) if size]
            found |= {*masters, *zones.members()}
    return found


def notes_outside(events: Iterable[Event], ranges: dict[int, tuple[float, float]]) -> dict[int, int]:
    """Return how many notes of each channel no recording was near: more than half a semitone beyond its range.

    ranges: of channels, the lowest and the highest MIDI note of their patch's recordings.
    """
    found: dict[int, int] = {}
    for _, raw in events:
        if raw[0] & 0xF0 == 0x90 and raw[2] and (channel := raw[0] & 15) in ranges:
            low, high = ranges[channel]
            if not low - 0.5 <= raw[1] <= high + 0.5:
                found[channel] = found.get(channel, 0) + 1
    return found


def range_remark(outside: dict[int, int], patches: dict[int, object]) -> str:
    """Return one sentence on the notes that `notes_outside` found; empty if there are none."""
    from .notes import note_name

    if not outside:
        return ""
    parts = [
        f"{count} on channel {channel + 1} ({patches[channel].name}: {note_name(patches[channel].pitch_low)} to "
        f"{note_name(patches[channel].pitch_high)})"
        for channel, count in sorted(outside.items())
    ]
    return f"Notes outside the range that their patch was recorded in are a guess: {', '.join(parts)}."
