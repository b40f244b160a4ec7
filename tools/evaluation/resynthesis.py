"""A patch driven by pitch and loudness instead of by notes: what it plays where a recording was played."""

from dataclasses import replace

import numpy as np

from ... import signal
from ...decoders.onnx_decoder import OnnxDecoder
from ...patch import Patch
from ...patch.room import own_room
from ..models.decoder import to_onnx
from ..models.synthesis import Player
from ..spectra.tabled import without_tables


def decode(patch: Patch, f0_hz: np.ndarray, loudness_db: np.ndarray) -> tuple[np.ndarray, ...]:
    """Amplitude [frames, 1], harmonic distribution [frames, K] and noise magnitudes [frames, M] that the
    patch's decoder makes of f0_hz, loudness_db [frames].
    """
    decoder, state = OnnxDecoder(patch.onnx), np.zeros((1, patch.state_size), np.float32)
    f0_scaled = (69 + 12 * np.log2(np.asarray(f0_hz, np.float64) / 440)) / 127
    inputs = np.stack([f0_scaled, np.asarray(loudness_db) / 80 + 1], 1).astype(np.float32)[:, :, None, None]
    frames = []
    for f0, level in inputs:
        *controls, state = decoder.step(f0, level, state)
        frames.append(controls)
    return tuple(np.concatenate(control) for control in zip(*frames, strict=True))


def patch_player(patch: Patch, *, seed: int = 0, room: bool = True) -> Player:
    """Plays f0_hz, loudness_db [frames] by the kernel: float32 [samples] at the patch's rate, one channel.

    The network is the file's own, harmonics, noise and body are the C code that plays live, and the room, as
    the left ear hears it, is what that code convolves with: two ears' mean would have half the tail's power.
    """
    rates = {"sample_rate": patch.sample_rate, "frame_rate": patch.frame_rate}

    def play(f0_hz: np.ndarray, loudness_db: np.ndarray) -> np.ndarray:
        amplitude, distribution, magnitudes = decode(patch, f0_hz, loudness_db)
        audio = signal.harmonic(f0_hz, amplitude, distribution, **rates)
        audio = audio + signal.filtered_noise(magnitudes, seed=seed, **rates)
        if patch.body is not None:
            audio, _ = signal.sosfilt(patch.body, audio)
        own = own_room(patch) if room else None
        if own is not None:
            audio = audio + convolve(audio, own.at_rate(patch.sample_rate)[0])[: len(audio)]
        return audio.astype(np.float32)

    return play


def without_its_tables(patch: Patch) -> Patch | None:
    """The patch with its network alone; None if it has no tables."""
    layers, weights = without_tables(patch.layers, patch.weights)
    if len(layers) == len(patch.layers):
        return None
    return replace(patch, layers=layers, weights=weights, onnx=to_onnx(layers, weights))


def convolve(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Linear convolution [len(x) + len(y) - 1]."""
    length = len(x) + len(y) - 1
    size = 1 << (length - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(y, size), size)[:length]
