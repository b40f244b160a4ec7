"""How much a sound's spectrum changes from one moment to the next, by which a note that begins is told from one
that goes on."""

import numpy as np

from .pitch_candidates import RATE, SEGMENT

APART = 5  # frames, of 16 ms, between the two spectra that are compared: their windows hardly overlap
EXPONENT = 0.5  # of the magnitudes: weak partials count, too
FRAMES_AT_ONCE = 512


def spectral_change(audio: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Compares the spectra before and after each frame begins: 0 alike, 1 nothing in common, [frames].

    audio: [samples] at RATE; times: of the frames, in s, evenly apart. It is 1 minus the cosine between the spectra
    of the frames that lie APART around the boundary with the frame before.
    """
    audio = np.pad(np.asarray(audio, np.float32), (SEGMENT // 2, SEGMENT))
    starts = np.minimum(np.round(times * RATE).astype(int), len(audio) - SEGMENT)
    after = np.minimum(np.arange(len(times)) + APART // 2, len(times) - 1)
    before = np.maximum(after - APART, 0)
    window = np.hanning(SEGMENT + 2)[1:-1].astype(np.float32)
    change = np.empty(len(times))
    for i in range(0, len(times), FRAMES_AT_ONCE):
        part = slice(i, i + FRAMES_AT_ONCE)
        first = before[part][0]
        pieces = audio[starts[first : after[part][-1] + 1, None] + np.arange(SEGMENT)]
        pieces = pieces - pieces.mean(1, keepdims=True)
        spectra = np.abs(np.fft.rfft(pieces * window)) ** EXPONENT
        spectra /= np.maximum(np.sqrt((spectra**2).sum(1, keepdims=True)), 1e-9)
        change[part] = 1 - (spectra[before[part] - first] * spectra[after[part] - first]).sum(1)
    return change
