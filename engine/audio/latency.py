"""How long sound takes from the key to the device, by what causes it, and in words."""

from typing import NamedTuple

FEELS = (
    (12.0, "at once"),
    (25.0, "close"),
    (40.0, "a little late"),
    (float("inf"), "late: a smaller --block helps"),
)


class Latency(NamedTuple):
    """Milliseconds."""

    device_ms: float
    even_ms: float  # a block, so that timing has no jitter
    decoder_ms: float

    @property
    def whole_ms(self) -> float:
        return sum(self)

    @property
    def feels(self) -> str:
        """How a player would call it."""
        return next(word for most, word in FEELS if self.whole_ms <= most)

    def parts(self) -> str:
        """The parts as a list in words."""
        named = [f"{self.device_ms:.1f} the device's", f"{self.even_ms:.1f} so that timing is even"]
        return ", ".join(named + ([f"{self.decoder_ms:.1f} the decoder's"] if self.decoder_ms else []))


def latency(synth, stream) -> Latency:
    """Of a synth that plays on a stream."""
    per_ms = synth.sample_rate / 1000
    return Latency(stream.latency_ms, synth.block_size / per_ms, synth.delay_samples / per_ms)
