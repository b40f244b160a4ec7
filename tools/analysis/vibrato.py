"""Takes vibrato off a line of pitch, so that its swings are not heard as notes."""

import numpy as np

WINDOW_SECONDS = 0.4
RATES_HZ = np.arange(4.0, 8.6, 0.25)
LEAST_SEMITONES, MOST_SEMITONES = 0.2, 1.7  # to either side
STEEPEST = 4.0  # semitones a second of the line, which a leap would fit, too
# Share of a window's movement that one sine must be. A trill, whose pitch stands still between its steps, is less.
EXPLAINED = 0.9


def without_vibrato(midi: np.ndarray, voiced: np.ndarray, frame_rate: float) -> np.ndarray:
    """Returns the pitch that vibrato swings about, MIDI notes [frames]; where there is no vibrato, pitch as it is.

    midi: [frames]; voiced: bool [frames]; frame_rate: Hz. A straight line and one sine of 4 to 8.5 Hz are fitted to
    each window that is voiced throughout. A frame is taken from the window around it that is fitted best.
    """
    size = round(WINDOW_SECONDS * frame_rate)
    if len(midi) < size:
        return midi.copy()
    time = (np.arange(size) - (size - 1) / 2) / frame_rate
    windows = np.lib.stride_tricks.sliding_window_view(midi, size)
    line = np.stack([np.ones(size), time])
    straight = windows @ np.linalg.pinv(line)
    held = np.lib.stride_tricks.sliding_window_view(voiced, size).all(1)
    moved = ((windows - straight @ line) ** 2).sum(1)
    explained, center = np.zeros(len(windows)), straight.copy()
    for rate in RATES_HZ:
        turns = 2 * np.pi * rate * time
        basis = np.concatenate([line, np.stack([np.cos(turns), np.sin(turns)])])
        fit = windows @ np.linalg.pinv(basis)
        left = ((windows - fit @ basis) ** 2).sum(1)
        extent = np.hypot(fit[:, 2], fit[:, 3])
        swung = held & (extent > LEAST_SEMITONES) & (extent < MOST_SEMITONES) & (np.abs(fit[:, 1]) < STEEPEST)
        share = np.where(swung, 1 - left / (moved + 1e-9), 0)
        center[share > explained] = fit[share > explained, :2]
        explained = np.maximum(explained, share)
    best, found = np.full(len(midi), EXPLAINED), midi.copy()
    for i in range(size):  # the windows in which a frame is the i-th
        own = slice(i, i + len(windows))
        better = explained > best[own]
        found[own] = np.where(better, center @ line[:, i], found[own])
        best[own] = np.maximum(best[own], explained)
    return found
