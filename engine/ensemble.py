"""Sixteen MIDI channels, a patch each: synths that play together as one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .effects import NONE, find_rack
from .kernel.memory import zeroed
from .kernel.rack import RackProcessor
from .native._kernel import ffi, lib
from .options import SynthOptions
from .patch import Patch
from .synth import Synth

if TYPE_CHECKING:
    import mido

CHANNELS = range(16)


class Ensemble:
    """Several synths behind one queue of events; what `render_events` asks of a `Synth`, it answers too.

    Parameters
    ----------
    patches : mapping of int to Patch or str
        The patch of each MIDI channel, 0 to 15. A channel that is not there is silent.
    together : bool
        Whether channels with the same patch share a synth and its voices, as the members of an MPE zone must.
        Otherwise each channel has its own.
    options, changes
        As for `Synth`; `voices` of each synth.

    Attributes
    ----------
    stems : dict of str to numpy.ndarray
        What each part added to the last rendering, float32 [frames, 2], by its name.

    Raises
    ------
    ValueError
        For a channel out of range, or no patch at all.
    """

    def __init__(
        self,
        patches: Mapping[int, Patch | str],
        together: bool = False,
        options: SynthOptions | None = None,
        **changes: Any,
    ) -> None:
        if not patches or any(channel not in CHANNELS for channel in patches):
            raise ValueError("An ensemble needs a patch on at least one of the channels 1 to 16.")
        options = replace(options or SynthOptions(), **changes)
        rack, options = find_rack(options.rack), replace(options, rack=NONE)
        self.synths: dict[str, Synth] = {}
        self._of_channel: dict[int, Synth] = {}
        made: dict[object, Synth] = {}
        for channel in sorted(patches):
            patch = patches[channel]
            part = id(patch) if together else channel
            if part not in made:
                # Parts in unison must not have the same noise.
                synth = made[part] = Synth(patch, options, seed=options.seed + channel)
                synth.programs = []  # each channel has the patch that it was given
                self.synths[f"{channel + 1:02d}-{synth.patch.name}"] = synth
            self._of_channel[channel] = made[part]
        first = next(iter(self.synths.values()))
        self.sample_rate, self.delay_samples, self.map = first.sample_rate, first.delay_samples, first.map
        self.stems: dict[str, np.ndarray] = {}
        # Instruments are as loud together as one alone, on average; channels of one instrument add up.
        self._gain = np.float32(len({id(patch) for patch in patches.values()}) ** -0.5)
        self._limiter, self._limiter_at = zeroed(lib.offline_limiter_bytes())
        lib.offline_limiter_init(self._pointer(), self.sample_rate)
        self._rack = RackProcessor(rack, self.sample_rate)

    def _pointer(self) -> Any:
        return ffi.cast("void *", self._limiter_at)

    def send(self, message: "bytes | Sequence[int] | mido.Message", time: int | None = None) -> None:
        """As `Synth.send`: to the part of the message's channel, or to all where it has none."""
        raw = bytes(message)
        if raw[0] >= 0xF0:
            for each in self.synths.values():
                each.send(raw, time)
        elif (synth := self._of_channel.get(raw[0] & 0x0F)) is not None:
            synth.send(raw, time)

    def note_on(
        self,
        note: int | float | str,
        velocity: int = 100,
        channel: int = 0,
        time: int | None = None,
        attributes: Mapping[str, float] | None = None,
        seconds: float = 0.0,
    ) -> None:
        """As `Synth.note_on`."""
        if (synth := self._of_channel.get(channel)) is not None:
            synth.note_on(note, velocity, channel, time, attributes, seconds)

    def volume(self, note: float, velocity: int, channel: int) -> float:
        """As `Synth.volume`, of the channel's part; NaN where the channel is silent."""
        part = self._of_channel.get(channel)
        return np.nan if part is None else part.volume(note, velocity)

    def render(self, frames: int) -> np.ndarray:
        """The next `frames` samples of all parts together, float32 [frames, 2], full scale ±1."""
        self.stems = {name: synth.render(frames) * self._gain for name, synth in self.synths.items()}
        mix = self._rack.process(np.asarray(np.sum(list(self.stems.values()), axis=0, dtype=np.float32)))
        lib.offline_limiter(self._pointer(), ffi.from_buffer("float *", mix), len(mix))
        return mix

    def stolen_voices(self) -> int:
        """Notes that were cut short for new ones, in all parts."""
        return sum(synth.stats().stolen_voices for synth in self.synths.values())
