"""Curves for TensorBoard, where that is installed."""

from collections.abc import Callable
from pathlib import Path

Write = Callable[[str, float, int], None]
"""Told a curve's name, its value, and the step."""


def scalar_writer(folder: Path) -> Write:
    """Writes curves into a folder that `tensorboard --logdir` shows, or nowhere if it is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return lambda name, value, step: None
    writer = SummaryWriter(str(folder), flush_secs=5)
    return lambda name, value, step: writer.add_scalar(name, value, step)
