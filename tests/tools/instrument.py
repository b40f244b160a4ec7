"""A small instrument that is made of arithmetic, so that tests need no recordings."""

import numpy as np


def note(midi: float, level: float, seconds: float, sample_rate: int, *, seed: int = 0) -> np.ndarray:
    """A wind-like note [samples]: odd partials, brighter when louder, some breath, attack and decay."""
    generator = np.random.default_rng(seed)
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    audio = 0.02 * level * generator.uniform(-1, 1, len(time))
    for k in range(1, int(0.5 * sample_rate / f0_hz)):
        strength = (1.0 if k % 2 else 0.4) * np.exp(-k * (1.2 - level))
        audio += level * strength * np.sin(2 * np.pi * k * f0_hz * time)
    envelope = np.minimum(1, time / 0.06) * np.minimum(1, (seconds - time) / 0.1)
    return (0.3 * audio * np.clip(envelope, 0, 1)).astype(np.float32)
