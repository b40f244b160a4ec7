"""The kernel's synthesizer parts for NumPy: the C code that plays, over whole signals.

Frame i's values hold at sample i * sample_rate / frame_rate (to the nearest sample) and ramp linearly to
frame i + 1's; the last frame's are held for a hop. `ddsp_live.tools.models.signal` has the same three names for
torch.
"""

from typing import Any

import numpy as np

from .kernel.memory import zeroed
from .native._kernel import ffi, lib

LONGEST_HOP = 1 << 24  # samples: float32 counts no further


def harmonic(
    f0_hz: np.ndarray,
    amplitude: np.ndarray,
    distribution: np.ndarray,
    *,
    sample_rate: float,
    frame_rate: float,
) -> np.ndarray:
    """A sum of harmonic partials whose pitch and levels glide from frame to frame.

    The phase is the integral of f0, 0 at the first sample. Partials are sines: the lowest twelve begin alike, as those
    of recordings nearly do, and the others have fixed random signs. They fade out linearly over the last 5 % below
    Nyquist. After Engel et al., "DDSP: Differentiable Digital Signal Processing" (2020), section 3.2.

    Parameters
    ----------
    f0_hz : [frames], Hz; 0 is silence.
    amplitude : [frames], linear, of all partials together.
    distribution : [frames, K], the partials' shares of the amplitude; usually each frame's sum is 1.
    sample_rate, frame_rate : Hz; a hop need not be a whole number of samples.

    Returns
    -------
    float32 [frames * sample_rate // frame_rate].

    Raises
    ------
    ValueError : for shapes that do not fit each other, negative f0, and values that are not finite.

    See Also
    --------
    filtered_noise : the other half of a DDSP synthesizer.

    Examples
    --------
    >>> flat = np.full((250, 20), 1 / 20)
    >>> second = harmonic(np.full(250, 220.0), np.full(250, 0.1), flat, sample_rate=48000, frame_rate=250)
    """
    distribution = _checked("distribution", distribution, 2)
    frames, partials = distribution.shape
    f0_hz = _checked("f0_hz", _column(f0_hz), 1, frames)
    amplitude = _checked("amplitude", _column(amplitude), 1, frames)
    if f0_hz.min() < 0:
        raise ValueError(f"f0_hz is {f0_hz.min():g} Hz at its lowest; give 0 Hz or more.")
    starts, out = _frames(frames, sample_rate, frame_rate)
    _memory, address = zeroed(lib.offline_harmonic_bytes(partials))
    values = (_pointer(array, "float") for array in (f0_hz, amplitude, distribution))
    starting = _pointer(starts, "int64_t")
    lib.offline_harmonic(
        _void(address), partials, float(sample_rate), *values, starting, frames, _pointer(out, "float")
    )
    return out[: starts[-1]]


def filtered_noise(
    magnitudes: np.ndarray, *, sample_rate: float, frame_rate: float, seed: int = 0
) -> np.ndarray:
    """White noise through a filter that changes from frame to frame.

    The noise is uniform in [-1, 1), a function of seed and sample only. Each frame's filter is the windowed
    frequency-sampling design of Engel et al. (2020), section 3.3, with zero phase; between frames the
    filters' outputs are crossfaded.

    Parameters
    ----------
    magnitudes : [frames, M], the filter's gain at M >= 2 frequencies spaced evenly from 0 Hz to Nyquist.
    sample_rate, frame_rate : Hz; a hop need not be a whole number of samples.
    seed : 0 to 2**32 - 1.

    Returns
    -------
    float32 [frames * sample_rate // frame_rate].

    Raises
    ------
    ValueError : for fewer than two frequencies, values that are not finite, and a seed out of range.

    See Also
    --------
    harmonic : the other half of a DDSP synthesizer.
    """
    magnitudes = _checked("magnitudes", magnitudes, 2)
    frames, bands = magnitudes.shape
    if bands < 2:
        raise ValueError("magnitudes has one frequency a frame; give at least 0 Hz and Nyquist.")
    if not 0 <= seed < 1 << 32:
        raise ValueError(f"The seed {seed} is out of range; give 0 to 2**32 - 1.")
    starts, out = _frames(frames, sample_rate, frame_rate)
    _memory, address = zeroed(lib.offline_noise_bytes(bands, float(sample_rate)))
    values, starting = _pointer(magnitudes, "float"), _pointer(starts, "int64_t")
    lib.offline_noise(
        _void(address), bands, float(sample_rate), int(seed), values, starting, frames, _pointer(out, "float")
    )
    return out[: starts[-1]]


def sosfilt(sos: np.ndarray, x: np.ndarray, zi: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Second-order sections in series along the last axis, computed in float64.

    Transposed direct form II, states and their layout as `scipy.signal.sosfilt` has them, so that either can
    continue what the other began.

    Parameters
    ----------
    sos : [sections, 6], b0 b1 b2 a0 a1 a2 each; divided by a0.
    x : [..., samples], taken as float32.
    zi : [sections, ..., 2], what the sections hold before the first sample; zeros unless given.

    Returns
    -------
    y : float32 [..., samples].
    zf : float64 [sections, ..., 2], what the sections hold after the last sample.

    Raises
    ------
    ValueError : for sections that are unstable or not finite, and for shapes that do not fit each other.

    Examples
    --------
    >>> rumble_filter = scipy.signal.butter(4, 30, "highpass", fs=48000, output="sos")
    >>> first, state = sosfilt(rumble_filter, audio[:48000])
    >>> second, state = sosfilt(rumble_filter, audio[48000:], state)
    """
    sos = _stable_sections(sos)
    y = np.array(x, np.float32, order="C")
    if y.ndim == 0:
        raise ValueError("x is a single number; give a signal [..., samples].")
    sections, shape = len(sos), (len(sos), *y.shape[:-1], 2)
    state = np.zeros(shape) if zi is None else np.array(zi, np.float64)
    if state.shape != shape:
        raise ValueError(f"zi has the shape {state.shape}; these sections and this x need {shape}.")
    states = np.ascontiguousarray(np.moveaxis(state, 0, -2)).reshape(-1, sections, 2)
    _memory, address = zeroed(lib.offline_sosfilt_bytes(sections))
    coefficients = _pointer(sos, "double")
    if y.size:
        for samples, held in zip(y.reshape(-1, y.shape[-1]), states, strict=True):
            held_at, samples_at = _pointer(held, "double"), _pointer(samples, "float")
            lib.offline_sosfilt(_void(address), coefficients, sections, held_at, samples_at, len(samples))
    zf = np.moveaxis(states.reshape(*y.shape[:-1], sections, 2), -2, 0)
    return y, np.ascontiguousarray(zf)


def _stable_sections(sos: np.ndarray) -> np.ndarray:
    sos = np.array(sos, np.float64, order="C")
    if sos.ndim != 2 or sos.shape[1] != 6:
        raise ValueError(f"sos has the shape {sos.shape}; give second-order sections [sections, 6].")
    if not np.isfinite(sos).all():
        raise ValueError("A coefficient in sos is not finite; design the filter again.")
    if (sos[:, 3] == 0).any():
        raise ValueError("A section's a0 is 0; every section needs one to be divided by.")
    a1, a2 = (sos[:, 4:] / sos[:, 3:4]).T
    unstable = (np.abs(a2) >= 1) | (np.abs(a1) >= 1 + a2)
    if unstable.any():
        raise ValueError(f"Section {unstable.argmax()} is unstable; keep its poles inside the unit circle.")
    return sos


def _column(values: np.ndarray) -> np.ndarray:
    """[frames] from [frames] or [frames, 1]."""
    values = np.asarray(values)
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values


def _checked(name: str, values: np.ndarray, dimensions: int, frames: int | None = None) -> np.ndarray:
    values = np.ascontiguousarray(values, np.float32)
    wanted = "[frames]" if dimensions == 1 else "[frames, size]"
    if values.ndim != dimensions or values.size == 0:
        raise ValueError(f"{name} has the shape {values.shape}; give {wanted}, none of them 0.")
    if frames is not None and len(values) != frames:
        raise ValueError(f"{name} has {len(values)} frames where distribution has {frames}; give as many.")
    if not np.isfinite(values).all():
        raise ValueError(f"A value in {name} is not finite; the synthesizer needs numbers.")
    return values


def _frames(frames: int, sample_rate: float, frame_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Each frame's first sample and the signal's end, int64 [frames + 1]; room for the signal and 16 more."""
    if not (0 < frame_rate <= sample_rate <= frame_rate * LONGEST_HOP):
        raise ValueError(
            f"sample_rate {sample_rate:g} Hz and frame_rate {frame_rate:g} Hz make no hop; "
            "give positive rates, with at least one sample a frame."
        )
    starts = np.floor(np.arange(frames + 1) * sample_rate / frame_rate + 0.5).astype(np.int64)
    starts[-1] = frames * sample_rate // frame_rate
    return starts, np.zeros(starts[-1] + 16, np.float32)


def _pointer(array: np.ndarray, kind: str) -> Any:
    return ffi.cast(f"{kind} *", array.ctypes.data)


def _void(address: int) -> Any:
    return ffi.cast("void *", address)
