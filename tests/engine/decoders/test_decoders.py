"""The worker's decoders are one function, and the worker hands each voice its own frames."""

import time
from types import SimpleNamespace

import cffi
import numpy as np
import pytest
import torch
from ddsp_live.decoders.onnx_decoder import OnnxDecoder
from ddsp_live.decoders.torchscript_decoder import TorchScriptDecoder
from ddsp_live.decoders.worker import DECODERS, Worker
from ddsp_live.tools.models.decoder import Decoder, default_layers, to_onnx

FEED_FORWARD = default_layers(harmonics=60, noise_bands=65, width=64)
RECURRENT = [
    *FEED_FORWARD[:4],
    {"op": "gru", "input": ["hidden_1"], "output": "hidden_1", "size": 64}
    | {role: f"gru.{role}" for role in ("weight", "bias", "weight_hidden", "bias_hidden")},
    *FEED_FORWARD[4:],
]
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")
networks = pytest.mark.parametrize("layers", [FEED_FORWARD, RECURRENT], ids=["feed-forward", "recurrent"])


def random_weights(layers) -> dict[str, np.ndarray]:
    torch.manual_seed(3)
    return Decoder(layers).weights()


def run(decoder, frames: np.ndarray) -> list[np.ndarray]:
    """frames [frames, V, 2] -> outputs [frames, V, size] and the last state."""
    state = np.zeros((frames.shape[1], decoder.sizes[-1]), np.float32)
    outputs = []
    for frame in frames:
        *rows, state = decoder.step(frame[:, :1], frame[:, 1:], state)
        outputs.append(rows)
    return [*(np.stack(rows) for rows in zip(*outputs, strict=True)), state]


@networks
@pytest.mark.parametrize("voices", [1, 3])
def test_onnx_and_torchscript_agree_within_1e_5(layers, voices):
    weights = random_weights(layers)
    frames = np.random.default_rng(0).uniform(0.2, 0.9, (100, voices, 2)).astype(np.float32)
    onnx = run(OnnxDecoder(to_onnx(layers, weights)), frames)
    script = run(TorchScriptDecoder(layers, weights), frames)
    for a, b in zip(onnx, script, strict=True):
        assert a.dtype == b.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5)


class FakeKernel:
    """An instrument whose requests come from a list: batches of (voice, fresh, f0_scaled, loudness_scaled).

    answers: {voice: [frame]}, a frame being all outputs in a row.
    """

    def __init__(self, batches, sizes):
        self.ffi, self.lib = cffi.FFI(), self
        self.batches, self.sizes, self.batch, self.answers = list(batches), sizes, [], {}

    def instrument_requests(self, instrument, most, *rows):
        self.batch = self.batches.pop(0) if self.batches else []
        assert len(self.batch) <= most
        for i, request in enumerate(self.batch):
            for row, value in zip(rows, request, strict=True):
                row[i] = value
        return len(self.batch)

    def instrument_answer(self, instrument, count, *outputs):
        assert count == len(self.batch)
        tables = [
            np.frombuffer(self.ffi.buffer(rows, count * size * 4), np.float32).reshape(count, size)
            for rows, size in zip(outputs, self.sizes, strict=True)
        ]
        for i, (voice, *_) in enumerate(self.batch):
            self.answers.setdefault(voice, []).append(np.concatenate([table[i] for table in tables]))


@pytest.fixture(scope="module")
def decoder():
    return OnnxDecoder(to_onnx(RECURRENT, random_weights(RECURRENT)))


def random_batches(frames: int, voices: int):
    """Batches of random voices; each voice's first frame is fresh, and voice 0's eleventh as well."""
    rng = np.random.default_rng(8)
    so_far = dict.fromkeys(range(voices), 0)
    for _ in range(frames):
        chosen = rng.permutation(voices)[: rng.integers(1, voices + 1)]
        batch = []
        for voice in map(int, chosen):
            fresh = so_far[voice] == 0 or (voice == 0 and so_far[voice] == 10)
            batch.append((voice, int(fresh), *map(float, np.float32(rng.uniform(0.2, 0.9, 2)))))
            so_far[voice] += 1
        yield batch


def test_every_voice_gets_the_frames_of_its_own_state(decoder):
    batches = list(random_batches(frames=40, voices=4))
    kernel = FakeKernel(batches, decoder.sizes[:3])
    assert Worker(None, decoder, 4, kernel).pump() == sum(map(len, batches))
    for voice in range(4):
        state = None
        requests = [request for batch in batches for request in batch if request[0] == voice]
        for (_, fresh, f0, loudness), ours in zip(requests, kernel.answers[voice], strict=True):
            state = np.zeros((1, decoder.sizes[-1]), np.float32) if fresh else state
            *wanted, state = decoder.step(np.float32([[f0]]), np.float32([[loudness]]), state)
            np.testing.assert_allclose(ours, np.concatenate(wanted, 1)[0], rtol=0, atol=1e-6)


def test_pumping_without_requests_does_nothing(decoder):
    kernel = FakeKernel([], decoder.sizes[:3])
    assert Worker(None, decoder, 4, kernel).pump() == 0
    assert not kernel.answers


def wait_until(condition, seconds: float = 5.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)
    assert condition()


def test_the_thread_answers_by_itself_until_it_is_stopped(decoder):
    kernel = FakeKernel([[(0, 1, 0.5, 0.5)]], decoder.sizes[:3])
    worker = Worker(None, decoder, 4, kernel)
    for frames in (1, 2):
        worker.start()
        wait_until(lambda frames=frames: len(kernel.answers.get(0, [])) == frames)
        worker.stop()
        kernel.batches.append([(0, 0, 0.5, 0.5)])
    time.sleep(0.01)
    assert len(kernel.answers[0]) == 2
    assert worker.error is None


def failing_decoder(error: Exception):
    def step(*_):
        raise error

    return SimpleNamespace(sizes=(1, 60, 65, 3), step=step)


def test_an_error_in_the_thread_is_kept_and_the_thread_ends():
    error = RuntimeError("the model fell over")
    worker = Worker(None, failing_decoder(error), 2, FakeKernel([[(0, 1, 0.5, 0.5)]], (1, 60, 65)))
    worker.start()
    wait_until(lambda: worker.error is error)
    worker.stop()


def test_an_error_reaches_who_pumps():
    worker = Worker(None, failing_decoder(KeyError()), 2, FakeKernel([[(0, 1, 0.5, 0.5)]], (1, 60, 65)))
    with pytest.raises(KeyError):
        worker.pump()


def test_the_kernel_is_not_given_rows_of_another_size():
    short = SimpleNamespace(
        sizes=(1, 60, 65, 3), step=lambda *_: [np.zeros((1, n), np.float32) for n in (1, 59, 65, 3)]
    )
    kernel = FakeKernel([[(0, 1, 0.5, 0.5)]], (1, 60, 65))
    with pytest.raises(ValueError, match=r"returned \[1, 59\] where \[1, 60\]"):
        Worker(None, short, 2, kernel).pump()
    assert not kernel.answers


@pytest.mark.parametrize("name", DECODERS)
def test_a_model_must_make_what_its_patch_promises(name):
    weights = random_weights(FEED_FORWARD)
    patch = {"layers": FEED_FORWARD, "weights": weights, "onnx": to_onnx(FEED_FORWARD, weights)}
    patch |= {"harmonics": 60, "noise_bands": 65, "state_size": 17}
    assert DECODERS[name](SimpleNamespace(**patch)).sizes == (1, 60, 65, 17)
    with pytest.raises(ValueError, match="sizes"):
        DECODERS[name](SimpleNamespace(**patch | {"harmonics": 61}))


def test_a_broken_model_is_one_sentence():
    with pytest.raises(ValueError, match=r"^ONNX Runtime can't read the decoder: [^\n]*$"):
        OnnxDecoder(b"not a model")


def test_a_model_without_an_output_is_named():
    model = to_onnx(FEED_FORWARD, random_weights(FEED_FORWARD)).replace(
        b"noise_magnitudes", b"noise_magnitudez"
    )
    with pytest.raises(ValueError, match="'noise_magnitudes'"):
        OnnxDecoder(model)
