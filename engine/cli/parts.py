"""`--patch [CHANNEL=]PATCH` of `render`: which channel of a song is played by which patch, and which by none."""

from typing import NamedTuple

from ..midi.channels import (
    DRUMS,
    DRUMS_REMARK,
    channels_with_notes,
    range_remark,
    without_channels,
    zone_channels,
)
from .options import DEFAULT_PATCH

NONE = "none"


class Parts(NamedTuple):
    """A song's channels as they are to be played."""

    patches: dict[int, object]
    """Patch of each channel that has notes and is not muted."""
    events: list
    """The song's, without those of muted channels."""
    muted: set[int]
    together: bool
    """Whether channels with the same patch are one part, as the members of an MPE zone are."""
    remarks: list[str]
    """Sentences on what is left out or sounds as a guess."""


def assign(wanted: list[str], events: list, mpe: int) -> Parts:
    """Find the patch of each channel. Raises ValueError for a channel that there is not, PatchError."""
    from ..patch import load_patch

    named, rest = _named(wanted)
    zones = zone_channels(events, mpe)
    names = {channel: named.get(channel, rest) for channel in range(16)}
    remarks = []
    sounding = channels_with_notes(events)
    if DRUMS not in named and DRUMS not in zones and names[DRUMS].lower() != NONE:
        names[DRUMS] = NONE
        if DRUMS in sounding:
            remarks.append(f"{DRUMS_REMARK}: --patch {DRUMS + 1}=NAME plays it.")
    muted = {channel for channel, name in names.items() if name.lower() == NONE}
    played = [channel for channel in sorted({*sounding, *zones}) if channel not in muted]
    named = {channel: name for channel, name in named.items() if name.lower() != NONE}
    remarks += [
        f"Channel {channel + 1} has no notes: --patch {channel + 1}={name} changes nothing."
        for channel, name in sorted(named.items())
        if channel not in played
    ]
    loaded = {name: load_patch(name) for name in {*named.values(), *(names[channel] for channel in played)}}
    patches = {channel: loaded[names[channel]] for channel in played}
    events = without_channels(events, muted)
    remarks.append(range_remark(events, patches))
    if not patches:  # nothing sounds, but something has to be silent
        patches = {0: load_patch(rest if rest.lower() != NONE else DEFAULT_PATCH)}
    return Parts(patches, events, muted, bool(zones), [remark for remark in remarks if remark])


def _named(wanted: list[str]) -> tuple[dict[int, str], str]:
    """The names of patches by channel, and that of all other channels."""
    named, rest = {}, DEFAULT_PATCH
    for text in wanted:
        channel, equals, name = text.partition("=")
        if not (equals and channel.isdigit()):
            rest = text
        elif 1 <= int(channel) <= 16:
            named[int(channel) - 1] = name
        else:
            raise ValueError(f"There is no MIDI channel {channel}: say 1 to 16 in --patch {text}.")
    return named, rest
