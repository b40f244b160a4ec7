"""The native decoder against torch and ONNX Runtime: each layer, whole networks, voices in any company."""

import functools

import numpy as np
import pytest
import torch
import units
from ddsp_live.decoders.onnx_runtime import import_quietly
from ddsp_live.decoders.program import Program, layer_specs
from ddsp_live.tools.models.decoder import Decoder, default_layers, to_onnx
from ddsp_live.tools.spectra.tabled import ROLES, Tables, with_tables, without_tables

onnxruntime = import_quietly("onnxruntime")

BUILDS = {"best": (), "avx2": ("-DWIDEST=256",), "portable": ("-DWIDEST=128", "-DNO_CLONES")}
HEADERS = ("nn/network.h", "nn/network_check.h")
ffi, lib = units.load(*HEADERS)


def dense(value, name, size):
    weights = {"weight": f"{name}.{size}.weight", "bias": f"{name}.{size}.bias"}
    return {"op": "dense", "input": value, "output": name, "size": size} | weights


def gru(value, name, size):
    roles = ("weight", "bias", "weight_hidden", "bias_hidden")
    return {"op": "gru", "input": value, "output": name, "size": size} | {
        r: f"{name}.{size}.{r}" for r in roles
    }


FEED_FORWARD = default_layers()
ODD = default_layers(harmonics=61, noise_bands=129, width=65, depth=2, lags=(1, 3, 64))
RECURRENT = [
    *default_layers(harmonics=100, noise_bands=65, width=64, depth=1)[:4],
    gru(["hidden_1", "loudness_scaled", "context"], "recurrent", 65),
    gru(["recurrent", "context"], "recurrent", 256),
    dense(["context", "recurrent"], "hidden_1", 63),
    dense(["hidden_1", "f0_scaled"], "hidden_1", 64),
    *default_layers(harmonics=100, noise_bands=65, width=64, depth=1)[4:],
]


def tabled(layers, first: float = 30.0, step: float = 1.5, knots: int = 40, columns: int = 41):
    """The layers with tables behind them, whose values are a decoder's to draw."""
    sizes = {"partials": columns, "noise": 33}
    arrays = {name: np.zeros((knots, size), np.float32) for name, size in sizes.items()}
    arrays |= {f"{name.removesuffix('s')}_slopes": array for name, array in arrays.items()}
    reference = np.zeros(knots, np.float32)
    return with_tables(layers, {}, Tables(first, step, **arrays, reference=reference, floor_db=-40.0))[0]


NETWORKS = {"feed-forward": FEED_FORWARD, "odd sizes": ODD, "recurrent": RECURRENT, "tables": tabled(ODD)}
networks = pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
OUTPUTS = ("amplitude", "harmonic_distribution", "noise_magnitudes")


def performance(voices: int, frames: int, seed: int = 0) -> np.ndarray:
    """f0_scaled and loudness_scaled, float32 [frames, voices, 2], wandering."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.01, (frames, voices, 2)).cumsum(0)
    return (steps + rng.uniform(0.3, 0.8, (1, voices, 2))).astype(np.float32)


def random_decoder(layers, seed: int = 1) -> Decoder:
    torch.manual_seed(seed)
    model = Decoder(layers).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
        for layer, stage in zip(layers, model.stages, strict=True):
            if layer["op"] == "table":
                for role, spread in zip(ROLES, (2.0, 0.1, 5.0), strict=True):
                    getattr(stage, role).copy_(
                        (spread * torch.randn_like(getattr(stage, role)) * 64).round() / 64
                    )
                stage.reference -= 25.0
    return model


class Native:
    """The kernel's decoder of one set of weights, for a fixed number of voices."""

    def __init__(self, layers, weights, voices: int, unit=(ffi, lib), quantized: bool = False):
        self.ffi, self.lib = unit
        program = Program.from_layers(layers, weights)
        self.program = p = program.quantized() if quantized else program
        specs = layer_specs(p, self.ffi, self.lib)
        assert self.lib.network_check(specs, p.layer_count, p.activations, p.state_size) == 0
        self.decoder = self.ffi.new("Network *")
        sizes = (p.layer_count, p.activations, p.state_size)
        _, self.kept = units.memory(
            self.ffi, lambda arena: self.lib.network_init(self.decoder, arena, specs, *sizes)
        )
        self.activations = np.full((voices, p.activations), np.nan, np.float32)
        self.states = np.zeros((voices, p.state_size), np.float32)

    def step(self, frame: np.ndarray, voices=None) -> list[np.ndarray]:
        """frame [V, 2] -> the outputs [V, size] of those voices (rows), by default of all."""
        voices = range(len(self.activations)) if voices is None else voices
        for value, name in enumerate(("f0_scaled", "loudness_scaled")):
            self.activations[voices, self.program.offsets[name]] = frame[:, value]
        rows = ([units.pointer(self.ffi, a[v]) for v in voices] for a in (self.activations, self.states))
        self.lib.network_step(self.decoder, *(self.ffi.new("float *[]", r) for r in rows), len(voices))
        return [self.value(name)[voices] for name in OUTPUTS]

    def value(self, name: str) -> np.ndarray:
        start = self.program.offsets[name]
        return self.activations[:, start : start + self.program.sizes[name]].copy()

    def run(self, frames: np.ndarray) -> list[np.ndarray]:
        """frames [frames, V, 2] -> the outputs [V, frames, size]."""
        outputs = [self.step(frame) for frame in frames]
        return [np.stack([output[i] for output in outputs], 1) for i in range(len(OUTPUTS))]


def in_torch(model: Decoder, frames: np.ndarray) -> list[np.ndarray]:
    """The same by torch in float64, and the state."""
    x = torch.from_numpy(frames).double().transpose(0, 1)
    with torch.no_grad():
        *outputs, state = model.double().sequence(
            x[..., :1], x[..., 1:], model.fresh_state(x.shape[0]).double()
        )
    model.float()
    return [*(output.numpy() for output in outputs), state.numpy()]


@functools.cache
def long_run(network: str):
    """Weights, 500 frames of three voices, and what torch makes of them."""
    model, frames = random_decoder(NETWORKS[network]), performance(voices=3, frames=500)
    return model.weights(), frames, in_torch(model, frames)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("build", BUILDS)
def test_frames_equal_torchs_within_1e_5_over_500_frames(network, build):
    weights, frames, (*wanted, state) = long_run(network)
    native = Native(NETWORKS[network], weights, 3, units.load(*HEADERS, extra=BUILDS[build]))
    for ours, theirs in zip(native.run(frames), wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
    np.testing.assert_allclose(native.states, state, rtol=0, atol=1e-5)


@networks
def test_frames_equal_onnx_runtimes_within_1e_5(layers):
    weights, frames = random_decoder(layers).weights(), performance(voices=5, frames=100)
    model = to_onnx(layers, weights, half=False)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    native = Native(layers, weights, 5)
    state = np.zeros_like(native.states)
    for frame in frames:
        inputs = {"f0_scaled": frame[:, :1], "loudness_scaled": frame[:, 1:], "state": state}
        *wanted, state = session.run([*OUTPUTS, "state_out"], inputs)
        for ours, theirs in zip(native.step(frame), wanted, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_a_table_reads_between_knots_and_beside_its_loudness():
    """Against the formula by numpy, in float64: within, between and beyond the knots, and below the floor."""
    layers = tabled(ODD)
    weights = random_decoder(layers).weights()
    native = Native(layers, weights, 1)
    levels, slopes, reference = (weights[f"tabled_partials.{role}"].astype(float) for role in ROLES)
    for midi in (10.0, 30.0, 30.6, 31.5, 58.2, 88.5, 120.0):
        for loudness_db in (-70.0, -40.0, -33.3, -25.0, -12.0, 0.0):
            native.step(np.float32([[midi / 127, loudness_db / 80 + 1]]))
            place = np.clip((midi - 30) / 1.5, 0, 39)
            near = np.maximum(0, 1 - np.abs(place - np.arange(40)))
            louder = np.clip(loudness_db - near @ reference, -24, 6)
            db = near @ levels + louder * (near @ slopes) - 4 * max(0, -40 - loudness_db)
            wanted = 10 ** (np.clip(db, -160, 60) / 20)
            ours = native.value("tabled_partials")[0]
            np.testing.assert_allclose(ours[:41], wanted, rtol=3e-4)
            np.testing.assert_array_equal(ours[41:], ours[40])


@pytest.mark.parametrize("build", BUILDS)
def test_tables_of_zeros_change_no_bit(build):
    layers = tabled(ODD)
    plain, weights = without_tables(layers, random_decoder(layers).weights())
    assert plain == ODD
    zeros = {name: np.zeros_like(array) for name, array in random_decoder(layers).weights().items()}
    silent = [{**layer, "floor_db": -200.0} if layer["op"] == "table" else layer for layer in layers]
    unit, frames = units.load(*HEADERS, extra=BUILDS[build]), performance(voices=3, frames=50)
    with_zeros = Native(silent, zeros | weights, 3, unit).run(frames)
    for ours, theirs in zip(with_zeros, Native(ODD, weights, 3, unit).run(frames), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_tables_correct_each_partials_level():
    """What comes out of each partial and band is what it was times its gain, whatever the others do."""
    layers = tabled(ODD)
    weights = random_decoder(layers).weights()
    plain = Native(*without_tables(layers, weights), 2)
    native, frames = Native(layers, weights, 2), performance(voices=2, frames=20)
    for frame in frames:
        before, after = plain.step(frame), native.step(frame)
        gains, bands = native.value("tabled_partials"), native.value("tabled_noise")
        np.testing.assert_allclose(after[0] * after[1], before[0] * before[1] * gains, rtol=1e-5)
        np.testing.assert_allclose(after[1].sum(1), 1, rtol=1e-6)
        np.testing.assert_allclose(after[2], before[2] * bands, rtol=1e-6)


def test_the_8_bit_decoder_has_the_same_tables():
    layers = tabled(ODD)
    weights, frames = random_decoder(layers).weights(), performance(voices=1, frames=20)
    exact, rounded = Native(layers, weights, 1), Native(layers, weights, 1, quantized=True)
    for frame in frames:
        exact.step(frame), rounded.step(frame)
        for name in ("tabled_partials", "tabled_noise"):
            np.testing.assert_array_equal(exact.value(name), rounded.value(name))


HEADS = FEED_FORWARD[-7:]
SINGLE = {
    "dense": [dense(["f0_scaled"], "hidden_3", 256)],
    "dense, one after the other": [dense(["loudness_scaled"], "a", 7), dense(["a"], "hidden_3", 256)],
    "difference": [FEED_FORWARD[0], dense(["context"], "hidden_3", 256)],
    "gru": [gru(["f0_scaled"], "hidden_3", 256)],
    "reads a value twice": [dense(["f0_scaled"], "a", 9), dense(["a", "a", "f0_scaled"], "hidden_3", 256)],
    "reads inputs the other way round": [dense(["loudness_scaled", "f0_scaled"], "hidden_3", 256)],
    "overwrites a value that it reads": [
        dense(["f0_scaled"], "hidden_3", 33),
        dense(["hidden_3"], "hidden_3", 256),
    ],
    "layer norm": [
        dense(["f0_scaled"], "a", 37),
        {"op": "layer_norm", "input": ["a"], "output": "b", "weight": "n.w", "bias": "n.b", "epsilon": 1e-5},
        dense(["a", "b"], "hidden_3", 256),
    ],
    "leaky ReLU": [
        dense(["f0_scaled"], "a", 37),
        {"op": "leaky_relu", "input": ["a"], "output": "a", "slope": 0.2},
        dense(["a", "f0_scaled"], "hidden_3", 256),
    ],
    "exp-sigmoid, normalize": [
        dense(["f0_scaled"], "a", 37),
        {"op": "exp_sigmoid", "input": ["a", "f0_scaled"], "output": "b"},
        {"op": "normalize", "input": ["b"], "output": "c"},
        dense(["a", "c"], "hidden_3", 256),
    ],
}


@pytest.mark.parametrize("layers", SINGLE.values(), ids=SINGLE)
def test_each_layer_equals_torchs(layers):
    layers = [*layers, *HEADS]
    model, frames = random_decoder(layers), performance(voices=2, frames=5)
    native = Native(layers, model.weights(), 2)
    for ours, theirs in zip(native.run(frames), in_torch(model, frames), strict=False):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_exp_sigmoid_holds_far_from_zero():
    layers = [{"op": "leaky_relu", "input": ["f0_scaled"], "output": "a", "slope": 1.0}]
    layers += [{"op": "exp_sigmoid", "input": ["a"], "output": "amplitude"}, *HEADS[2:]]
    layers = [dense(["f0_scaled"], "hidden_3", 256), *layers]
    native = Native(layers, random_decoder(layers).weights(), 1)
    for x in (-1e6, -200.0, -90.0, -20.0, -1.0, 0.0, 1.0, 20.0, 200.0, 1e6):
        native.step(np.float32([[x, 0]]))
        wanted = 2 * np.exp(-np.log(10) * np.logaddexp(0, -x)) + 1e-7
        assert native.value("amplitude")[0, 0] == pytest.approx(wanted, rel=2e-6, abs=1e-14), x


@pytest.mark.parametrize("network", NETWORKS)
def test_quantized_frames_are_off_by_less_than_a_tenth(network):
    """By less than a fiftieth where training has made the network smooth; where the processor has no such products,
    not at all.
    """
    weights, frames, (*wanted, _) = long_run(network)
    ours = Native(NETWORKS[network], weights, 3, quantized=True).run(frames)
    plain = Native(NETWORKS[network], weights, 3).run(frames)
    has_products = units.load("nn/gemv_int8.h")[1].gemv_int8_is_fast()
    for rounded, floats, exact in zip(ours, plain, wanted, strict=True):
        off = np.linalg.norm(rounded - exact) / np.linalg.norm(exact)
        assert 1e-4 < off < 0.1 if has_products else np.array_equal(rounded, floats)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_processor_without_int8_products_decodes_in_floats(network):
    weights, frames, _ = long_run(network)
    unit = units.load(*HEADERS, extra=BUILDS["portable"])
    runs = [Native(NETWORKS[network], weights, 3, unit, quantized).run(frames[:20]) for quantized in (0, 1)]
    for floats, asked in zip(*runs, strict=True):
        np.testing.assert_array_equal(floats, asked)


@networks
@pytest.mark.parametrize("quantized", [False, True], ids=["floats", "int8"])
@pytest.mark.parametrize("build", BUILDS)
def test_a_voice_does_not_depend_on_its_company(layers, build, quantized):
    unit = units.load(*HEADERS, extra=BUILDS[build])
    weights, most, frames = random_decoder(layers).weights(), 64, performance(voices=64, frames=4)
    wanted = Native(layers, weights, most, unit, quantized)
    alone = [[wanted.step(frame[[v]], [v]) for v in range(most)] for frame in frames]
    for company in (2, 3, 4, 5, 16, 17, 64):
        native = Native(layers, weights, most, unit, quantized)
        order = np.random.default_rng(company).permutation(most)
        for frame, each in zip(frames, alone, strict=True):
            for first in range(0, most, company):
                voices = order[first : first + company]
                for i, ours in enumerate(native.step(frame[voices], voices)):
                    np.testing.assert_array_equal(ours, np.concatenate([each[v][i] for v in voices]))
        np.testing.assert_array_equal(native.states, wanted.states)


def test_a_cleared_state_starts_anew():
    model, frames = random_decoder(RECURRENT), performance(voices=1, frames=20)
    native = Native(RECURRENT, model.weights(), 1)
    first = native.run(frames)
    native.states[:] = 0
    for again, before in zip(native.run(frames), first, strict=True):
        np.testing.assert_array_equal(again, before)


def test_writes_no_other_value():
    """Every value lies in its own range: NaN around them stays."""
    layers = [dense(["f0_scaled"], "hidden_3", 65), *HEADS]
    native = Native(layers, random_decoder(layers).weights(), 1)
    native.step(np.float32([[0.5, 0.5]]))
    written = np.zeros(native.program.activations, bool)
    written[:2] = True  # the inputs
    for step in native.program.steps:
        written[step.output : step.output + step.output_size] = True
    np.testing.assert_array_equal(np.isfinite(native.activations[0]), written)
