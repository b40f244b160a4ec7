"""The kernel's synthesizer parts and the trainer's are the same functions."""

import ddsp_live.signal
import ddsp_live.tools.models.signal
import numpy as np
import pytest
import scipy.signal
import torch

# Where a hop is not a whole number of samples, the kernel's frames begin at the nearest one.
RATES = pytest.mark.parametrize(
    "sample_rate, harmonic_db, noise_db", [(16000, -100, -120), (48000, -100, -120), (44100, -30, -60)]
)
FRAMES, FRAME_RATE = 60, 250


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    assert got.shape == wanted.shape
    return 10 * np.log10(np.sum((got - wanted) ** 2) / np.sum(wanted**2))


def batch_of_one(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.float64))[None]


@RATES
def test_harmonic(sample_rate, harmonic_db, noise_db):
    rng = np.random.default_rng(0)
    f0 = (200 * 2 ** np.cumsum(rng.normal(0, 0.02, (FRAMES, 1)), 0)).astype(np.float32)
    level = rng.random((FRAMES, 1)).astype(np.float32)
    shares = rng.dirichlet(np.ones(60), FRAMES).astype(np.float32)
    rates = {"sample_rate": sample_rate, "frame_rate": FRAME_RATE}
    kernel = ddsp_live.signal.harmonic(f0, level, shares, **rates)
    torchs = ddsp_live.tools.models.signal.harmonic(*map(batch_of_one, (f0, level, shares)), **rates)
    assert error_db(kernel, torchs[0].numpy()) < harmonic_db


@RATES
def test_filtered_noise(sample_rate, harmonic_db, noise_db):
    magnitudes = np.random.default_rng(1).random((FRAMES, 65)).astype(np.float32)
    rates = {"sample_rate": sample_rate, "frame_rate": FRAME_RATE, "seed": 7}
    kernel = ddsp_live.signal.filtered_noise(magnitudes, **rates)
    torchs = ddsp_live.tools.models.signal.filtered_noise(batch_of_one(magnitudes), **rates)
    assert error_db(kernel, torchs[0].numpy()) < noise_db


def test_sosfilt():
    rng = np.random.default_rng(2)
    sos = scipy.signal.ellip(6, 1, 50, [0.05, 0.5], "bandpass", output="sos")
    x = rng.uniform(-1, 1, (2, 1000)).astype(np.float32)
    zi = rng.normal(size=(len(sos), 2, 2)) * 0.1
    kernel, kernel_zf = ddsp_live.signal.sosfilt(sos, x, zi)
    arguments = (torch.from_numpy(array.astype(np.float64)) for array in (sos, x, zi))
    torchs, torchs_zf = ddsp_live.tools.models.signal.sosfilt(*arguments)
    assert error_db(kernel, torchs.numpy()) < -120
    np.testing.assert_allclose(kernel_zf, torchs_zf.numpy(), atol=1e-9)
