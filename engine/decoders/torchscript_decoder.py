"""A decoder run by TorchScript: the model as it is trained, for developing one."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import MissingPackageError

OUTPUTS = ("amplitude", "harmonic_distribution", "noise_magnitudes")


class TorchScriptDecoder:
    """The torch module of a patch's layers and weights, scripted.

    Raises MissingPackageError where PyTorch is not installed.
    """

    def __init__(self, layers: Sequence[Mapping], weights: Mapping[str, np.ndarray]):
        try:
            import torch

            from ..tools.models.decoder import from_weights
        except ModuleNotFoundError as error:
            raise MissingPackageError("The torchscript decoder", "train", error) from error
        self._torch = torch
        model = from_weights(layers, weights).eval()
        self.sizes = (*(model.sizes[name] for name in OUTPUTS), model.state_size)
        """Of amplitude, harmonic distribution, noise magnitudes and state."""
        self._model = torch.jit.script(model)

    def step(self, f0_scaled: np.ndarray, loudness_scaled: np.ndarray, state: np.ndarray) -> list[np.ndarray]:
        """One frame of V voices: [V, 1], [V, 1], [V, S] -> amplitude [V, 1], harmonic distribution [V, K],
        noise magnitudes [V, M] and the state [V, S], all float32.
        """
        # Optimized, it compiles anew whenever another number of voices comes along: frames would be late.
        with self._torch.inference_mode(), self._torch.jit.optimized_execution(False):
            inputs = (self._torch.from_numpy(rows) for rows in (f0_scaled, loudness_scaled, state))
            return [rows.numpy() for rows in self._model(*inputs)]
