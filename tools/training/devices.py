"""Where to train: on a graphics card if there is one, else on the processor."""

import torch

NAMES = ("auto", "cpu", "cuda", "mps")


def device_of(name: str) -> torch.device:
    """The device of a setting; auto: CUDA, else Apple's MPS, else the processor.

    Raises ValueError for one that this machine, or this build of PyTorch, does not have.
    """
    there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available, "cpu": lambda: True}
    if name == "auto":
        name = next(device for device, available in there.items() if available())
    elif name not in there:
        raise ValueError(f"There is no device {name!r}: choose one of {', '.join(NAMES)}.")
    elif not there[name]():
        raise ValueError(
            f"PyTorch {torch.__version__} finds no {name.upper()} device here: leave --device out, or say cpu."
        )
    return torch.device(name)
