"""The trainer's settings, as a table: a field each, with its default."""

import json
from dataclasses import asdict, dataclass, field, replace

import numpy as np

MEMORY_FRAMES = 32  # in which a GRU warms up

# Of the settings: all that these change is the time it takes.
HOW = ("threads", "device", "checkpoint_seconds")


@dataclass(frozen=True)
class Polish:
    """How steps through sound itself are made. On held-out pitches they measured worse than none."""

    batch_size: int = 6
    batch_frames: int = 75
    learning_rate: float = 3e-4
    scales_per_step: int = 3  # of losses.FFT_SIZES
    level_weight: float = 0.1


@dataclass(frozen=True)
class Settings:
    """All there is to set; the defaults make the factory patches."""

    size: str = "standard"  # of sizes.SIZES, whose values come with it
    dynamics: str = "borrowed"  # slopes over loudness in the tables: of spectra.correct.DYNAMICS
    room: str = "none"  # or "trained": learned first, and taken out of what the decoder learns from
    sample_rate: int = 44100
    frame_rate: int = 250
    harmonics: int = 0  # 0: as many as reach Nyquist from the lowest note, within FEWEST_ and MOST_HARMONICS
    noise_bands: int = 65
    width: int = 256
    depth: int = 3
    lags: tuple[int, ...] = (1, 2, 4, 8, 16)  # frames; none: no differences of the loudness
    memory: int = 0  # width of a GRU behind the first layer, 0 for none
    body_sections: int = 16  # of resonances that all pitches share; 0 for none
    dropouts: tuple[float, ...] = (0.1, 0.0)  # shares of hidden values that steps do without: one is chosen
    steps: int = 1200  # towards the controls that analysis finds in the recordings
    batch_size: int = 512  # stretches of `batch_frames`
    batch_frames: int = 1  # more only for a decoder that learns from its own past
    learning_rate: float = 2e-3
    warm_up_steps: int = 50
    last_rate: float = 0.01  # of the learning rate, reached along a cosine
    level_weight: float = 0.1  # per dB between the level asked and the one that the controls make
    beyond_weight: float = 0.02  # the same, at pitches and levels that no recording has
    polish_steps: int = 0  # towards the recordings' spectra, after those above
    polish: Polish = field(default_factory=Polish)
    average: float = 0.998  # of the weights, per step: what is kept is their moving average
    held_out: float = 0.1  # share of the recorded pitches that is never trained on, but reported on
    watched: float = 0.1  # share of them that says how long to learn, and is then learned from as well
    validation_steps: int = 200  # between looks at what is watched
    patience: int = 4  # looks without a better score, after which training ends
    seed: int = 0
    threads: int = 2
    device: str = "auto"  # of devices.NAMES, for the steps towards controls; all else stays on the processor
    checkpoint_seconds: float = 10.0  # between checkpoints

    @property
    def decisive(self) -> dict:
        """What decides which patch it becomes: all but how it is computed."""
        kept = {name: value for name, value in asdict(self).items() if name not in HOW}
        return json.loads(json.dumps(kept))  # as a patch keeps them

    @property
    def before(self) -> int:
        """Frames that lead into those that are learned from."""
        return max(self.lags, default=0) if not self.memory else MEMORY_FRAMES

    @property
    def rates(self) -> dict[str, int]:
        return {"sample_rate": self.sample_rate, "frame_rate": self.frame_rate}


def in_halves(settings: Settings) -> Settings:
    """Returns the same training from stretches half as long, twice as many of them."""
    return replace(settings, batch_frames=settings.batch_frames // 2, batch_size=settings.batch_size * 2)


def schedule(step: int, steps: int, settings: Settings) -> float:
    """Share of the learning rate: linear warm-up, and half a cosine down to `last_rate`."""
    cosine = 0.5 * (1 + float(np.cos(np.pi * step / steps)))
    warm = min(1.0, (step + 1) / settings.warm_up_steps)
    return warm * (settings.last_rate + (1 - settings.last_rate) * cosine)
