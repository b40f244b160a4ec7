"""The torch synthesizer parts against closed forms in NumPy, SciPy, and finite differences."""

import numpy as np
import pytest
import scipy.signal
import torch
from ddsp_live.tools.models import signal

RATES = pytest.mark.parametrize("sample_rate", [16000, 44100, 48000])
FRAME_RATE = 250
generator = np.random.default_rng(3)


def ramp(frames: np.ndarray, sample_rate: int) -> np.ndarray:
    """[frames, size] -> [samples, size], linear between frames, the last one held."""
    time = np.arange(len(frames) * sample_rate // FRAME_RATE) * FRAME_RATE / sample_rate
    return np.stack([np.interp(time, np.arange(len(frames)), column) for column in frames.T], 1)


def glide(frames: int = 25) -> np.ndarray:
    return 200 * 2 ** np.cumsum(generator.normal(0, 0.02, (frames, 1)), 0)


def torch_harmonic(f0, amplitude, distribution, sample_rate):
    tensors = (torch.from_numpy(x)[None] for x in (f0, amplitude, distribution))
    return signal.harmonic(*tensors, sample_rate=sample_rate, frame_rate=FRAME_RATE)[0].numpy()


@RATES
def test_harmonic_is_the_sum_of_its_partials(sample_rate):
    f0, amplitude = glide(), generator.uniform(0, 1, (25, 1))
    distribution = generator.dirichlet(np.ones(12), 25)
    # Every partial's phase is the running integral of its frequency; the ramps make trapezoids of it.
    per_sample = np.append(ramp(f0, sample_rate)[:, 0], f0[-1]) / sample_rate
    phase = np.concatenate([[0], np.cumsum((per_sample[1:] + per_sample[:-1]) / 2)])[:-1]
    numbers = np.arange(1, 13)
    cycles = phase[:, None] * numbers
    partials = np.sin(2 * np.pi * cycles) * signal.partial_signs(12).numpy()
    wanted = (partials * ramp(amplitude * distribution, sample_rate)).sum(1)
    made = torch_harmonic(f0, amplitude, distribution, sample_rate)
    # Where a frame falls between samples the glide bends there, which the sum over samples cuts off.
    assert np.abs(made - wanted).max() < (1e-9 if sample_rate != 44100 else 2e-3)


def test_partials_fade_out_below_nyquist():
    f0, amplitude = np.full((20, 1), 1000.0), np.ones((20, 1))
    levels = []
    for k in (15, 16, 17):
        distribution = np.eye(20)[[k - 1]].repeat(20, 0)
        f0[:] = 0.975 * 24000 / 16
        levels.append(np.abs(torch_harmonic(f0, amplitude, distribution, 48000)).max())
    assert levels[0] == pytest.approx(1, abs=0.01)
    assert levels[1] == pytest.approx(0.5, abs=0.01)
    assert levels[2] == 0


@RATES
def test_noise_is_white_noise_through_the_windowed_cosine_filter(sample_rate):
    bands, frames = 17, 25
    magnitudes = generator.uniform(0, 1, (frames, bands))
    white = generator.uniform(-1, 1, frames * sample_rate // FRAME_RATE + 2 * (bands - 1))
    filtered = []
    for gains in magnitudes:
        zero_phase = np.roll(np.fft.irfft(gains), bands - 1)
        taps = np.append(zero_phase, zero_phase[0]) * scipy.signal.get_window(
            "hann", 2 * bands - 1, fftbins=False
        )
        filtered.append(np.convolve(white, taps, mode="valid"))
    share = ramp(np.eye(frames), sample_rate)
    wanted = (np.stack(filtered, 1) * share).sum(1)
    made = signal.filtered_noise(
        torch.from_numpy(magnitudes)[None],
        sample_rate=sample_rate,
        frame_rate=FRAME_RATE,
        white=torch.from_numpy(white)[None],
    )
    assert np.abs(made[0].numpy() - wanted).max() < 1e-9


def test_noise_is_uniform_and_repeats_with_its_seed():
    ones = torch.ones(2, 250, 33)
    first, again, other = (
        signal.filtered_noise(ones, sample_rate=16000, frame_rate=FRAME_RATE, seed=seed)[0]
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert float(first.var()) == pytest.approx(1 / 3, rel=0.05)
    assert float(first.abs().max()) <= 1.0001


def test_levels_and_magnitudes_have_the_gradients_of_finite_differences():
    f0 = torch.from_numpy(glide(5))[None]
    white = torch.rand(1, 88, dtype=torch.float64)

    def synthesis(amplitude, distribution, magnitudes):
        rates = {"sample_rate": 4000, "frame_rate": FRAME_RATE}
        tones = signal.harmonic(f0, amplitude, distribution, **rates)
        return tones + signal.filtered_noise(magnitudes, white=white, **rates)

    inputs = [torch.rand(1, 5, size, dtype=torch.float64, requires_grad=True) for size in (1, 4, 5)]
    assert torch.autograd.gradcheck(synthesis, inputs)


SOS = torch.from_numpy(scipy.signal.butter(4, [0.1, 0.4], "bandpass", output="sos"))


@pytest.mark.parametrize("samples", [1, 2, 255, 256, 700])
def test_sosfilt_is_scipys(samples):
    x = torch.from_numpy(generator.normal(size=(2, samples)))
    zi = torch.from_numpy(generator.normal(size=(len(SOS), 2, 2)))
    y, final = signal.sosfilt(SOS, x, zi)
    wanted, wanted_final = scipy.signal.sosfilt(SOS.numpy(), x.numpy(), zi=zi.numpy())
    np.testing.assert_allclose(y, wanted, atol=1e-12)
    np.testing.assert_allclose(final, wanted_final, atol=1e-12)


def sections_to_learn(samples: int = 60) -> list[torch.Tensor]:
    """sos with an a0 other than 1, x and zi, which all ask for a gradient."""
    scaled = SOS * torch.from_numpy(generator.uniform(0.5, 2, (len(SOS), 1)))
    x, zi = generator.normal(size=(5, samples)), generator.normal(size=(len(SOS), 5, 2))
    return [scaled.requires_grad_(), *(torch.from_numpy(part).requires_grad_() for part in (x, zi))]


def gradients_of(filtered, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
    wave = torch.linspace(-1, 1, inputs[1].numel(), dtype=torch.float64).reshape(inputs[1].shape).cos()
    return torch.autograd.grad((filtered(*inputs) * wave).sum(), inputs)


@pytest.mark.parametrize("samples", [1, 2, 60])
def test_sosfilts_gradients_are_finite_differences_to_1e_8(samples):
    inputs = sections_to_learn(samples)
    wave = torch.linspace(-1, 1, 5 * samples, dtype=torch.float64).reshape(5, samples).cos()

    def loss() -> float:
        sos, x, zi = (part.detach().numpy() for part in inputs)
        y, _ = scipy.signal.sosfilt(sos / sos[:, 3:4], x, zi=zi)
        return float((y * wave.numpy()).sum())

    for part, gradient in zip(
        inputs, gradients_of(lambda *all: signal.sosfilt(*all)[0], inputs), strict=True
    ):
        flat, step = part.detach().view(-1), 3e-4
        for i in generator.choice(len(flat), min(len(flat), 30), replace=False):
            here, found = float(flat[i]), 0.0
            # Central differences of sixth order: what is left is of step^6, and of rounding over step.
            for weight, at in zip((-1, 9, -45, 45, -9, 1), (-3, -2, -1, 1, 2, 3), strict=True):
                flat[i] = here + at * step
                found += weight * loss() / (60 * step)
            flat[i] = here
            assert float(gradient.view(-1)[i]) == pytest.approx(found, rel=1e-8, abs=1e-8)


def test_sosfilts_gradients_are_philtorchs_to_1e_8():
    lti = pytest.importorskip("philtorch.lti", reason="pip install --no-deps philtorch==0.6.0")

    def others(sos, x, zi):
        for section, state in zip(sos / sos[:, 3:4], zi, strict=True):
            b, a = (part.expand(len(x), -1) for part in (section[:3], section[4:]))
            x, _ = lti.lfilter(b, a, x, zi=state)
        return x

    inputs = sections_to_learn(500)
    ours = gradients_of(lambda *all: signal.sosfilt(*all)[0], inputs)
    for own, other in zip(ours, gradients_of(others, inputs), strict=True):
        torch.testing.assert_close(own, other, rtol=1e-8, atol=1e-8)


def test_sosfilt_in_floats_computes_in_double():
    sos = torch.from_numpy(scipy.signal.butter(6, 0.002, "highpass", output="sos"))
    x = generator.normal(size=(3, 5000)).astype(np.float32)
    made, _ = signal.sosfilt(sos, torch.from_numpy(x))
    wanted = scipy.signal.sosfilt(sos.numpy(), x.astype(np.float64))
    assert made.dtype == torch.float32
    np.testing.assert_allclose(made, wanted, atol=1e-6)
