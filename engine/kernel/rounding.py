"""Weights in 8 bits whose errors make up for each other in what a patch plays."""

from dataclasses import replace

import numpy as np

from ..decoders.program import Program, Step
from ..native._kernel import ffi, lib
from .memory import ALIGNMENT, zeroed

RUN = 64  # inputs that the kernel quantizes together, as INT8_RUN
MOST = 127  # the largest weight in steps
NOTES, FRAMES = 125, 16  # that the network is tried with
VIBRATO_SEMITONES = 0.3
DAMPING = 0.01  # of the mean square of the inputs, that each of them is taken to vary by itself besides


def rounded(program: Program, pitch: tuple[float, float], loudness_db: tuple[float, float]) -> Program:
    """Return the program with its large products in 8-bit integers, for a processor that multiplies these faster.

    pitch: MIDI notes, loudness_db: dB, both the range that the network is asked for. What rounding one weight of a row
    does to the row's sum, the weights not yet rounded take back, as far as inputs go together in notes of that range
    (Frantar and others, GPTQ, 2022); the inputs that stay in floats and the bias come last.
    """
    if not lib.bench_int8_products():
        return program
    rows = network_values(program, pitch, loudness_db)
    steps = tuple(
        _rounded(step, rows) if step.op == "dense_int8" else step for step in program.quantized().steps
    )
    return replace(program, steps=steps)


def _rounded(step: Step, rows: np.ndarray) -> Step:
    inputs = rows[:, step.input : step.input + step.input_size]
    weight, bias = compensated(step.arrays["weight"], step.arrays["bias"], inputs)
    return replace(step, arrays={**step.arrays, "weight": weight, "bias": bias})


def network_values(
    program: Program, pitch: tuple[float, float], loudness_db: tuple[float, float]
) -> np.ndarray:
    """All values of the network in floats [frames, activations], in notes over its range."""
    rng = np.random.default_rng(0)
    within = np.linspace(0, 1, FRAMES)
    notes, begins, ends = (rng.uniform(*span, (NOTES, 1)) for span in (pitch, loudness_db, loudness_db))
    midi = notes + VIBRATO_SEMITONES * np.sin(2 * np.pi * (within + rng.uniform(size=(NOTES, 1))))
    space = np.zeros(NOTES * FRAMES * program.activations + ALIGNMENT // 4, np.float32)
    first = -space.ctypes.data % ALIGNMENT // 4
    rows = space[first : first + NOTES * FRAMES * program.activations].reshape(NOTES * FRAMES, -1)
    rows[:, program.offsets["f0_scaled"]] = midi.ravel() / 127
    rows[:, program.offsets["loudness_scaled"]] = (begins + (ends - begins) * within).ravel() / 80 + 1
    network = program.specs, program.layer_count, program.activations, program.state_size
    kept, place = zeroed(lib.offline_network_bytes(*network))
    lib.offline_network(ffi.cast("void *", place), *network, ffi.from_buffer("float *", rows), len(rows))
    del kept
    return rows


def compensated(weight: np.ndarray, bias: np.ndarray, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a layer's weights [outputs, inputs] in 127 steps of each row's largest, and its bias, float32.

    inputs: [frames, inputs]. Those that do not fill RUN at the end keep their weights in floats.
    """
    count = weight.shape[1] // RUN * RUN
    whole = np.column_stack([inputs, np.ones(len(inputs))]).astype(np.float64)
    together = whole.T @ whole / len(whole)
    together[np.diag_indices_from(together)] += DAMPING * np.diag(together)[:count].mean() + 1e-12
    order = np.argsort(-np.diag(together)[:count])
    order = np.concatenate([order, np.arange(count, len(together))])
    left = np.column_stack([weight, bias]).astype(np.float64)[:, order]
    shares = np.linalg.cholesky(np.linalg.inv(together[np.ix_(order, order)])).T
    size = np.abs(weight[:, :count]).max(1) / np.float32(MOST)
    largest = np.abs(left[:, :count]).argmax(1)
    sign = np.sign(left[np.arange(len(left)), largest])
    for i in range(count):
        steps = np.clip(np.rint(left[:, i] / np.where(size > 0, size, 1)), -MOST, MOST)
        # The row's step is known by its largest weight.
        exact = np.where(largest == i, MOST * sign, steps) * size
        left[:, i + 1 :] -= np.outer((left[:, i] - exact) / shares[i, i], shares[i, i + 1 :])
        left[:, i] = exact
    made = np.empty_like(left)
    made[:, order] = left
    made = made.astype(np.float32)
    return np.ascontiguousarray(made[:, :-1]), np.ascontiguousarray(made[:, -1])
