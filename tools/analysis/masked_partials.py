"""Partials that noise hides: taken to go with those that are heard, as loud as all of them together say."""

import numpy as np

HEARD = 4.0  # times the noise's power beside it, from which a line may hold a partial ...
STEADY_SECONDS = 0.016  # ... if it does for most of the time to either side
LONGEST_SECONDS = 0.1  # that a partial may be hidden for: what is not heard for longer does not sound
SOFTEST = 0.25  # of its standard error, below which a hidden level is not told from silence
LOUDEST = 4.0  # times the power of the nearest frames that are heard


def partial_amplitudes(lines: np.ndarray, noise: np.ndarray, frame_rate: float) -> np.ndarray:
    """Amplitudes of the partials [frames, K], 0 where there is none.

    lines: power on each partial's line of the spectrum [frames, K], as the square of an amplitude; noise: what of it
    is expected to be noise. A partial that is hidden for a while goes on from the amplitude that it had before to the
    one that it has after, as the partials that are heard meanwhile do, times a gain that all hidden ones of its frame
    share: that which fits their lines best. So an attack keeps its shape beneath its noise, where a partial alone can't
    be told from it.
    """
    heard = _steady(lines > HEARD * noise, round(STEADY_SECONDS * frame_rate))
    own = np.sqrt(np.maximum(0.0, lines - noise))
    beside = _between(own, heard, round(LONGEST_SECONDS * frame_rate))
    gain = _shared_gain(np.where(heard, 0.0, beside**2), lines, np.maximum(noise, 1e-12))
    return np.where(heard, own, gain[:, None] * beside)


def _going(own: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """How those of the partials [frames, K] go together that are heard, in nepers from the first frame on [frames]."""
    both = heard[1:] & heard[:-1]
    before, after = ((part * both).sum(axis=1) + 1e-12 for part in (own[:-1], own[1:]))
    return np.cumsum(np.append(0.0, np.log(after / before)))


def _steady(heard: np.ndarray, reach: int) -> np.ndarray:
    """Without what is heard for less than half of the frames around: noise is, now and then."""
    total = np.cumsum(np.pad(heard, ((reach + 1, reach), (0, 0))), axis=0)
    return heard & (total[2 * reach + 1 :] - total[: -2 * reach - 1] > reach)


def _between(own: np.ndarray, heard: np.ndarray, reach: int) -> np.ndarray:
    """Each partial's amplitude where it is heard, and from there to where it is heard next: as those go that are heard
    meanwhile, and what is left of the way evenly in dB.
    """
    at, result, going = np.arange(len(own)), np.zeros_like(own), _going(own, heard)
    for k in np.flatnonzero(heard.any(axis=0)):
        found = np.flatnonzero(heard[:, k])
        after = np.searchsorted(found, at)
        far = np.minimum(
            np.abs(at - found[np.minimum(after, len(found) - 1)]),
            np.abs(at - found[np.maximum(after - 1, 0)]),
        )
        level = np.interp(at, found, np.log(own[found, k]) - going[found]) + going
        result[:, k] = np.where(far <= reach, np.exp(level), 0.0)
    return result


def _shared_gain(power: np.ndarray, lines: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """By how much each frame's partials [frames, K] are louder than `power` says, by weighted least squares."""
    weight = 1 / noise
    fits = _with_neighbours((weight * power * (lines - noise)).sum(axis=1))
    squared = fits / _with_neighbours((weight * power**2).sum(axis=1) + 1e-30)
    error = 1 / np.sqrt(((power / noise) ** 2).sum(axis=1) + 1e-30)
    return np.sqrt(np.clip(squared, np.minimum(1.0, SOFTEST * error), LOUDEST))


def _with_neighbours(x: np.ndarray) -> np.ndarray:
    around = np.pad(x, 1, mode="edge")
    return 0.25 * (around[:-2] + around[2:]) + 0.5 * x
