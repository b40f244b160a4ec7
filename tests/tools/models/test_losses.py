"""What training minimises, against closed forms and against the loudness of rendered audio."""

import math

import numpy as np
import pytest
import torch
from ddsp_live.input.loudness import loudness
from ddsp_live.tools.data.targets import QUIETEST, Frames
from ddsp_live.tools.models.decoder import Decoder, default_layers
from ddsp_live.tools.models.losses import a_weighting_gain, control_loudness, spectral_distance
from ddsp_live.tools.models.synthesis import decode, render
from ddsp_live.tools.training.objective import controls_loss, off_level

RATES = {"sample_rate": 44100, "frame_rate": 250}


def test_distance_is_zero_between_equals_and_grows_with_level():
    x = torch.rand(2, 8192, generator=torch.Generator().manual_seed(1)) - 0.5
    assert spectral_distance(x, x) == 0
    near, far = (spectral_distance(x, gain * x) for gain in (0.9, 0.5))
    assert 0 < near < far


def test_distance_counts_a_gain_as_its_logarithm_at_each_scale():
    x = 1e3 * torch.randn(1, 16384, generator=torch.Generator().manual_seed(1))
    sizes = (2048, 64)
    y = 2 * x
    linear = sum(
        torch.stft(x, n, n // 4, window=torch.hann_window(n), center=False, return_complex=True).abs().mean()
        for n in sizes
    )
    assert float(spectral_distance(x, y, sizes) - linear) == pytest.approx(2 * np.log(2), rel=1e-3)


def test_distance_has_a_gradient_at_silence():
    x = torch.zeros(1, 4096, requires_grad=True)
    spectral_distance(x, torch.rand(1, 4096)).backward()
    assert torch.isfinite(x.grad).all()


def test_a_weighting_is_the_standards():
    # IEC 61672-1, table 3, at 100, 1000 and 10000 Hz.
    gains = 20 * torch.log10(a_weighting_gain(torch.tensor([100.0, 1000.0, 10000.0])))
    assert gains.tolist() == pytest.approx([-19.1, 0, -2.5], abs=0.1)


@pytest.mark.parametrize("midi", [40, 60, 88])
@pytest.mark.parametrize("tones, noise", [(0.3, 0.0), (0.0, 0.2), (0.1, 0.1)])
def test_loudness_of_controls_is_that_of_their_sound(midi, tones, noise):
    generator = torch.Generator().manual_seed(midi)
    f0_hz = torch.full((1, 250, 1), 440 * 2 ** ((midi - 69) / 12))
    distribution = torch.rand(1, 1, 100, generator=generator).expand(1, 250, 100)
    magnitudes = noise * torch.rand(1, 1, 65, generator=generator).expand(1, 250, 65)
    controls = torch.full((1, 250, 1), tones), distribution / distribution.sum(-1, keepdim=True), magnitudes
    predicted = control_loudness(f0_hz, *controls, 44100)
    audio = render(controls, f0_hz, **RATES)[0].numpy()
    assert float(predicted[0, 0, 0]) == pytest.approx(loudness(audio, 44100, 250)[25:-25].mean(), abs=0.4)


def test_a_wrong_level_is_mended_by_the_amplitude_and_noise_is_only_made_softer():
    f0_hz = torch.full((1, 2, 1), 220.0)
    amplitude = torch.full((1, 2, 1), 0.1, requires_grad=True)
    distribution = torch.full((1, 2, 20), 0.05, requires_grad=True)
    magnitudes = torch.tensor([1e-4, 0.5])[None, :, None].expand(1, 2, 17).clone().requires_grad_()
    wanted = torch.tensor([-5.0, -40.0])[None, :, None]  # louder than it is, and softer than the noise alone
    off_level(f0_hz, (amplitude, distribution, magnitudes), wanted, 16000).sum().backward()
    assert amplitude.grad[0, 0] < 0 < amplitude.grad[0, 1]
    assert distribution.grad is None
    assert (
        not magnitudes.grad[0, 0].any() and (magnitudes.grad[0, 1] >= 0).all() and magnitudes.grad[0, 1].any()
    )


def test_no_share_of_the_amplitude_is_left_above_nyquist():
    torch.manual_seed(0)
    decoder = Decoder(default_layers(harmonics=20, noise_bands=17, width=16, depth=1, lags=(1,)))
    f0_hz, loudness_db = torch.full((1, 2, 1), 1000.0), torch.full((1, 2, 1), -20.0)
    targets = torch.full((1, 1, 20), math.log(0.01))
    targets[..., 8:] = math.log(QUIETEST)  # 8 kHz and above, at 16 kHz
    frames = Frames(f0_hz, loudness_db, targets, torch.full((1, 1, 17), math.log(1e-5)), torch.zeros(1))
    optimizer = torch.optim.Adam(decoder.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        controls_loss(decoder, frames, sample_rate=16000)[0].backward()
        optimizer.step()
    assert decode(decoder, f0_hz, loudness_db)[1][0, -1, 8:].sum() < 0.01
