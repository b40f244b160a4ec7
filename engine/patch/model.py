"""A patch in memory: one instrument, ready to be played."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..decoders.program import Program
from ..effects import Rack
from ..midi.notes import note_name
from ..performance.families import family_of
from ..performance.life import Life, life_of
from ..performance.prior import Prior

LOUD_PERCENT = 19  # of the quantiles: 95 %
TRIMMED_DB = -14.0  # of that quantile with a patch's trim: the factory patches' is -6 to -33 dB
LEAST_TRIM_DB, MOST_TRIM_DB = -12.0, 30.0


@dataclass(frozen=True, eq=False, repr=False)
class Patch:
    """One instrument, ready to be played at any rate. Pitches are MIDI notes, loudness is in dB."""

    name: str
    title: str
    path: Path
    sample_rate: int
    """Hz, that the patch was trained at; noise bands reach to its Nyquist."""
    frame_rate: int
    harmonics: int
    noise_bands: int
    state_size: int
    layers: Sequence[Mapping[str, Any]]
    weights: Mapping[str, np.ndarray]
    """float32, by the names that the layers use."""
    onnx: bytes
    pitch_low: float
    pitch_high: float
    pitch_quantiles: Sequence[float]
    """At 0, 5, … 100 %."""
    loudness_low: float
    loudness_high: float
    loudness_quantiles: Sequence[float]
    attack_ms: float
    release_ms: float
    ring_db: float  # below a held note, what rings on after it was let go, < 0
    ring_ms: float  # in which that falls by 60 dB; 0: nothing rings
    body: np.ndarray | None
    """Second-order sections, float64 [n, 6]."""
    room: np.ndarray | None
    """Impulse response, float32 [length, channels] at room_rate."""
    room_rate: int | None
    inserts: Rack | None
    """Drive, equalizer and compressor that belong to it, between its body and the room."""
    performer: bytes | None
    performer_program: Program | None
    prior: Prior | None
    info: Mapping[str, Any]
    """All of patch.json."""
    licence: str

    def __repr__(self) -> str:
        low, high = note_name(self.pitch_low), note_name(self.pitch_high)
        return f"Patch({self.name!r}, {low} to {high}, {self.sample_rate} Hz)"

    @property
    def trim_db(self) -> float:
        """The gain in dB with which its loud notes are as loud as those of other patches.

        Recordings differ by 25 dB in level, by who made them and not by what plays.
        """
        return trim_db(self.info)

    @property
    def family(self) -> str | None:
        """The family of instruments that it is of, a key of `families.FAMILIES`, or None where that is not known.

        What patch.json says, or else what its name and title tell.
        """
        return self.info.get("family") or family_of(self.name, self.title)

    @property
    def life(self) -> Life:
        """How its held notes move by themselves: its own, or its family's where it has learned none."""
        return life_of(self.info.get("life"), self.family)

    @property
    def keeps_formants(self) -> bool:
        """Whether its spectral envelope stays in Hz beyond the trained range: so it is, unless patch.json says no."""
        return self.info.get("formants", "kept") == "kept"

    @property
    def coverage(self) -> Mapping[str, Any] | None:
        """Where in pitch and loudness the recordings lay, if the patch keeps it.

        ``frames[i][j]`` counts frames within half a pitch_step of MIDI note pitch_low + i * pitch_step, at a
        loudness of loudness_low + j * loudness_step dB or up to loudness_step more.
        """
        return self.info.get("coverage")


def trim_db(info: Mapping[str, Any]) -> float:
    """The trim of a patch, from its patch.json."""
    missing = TRIMMED_DB - info["loudness"]["quantiles"][LOUD_PERCENT]
    return float(min(MOST_TRIM_DB, max(LEAST_TRIM_DB, missing)))
