"""The learned body against SciPy, the C kernel and the rules for patches."""

import ddsp_live.signal
import numpy as np
import pytest
import scipy.signal
import torch
from ddsp_live.patch.schema import read_body
from ddsp_live.tools.models.body import HIGHEST_HZ, LARGEST_GAIN_DB, LOWEST_HZ, Body

RATES = pytest.mark.parametrize("sample_rate", [16000, 44100, 48000])


def some_body(sample_rate: int = 44100, sections: int = 16, seed: int = 0, spread: float = 1.0) -> Body:
    body = Body(sections, sample_rate)
    generator = torch.Generator().manual_seed(seed)
    for parameter in body.parameters():
        parameter.data.normal_(0, spread, generator=generator)
    return body


def test_starts_flat():
    audio = torch.randn(2, 1000)
    torch.testing.assert_close(Body(8, 44100).filter(audio), audio, atol=1e-6, rtol=0)


@RATES
def test_response_is_scipys_of_its_sections(sample_rate):
    body = some_body(sample_rate)
    frequency = np.geomspace(1, sample_rate / 2, 500)
    _, wanted = scipy.signal.sosfreqz(body.sos().detach().numpy(), frequency, fs=sample_rate)
    made = body.response(torch.from_numpy(frequency)).detach()
    np.testing.assert_allclose(made, np.abs(wanted), rtol=1e-7)
    floats = body.response(torch.from_numpy(frequency.astype(np.float32))).detach()
    np.testing.assert_allclose(floats, np.abs(wanted), rtol=1e-3)


@RATES
def test_the_kernel_plays_the_same_body(sample_rate):
    body = some_body(sample_rate)
    audio = np.random.default_rng(1).uniform(-0.1, 0.1, (1, 2 * sample_rate)).astype(np.float32)
    learned = body.filter(torch.from_numpy(audio)).detach().numpy()
    played, _ = ddsp_live.signal.sosfilt(body.sos().detach().numpy(), audio)
    assert np.sum((learned - played) ** 2) < 10 ** (-100 / 10) * np.sum(played**2)


@RATES
@pytest.mark.parametrize("sections", [3, 16, 64])
@pytest.mark.parametrize("gain", [-50.0, 50.0])
@pytest.mark.parametrize("width", [-50.0, 50.0])
def test_no_parameters_make_a_body_that_a_patch_may_not_have(sample_rate, sections, gain, width):
    body = Body(sections, sample_rate)
    body.gain.data[:], body.width.data[:] = gain, width
    # All that can come together: every third section stays, its neighbours move to it.
    body.place.data[:] = torch.tensor([50.0, 0.0, -50.0]).repeat(sections)[:sections]
    read_body({"sos": body.sos().tolist()})


def test_peaks_stand_where_they_say_with_the_gain_they_say():
    body = Body(9, 48000)
    body.gain.data[4] = 0.7
    frequency, gain_db = body.frequency_hz[4].detach(), body.gain_db[4].detach()
    assert LOWEST_HZ < frequency < HIGHEST_HZ and abs(gain_db) < LARGEST_GAIN_DB
    near = frequency * torch.linspace(0.8, 1.25, 4001)
    response_db = 20 * torch.log10(body.response(near)).detach()
    assert float(response_db.max()) == pytest.approx(float(gain_db), abs=1e-3)
    assert float(near[response_db.argmax()]) == pytest.approx(float(frequency), rel=1e-3)


def test_learns_a_body_from_sound():
    """Noise through unknown resonances: the time-domain gradient finds their response to within a decibel."""
    target, body = some_body(16000, sections=5, seed=3, spread=0.5), Body(5, 16000)
    audio = torch.randn(1, 4000, generator=torch.Generator().manual_seed(0))
    wanted = target.filter(audio).detach()
    optimizer = torch.optim.Adam(body.parameters(), lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        (body.filter(audio) - wanted).square().mean().backward()
        optimizer.step()
    frequency = torch.logspace(2, 3.7, 100)
    off_db = 20 * torch.log10(body.response(frequency) / target.response(frequency))
    assert float(off_db.abs().max()) < 1.0
