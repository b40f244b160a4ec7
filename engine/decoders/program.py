"""From a patch's layer list to the native decoder's: every value gets a place in one vector per voice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from .layers import OPS, checked_layer, layer_label

MAX_LAYERS = 64
MAX_WIDTH = 4096
MAX_STATE = 65536
MAX_HARMONICS = 256
MAX_NOISE_BANDS = 1025
LANES = 16
FEWEST_QUANTIZED = 64  # inputs of a product that is worth quantizing

INPUTS = ("f0_scaled", "loudness_scaled")
OUTPUTS = ("amplitude", "harmonic_distribution", "noise_magnitudes")
OUTPUT_LIMITS = {
    "amplitude": (1, 1),
    "harmonic_distribution": (1, MAX_HARMONICS),
    "noise_magnitudes": (2, MAX_NOISE_BANDS),
}


@dataclass(frozen=True)
class Step:
    """One LayerSpec of the kernel: ranges in floats, arrays as float32 in C order."""

    op: str
    input: int
    input_size: int
    output: int
    output_size: int
    state: int = 0
    state_size: int = 0
    parameter: float = 0.0
    lags: tuple[int, ...] = ()
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """A checked decoder, ready for the kernel, which copies the weights when it initializes.

    offsets, sizes: of every named value, in floats of the activation vector. activations: the vector's
    length, a multiple of 16. state_size: S. Keep it alive while `specs` is in use: it owns the weights.
    """

    steps: tuple[Step, ...]
    offsets: Mapping[str, int]
    sizes: Mapping[str, int]
    activations: int
    state_size: int

    @classmethod
    def from_layers(
        cls,
        layers: Sequence[Mapping],
        weights: Mapping[str, np.ndarray],
        inputs: Sequence[str] = INPUTS,
        outputs: Mapping[str, tuple[int, int]] = OUTPUT_LIMITS,
    ) -> "Program":
        """Checks a patch's layers against its weights, {name: float32 array} in torch's shapes.

        inputs: names of numbers that are given, in their places. outputs: what the layers must make, and the sizes
        that it may have. Raises ValueError in one sentence that names the layer: patches come from strangers.
        """
        if not isinstance(layers, list | tuple) or not 1 <= len(layers) <= MAX_LAYERS:
            raise ValueError(f"The decoder must be a list of 1 to {MAX_LAYERS} layers.")
        placement = _Placement(inputs)
        for index, layer in enumerate(layers):
            placement.add(checked_layer(layer, index), layer_label(layer, index), weights)
        return placement.finish(cls, outputs)

    @property
    def layer_count(self) -> int:
        return len(self.steps)

    @property
    def multiply_adds(self) -> int:
        """In the matrix products of one voice's frame."""
        products = (step for step in self.steps if step.op != "table")  # of which two rows are read
        return sum(array.size for step in products for array in step.arrays.values() if array.ndim == 2)

    def quantized(self) -> "Program":
        """The same with its large products in 8-bit integers, quantized when the kernel initializes; recurrent layers,
        which would keep the error, and a single output, which is amplitude, stay in floats.
        """
        steps = (
            replace(step, op="dense_int8")
            if step.op == "dense" and step.input_size >= FEWEST_QUANTIZED and step.output_size >= LANES
            else step
            for step in self.steps
        )
        return replace(self, steps=tuple(steps))

    @cached_property
    def specs(self):
        """LayerSpec[layer_count] of the installed kernel (cffi)."""
        from ddsp_live.native import _kernel

        return layer_specs(self, _kernel.ffi, _kernel.lib)


def layer_specs(program: Program, ffi, lib):
    """LayerSpec[layer_count] for a cffi module built from synth.h; it points into the program's arrays."""
    specs = ffi.new("LayerSpec[]", program.layer_count)
    for spec, step in zip(specs, program.steps, strict=True):
        spec.kind = getattr(lib, f"LAYER_{step.op.upper()}")
        spec.input, spec.input_size = step.input, step.input_size
        spec.output, spec.output_size = step.output, step.output_size
        spec.state, spec.state_size = step.state, step.state_size
        spec.parameter = step.parameter
        spec.lag_count, spec.lags[0 : len(step.lags)] = len(step.lags), step.lags
        for name, number in step.numbers.items():
            setattr(spec, name, number)
        for name, array in step.arrays.items():
            setattr(spec, name, ffi.cast("float *", array.ctypes.data))
    return specs


class _Placement:
    """The activation vector as it is laid out; offsets and sizes are of the values as they now stand."""

    def __init__(self, inputs: Sequence[str]):
        self.steps: list[Step] = []
        self.offsets = {name: i for i, name in enumerate(inputs)}
        self.sizes = dict.fromkeys(inputs, 1)
        self.used = len(inputs)
        self.state_used = 0
        self.made: set[str] = set()

    def add(self, layer: Mapping, label: str, weights: Mapping[str, np.ndarray]) -> None:
        names, output, op = layer["input"], layer["output"], OPS[layer["op"]]
        for name in names:
            if name not in self.offsets:
                raise ValueError(f'{label} reads "{name}", which no earlier layer makes.')
        input_size = sum(self.sizes[name] for name in names)
        _check_width(label, "input", input_size)
        if op.halves and input_size % 2:
            raise ValueError(
                f"{label} must read two values of equal size, but they have {input_size} numbers."
            )
        if layer["op"] == "table" and (input_size != 2 or layer["columns"] > layer["size"]):
            raise ValueError(
                f"{label} must read a pitch and a loudness, and have no more columns than its size."
            )
        output_size = op.output_size(layer, input_size)
        _check_width(label, "output", output_size)
        state_size = op.state_size(layer, input_size)
        arrays = dict(_arrays(label, layer, op.shapes(layer, input_size), weights))
        for role, most in op.limits.items():
            if np.abs(arrays[role]).max() > most:
                raise ValueError(f'{label} has "{layer[role]}" with numbers beyond ±{most:g}.')
        state, self.state_used = self.state_used, self.state_used + state_size
        if self.state_used > MAX_STATE:
            raise ValueError(f"{label} brings the state to {self.state_used} numbers, more than {MAX_STATE}.")
        start = self._gather(names, input_size)
        in_place = op.elementwise and list(names) == [output]
        place = start if in_place else self._take(output_size)
        ranges = (start, input_size, place, output_size, state, state_size)
        parameter = float(layer[op.parameter]) if op.parameter else 0.0
        lags = tuple(layer["lags"]) if "lags" in op.keys else ()
        numbers = {name: layer[name] for name in op.numbers}
        self.steps.append(Step(layer["op"], *ranges, parameter, lags, arrays, numbers))
        self.offsets[output], self.sizes[output] = place, output_size
        self.made.add(output)

    def finish(self, make: type[Program], outputs: Mapping[str, tuple[int, int]]) -> Program:
        for name, (low, high) in outputs.items():
            if name not in self.made:
                raise ValueError(f'No layer of the decoder makes "{name}".')
            if not low <= self.sizes[name] <= high:
                wanted = str(low) if low == high else f"{low} to {high}"
                raise ValueError(f'The decoder\'s "{name}" has size {self.sizes[name]} instead of {wanted}.')
        return make(tuple(self.steps), self.offsets, self.sizes, _whole_lanes(self.used), self.state_used)

    def _take(self, size: int) -> int:
        place = _whole_lanes(self.used)
        self.used = place + size
        return place

    def _gather(self, names: Sequence[str], size: int) -> int:
        """Where the values stand one after the other; they are copied there where they do not."""
        start = end = self.offsets[names[0]]
        for name in names:
            if self.offsets[name] != end:
                break
            end += self.sizes[name]
        else:
            return start
        start = end = self._take(size)
        for name in names:
            self.steps.append(Step("copy", self.offsets[name], self.sizes[name], end, self.sizes[name]))
            end += self.sizes[name]
        return start


def _whole_lanes(count: int) -> int:
    return -(-count // LANES) * LANES


def _check_width(label: str, what: str, size: int) -> None:
    if not 1 <= size <= MAX_WIDTH:
        raise ValueError(f"{label} has an {what} of {size} numbers where 1 to {MAX_WIDTH} are allowed.")


def _arrays(label: str, layer: Mapping, shapes: Mapping[str, tuple[int, ...]], weights: Mapping) -> Iterator:
    for role, shape in shapes.items():
        name = layer[role]
        if name not in weights:
            raise ValueError(f'{label} needs the weights "{name}", which are missing.')
        array = np.asarray(weights[name])
        if array.dtype != np.float32 or array.shape != shape:
            found = f"{array.dtype} {list(array.shape)}"
            raise ValueError(f'{label} needs "{name}" as float32 {list(shape)}, but it is {found}.')
        if not np.isfinite(array).all():
            raise ValueError(f'{label} has weights "{name}" that are not all finite.')
        yield role, np.ascontiguousarray(array)
