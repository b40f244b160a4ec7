"""Training off the processor, without a graphics card: torch's "meta" device computes shapes and no values, and
refuses, as a card does, what mixes devices.
"""

import numpy as np
import pytest
import torch
from ddsp_live.tools.data.targets import Frames
from ddsp_live.tools.models.body import Body
from ddsp_live.tools.models.decoder import Decoder, default_layers
from ddsp_live.tools.training.devices import device_of
from ddsp_live.tools.training.objective import controls_loss, level_loss

SAMPLE_RATE = 16000
SIZES = {"harmonics": 20, "noise_bands": 9, "width": 16, "depth": 1}


def frames(count: int, *sizes: int) -> list[torch.Tensor]:
    return [torch.rand(4, count, size) * 100 + 100 for size in sizes]


@pytest.mark.parametrize("memory", [0, 8])
def test_what_is_minimised_stays_on_one_device(memory):
    decoder = Decoder(default_layers(**SIZES, memory=memory)).to("meta")
    body, generator = Body(5, SAMPLE_RATE), np.random.default_rng(0)
    batch = Frames(*frames(18, 1, 1), *frames(2, 20, 9), take=torch.zeros(4)).to(torch.device("meta"))
    found = [*controls_loss(decoder, batch, sample_rate=SAMPLE_RATE, body=body)]
    found.append(level_loss(decoder, generator, sample_rate=SAMPLE_RATE, body=body))
    assert [value.device.type for value in found] == ["meta"] * 3


def test_a_device_that_is_not_there_is_one_sentence():
    assert device_of("cpu") == torch.device("cpu")
    with pytest.raises(ValueError, match="no device 'gpu'"):
        device_of("gpu")
    for name in ("cuda", "mps"):
        if device_of("auto").type == "cpu":
            with pytest.raises(ValueError, match=f"no {name.upper()} device here"):
                device_of(name)
