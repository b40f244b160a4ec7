"""Kriging of spectra over pitch and frequency: what notes at recorded pitches tell of those between.

A Gaussian process over (pitch, partial) whose covariance has a part by partial and a part by hertz, so that odd and
even partials as well as resonances of the body are carried to other pitches, and a part of each take of its own, which
is explained away instead of learned. Levels are in dB, pitches in MIDI notes, frequencies in semitones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

RESIDUALS = {
    **{"a_0": 4.586, "a_1": 1.203, "a_h": 0.955, "l_h": 24.61, "a_f": 3.472, "l_f": 1.600, "a_fp": 2.809},
    **{"l_fp_f": 1.902, "l_fp_p": 2.906, "a_n": 1.652, "l_n": 1.643, "s": 3.310},
    **{"a_l": 0.0868, "a_lf": 0.311, "l_lf": 22.47},
}
"""Standard deviations and lengths for a decoder's residuals, by maximum likelihood over 18 instruments."""
SPECTRA = {
    **{"a_0": 1.578, "a_1": 1.630, "a_h": 0.696, "l_h": 28.65, "a_f": 24.02, "l_f": 30.34, "a_fp": 3.769},
    **{"l_fp_f": 1.270, "l_fp_p": 8.629, "a_n": 2.094, "l_n": 2.099, "s": 3.468},
    **{"a_l": 0.300, "a_lf": 0.438, "l_lf": 13.14},
}
"""The same for spectra without a decoder."""
OF_LOUDNESS = ("a_l", "a_lf", "l_lf")
JITTER = 1e-3
FIT_STEPS, FIT_RATE, FIT_PARTIALS, FIT_NOTES = 8, 0.25, 24, 36
CENTRE = 60.0  # MIDI note about which trends over pitch turn
FEW_FRAMES = 25.0  # of a take, with which its scatter's variance is twice that of a long one


@dataclass(frozen=True)
class Observations:
    """Values in dB of partials of notes, all [observations].

    note: number of the take. louder: its loudness in dB less the set's mean. frames: that its median is of.
    """

    value: np.ndarray
    pitch: np.ndarray
    partial: np.ndarray
    louder: np.ndarray
    note: np.ndarray
    frames: np.ndarray

    def where(self, chosen: np.ndarray) -> "Observations":
        return Observations(*(array[chosen] for array in vars(self).values()))

    def with_values(self, value: np.ndarray) -> "Observations":
        return Observations(**(vars(self) | {"value": value}))


def observe(
    values: np.ndarray, valid: np.ndarray, pitch: np.ndarray, louder: np.ndarray, frames: np.ndarray
) -> Observations:
    """Observations of `values` [notes, partials] where `valid`; pitch, louder, frames: [notes]."""
    note, partial = np.nonzero(valid)
    return Observations(values[note, partial], pitch[note], partial + 1.0, louder[note], note, frames[note])


def fit(data: Observations, start: Mapping[str, float], by_loudness: bool) -> dict[str, float]:
    """The hyperparameters that make the observations likelier, from `start` on: a few steps of Adam.

    Matters where odd and even partials differ more than in most instruments.
    """
    notes = np.unique(data.note)
    kept = notes[np.unique(np.linspace(0, len(notes) - 1, FIT_NOTES).round().astype(int))]
    data = data.where((data.partial <= FIT_PARTIALS) & np.isin(data.note, kept))
    logs = {
        name: torch.tensor(float(np.log(value)), dtype=torch.float64, requires_grad=True)
        for name, value in start.items()
    }
    optimizer = torch.optim.Adam(logs.values(), lr=FIT_RATE)
    value = torch.from_numpy(data.value - data.value.mean())[:, None]
    for _ in range(FIT_STEPS):
        parameters = {name: log.exp() for name, log in logs.items()}
        factor = torch.linalg.cholesky(_own(data, parameters, by_loudness))
        loss = 0.5 * (value * torch.cholesky_solve(value, factor)).sum() + factor.diagonal().log().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {name: float(log.detach().exp()) for name, log in logs.items()}


class Krige:
    """A fitted process, ready to be asked."""

    def __init__(self, data: Observations, parameters: Mapping[str, float], by_loudness: bool):
        self.data, self.by_loudness = data, by_loudness
        self.parameters = {name: torch.tensor(value) for name, value in parameters.items()}
        self.mean = float(data.value.mean())
        factor = torch.linalg.cholesky(_own(data, self.parameters, by_loudness))
        self.inverse = torch.cholesky_inverse(factor)
        self.weights = self.inverse @ torch.from_numpy(data.value - self.mean)

    def at(self, pitch: np.ndarray, partials: int) -> tuple[np.ndarray, np.ndarray]:
        """Values at the set's mean loudness, and slopes in dB per dB: both [pitches, partials]."""
        shape = len(pitch), partials
        knots, order = np.repeat(pitch, partials), np.tile(np.arange(1.0, partials + 1), len(pitch))
        level = _learned(knots, order, self.data, self.parameters)
        values = self.mean + (level @ self.weights).numpy().reshape(shape)
        if not self.by_loudness:
            return values, np.zeros(shape)
        slope = _of_loudness(knots, order, self.data, self.parameters) * torch.from_numpy(self.data.louder)
        return values, (slope @ self.weights).numpy().reshape(shape)

    def left_out(self) -> np.ndarray:
        """Errors [observations] of each pitch's values as the other pitches tell them, in closed form.

        (C^-1)_bb^-1 (C^-1 r)_b for each block b of a pitch's takes (Rasmussen and Williams, 5.12).
        """
        errors, pitches = np.empty(len(self.data.value)), np.round(self.data.pitch)
        for pitch in np.unique(pitches):
            block = np.flatnonzero(pitches == pitch)
            inner = self.inverse[block][:, block]
            errors[block] = torch.linalg.solve(inner, self.weights[block]).numpy()
        return errors


def _own(data: Observations, parameters: Mapping[str, Tensor], by_loudness: bool) -> Tensor:
    """The observations' covariance among themselves, with each take's own part."""
    covariance = _learned(data.pitch, data.partial, data, parameters)
    if by_loudness:
        louder = torch.from_numpy(data.louder)
        covariance = covariance + louder[:, None] * louder * _of_loudness(
            data.pitch, data.partial, data, parameters
        )
    same_note = torch.from_numpy(data.note[:, None] == data.note)
    octaves = _difference(np.log2(data.partial), np.log2(data.partial))
    covariance = covariance + same_note * parameters["a_n"] ** 2 * _gauss(octaves, parameters["l_n"])
    scatter = torch.from_numpy(1 + FEW_FRAMES / np.maximum(data.frames, 1))
    return covariance + torch.diag(parameters["s"] ** 2 * scatter + JITTER)


def _learned(pitch: np.ndarray, partial: np.ndarray, data: Observations, p: Mapping[str, Tensor]) -> Tensor:
    """Covariance of values at (pitch, partial) with the observations', at one loudness: what carries over."""
    semitones, hertz, octaves, same = _distances(pitch, partial, data)
    trend = torch.from_numpy(np.outer((pitch - CENTRE) / 12, (data.pitch - CENTRE) / 12))
    near = _gauss(octaves, 1.0)
    return (
        p["a_0"] ** 2 * (0.5 * same + 0.5 * near)
        + p["a_1"] ** 2 * (0.3 * same + 0.7 * near) * trend
        + p["a_h"] ** 2 * same * _matern(semitones, p["l_h"])
        + p["a_f"] ** 2 * _matern(hertz, p["l_f"])
        + p["a_fp"] ** 2 * _matern(hertz, p["l_fp_f"]) * _matern(semitones, p["l_fp_p"])
    )


def _of_loudness(
    pitch: np.ndarray, partial: np.ndarray, data: Observations, p: Mapping[str, Tensor]
) -> Tensor:
    """The same of slopes over loudness."""
    _, hertz, octaves, same = _distances(pitch, partial, data)
    by_partial = p["a_l"] ** 2 * (0.3 * same + 0.7 * _gauss(octaves, 1.0))
    return by_partial + p["a_lf"] ** 2 * _matern(hertz, p["l_lf"])


def _distances(pitch: np.ndarray, partial: np.ndarray, data: Observations) -> tuple[Tensor, ...]:
    """Semitones between the notes and between the partials' frequencies, octaves between orders; which are the same."""
    hertz, heard = pitch + 12 * np.log2(partial), data.pitch + 12 * np.log2(data.partial)
    same = torch.from_numpy((partial[:, None] == data.partial).astype(float))
    octaves = _difference(np.log2(partial), np.log2(data.partial))
    return _difference(pitch, data.pitch), _difference(hertz, heard), octaves, same


def _difference(a: np.ndarray, b: np.ndarray) -> Tensor:
    return torch.from_numpy(np.abs(a[:, None] - b))


def _matern(x: Tensor, length: Tensor) -> Tensor:
    """Of order 3/2, for distances x >= 0."""
    scaled = 3**0.5 * x / length
    return (1 + scaled) * torch.exp(-scaled)


def _gauss(x: Tensor, length: Tensor | float) -> Tensor:
    return torch.exp(-0.5 * (x / length) ** 2)
