"""Melodies whose pitch is known at every sample: vibrato, glides, steps, gaps, and 24 dB of dynamics."""

import numpy as np

LOW, HIGH = 45.0, 91.0  # MIDI notes


def melody(rate: int, seed: int, notes: int = 24, partials: int = 30, tilt: float = 1.0):
    """float32 [samples], f0_hz [samples], and where it sounds, bool [samples]."""
    rng = np.random.default_rng(seed)
    pitches, levels, gates, before = [], [], [], None
    for i in range(notes):
        size = int(rng.uniform(0.25, 0.8) * rate)
        seconds = np.arange(size) / rate
        aim = rng.uniform(LOW, HIGH)
        pitch = np.full(size, aim)
        kind = ("vibrato", "glide", "slide", "plain")[i % 4]
        if kind == "vibrato":
            pitch += rng.uniform(0.2, 0.5) * np.sin(2 * np.pi * rng.uniform(4.5, 7) * seconds)
        elif kind == "glide" and before is not None:
            aim = np.clip(aim, before - 12, before + 12)
            way = np.minimum(1, seconds / 0.2)
            pitch = before + (aim - before) * way * way * (3 - 2 * way)
        elif kind == "slide":
            pitch += np.linspace(0, rng.uniform(-3, 3), size)
        pitch = np.clip(pitch, LOW, HIGH)
        level = np.linspace(*rng.uniform(-34, -10, 2), size)
        gate = np.ones(size)
        if kind != "glide":
            gate[: int(0.015 * rate)] = np.linspace(0, 1, int(0.015 * rate))
        if kind != "vibrato":  # which the glide follows in the same breath
            gate[-int(0.03 * rate) :] = np.linspace(1, 0, int(0.03 * rate))
        rest = 0 if kind == "vibrato" else int(rng.uniform(0.05, 0.3) * rate)
        pitches.append(np.pad(pitch, (0, rest), mode="edge"))
        levels.append(np.pad(level, (0, rest), mode="edge"))
        gates.append(np.pad(gate, (0, rest)))
        before = pitch[-1]
    f0_hz = 440 * 2 ** ((np.concatenate(pitches) - 69) / 12)
    gate = np.concatenate(gates)
    phase = 2 * np.pi * np.cumsum(f0_hz) / rate
    tone = np.zeros(len(f0_hz))
    for k in range(1, partials + 1):
        tone += np.where(k * f0_hz < 0.45 * rate, k**-tilt, 0) * np.sin(k * phase + rng.uniform(0, 6.28))
    tone *= gate * 10 ** (np.concatenate(levels) / 20) / np.sqrt(np.mean(tone**2))
    return tone.astype(np.float32), f0_hz, gate > 0.1
