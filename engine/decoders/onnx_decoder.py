"""A decoder run by ONNX Runtime."""

import numpy as np

from .onnx_runtime import import_quietly

INPUTS = ("f0_scaled", "loudness_scaled", "state")
OUTPUTS = ("amplitude", "harmonic_distribution", "noise_magnitudes", "state_out")


class OnnxDecoder:
    """Any ONNX decoder with the patch's input and output names, on one thread.

    Raises ValueError where the model can't be read or lacks one of the names.
    """

    def __init__(self, model: bytes):
        # Here, since most players never need it and it takes memory and a moment to load.
        onnxruntime = import_quietly("onnxruntime")

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions have no public base class
            reason = str(error).strip().partition("\n")[0]
            raise ValueError(f"ONNX Runtime can't read the decoder: {reason}") from error
        has = {value.name for value in (*self._session.get_inputs(), *self._session.get_outputs())}
        if missing := [name for name in (*INPUTS, *OUTPUTS) if name not in has]:
            raise ValueError(f"The ONNX decoder lacks {missing[0]!r} among its inputs and outputs.")
        shape = next(value.shape for value in self._session.get_inputs() if value.name == "state")
        if len(shape) != 2 or not isinstance(shape[1], int):
            raise ValueError(f"The ONNX decoder's state must be [voices, S] with a fixed S, but is {shape}.")
        row = np.zeros((1, 1), np.float32)
        self.sizes = tuple(rows.shape[1] for rows in self.step(row, row, np.zeros((1, shape[1]), np.float32)))
        """Of amplitude, harmonic distribution, noise magnitudes and state."""

    def step(self, f0_scaled: np.ndarray, loudness_scaled: np.ndarray, state: np.ndarray) -> list[np.ndarray]:
        """One frame of V voices: [V, 1], [V, 1], [V, S] -> amplitude [V, 1], harmonic distribution [V, K],
        noise magnitudes [V, M] and the state [V, S], all float32.
        """
        inputs = {"f0_scaled": f0_scaled, "loudness_scaled": loudness_scaled, "state": state}
        return self._session.run(OUTPUTS, inputs)
