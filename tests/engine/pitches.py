"""Pitches that are heard in a sound, by its spectrum."""

import numpy as np

RATE = 48000


def strength(mono, pitch):
    """Level in dB of the partial at a MIDI pitch, against the median of the third of an octave around it."""
    mono = np.asarray(mono, np.float64) * np.hanning(len(mono))
    spectrum, hertz = np.abs(np.fft.rfft(mono)), np.fft.rfftfreq(len(mono), 1 / RATE)
    f0 = 440 * 2 ** ((pitch - 69) / 12)
    near = spectrum[np.abs(hertz - f0) < max(3, 0.005 * f0)].max()
    around = np.abs(np.log2(np.maximum(hertz, 1) / f0)) < 1 / 6
    return 20 * np.log10(near / (np.median(spectrum[around]) + 1e-9))
