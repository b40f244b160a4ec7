"""A guard over training: a batch that brings NaN or a gradient out of all proportion costs a step, not the run."""

import copy
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ..analysis.takes import RecordingError

PROPORTION = 50  # times the median of the last norms, from which a gradient is out of all proportion
REMEMBERED, FEWEST = 100, 20  # norms that the median is taken of, at most and at least
IN_A_ROW = 3  # steps left out, after which the weights go back to the last good ones
LOOK_STEPS = 50  # between copies of weights that are kept to go back to
MOST_RETURNS = 5  # times that they may go back, before training stops


class DivergedError(RecordingError):
    """Training cannot go on, in one sentence that says why and what to do."""


class Guard:
    """Decides for each step whether its gradient may be used, and goes back if several in a row may not.

    parts: what goes back, each with `state_dict` and `load_state_dict`. complain: told, in one sentence, of each
    take that brought such a gradient, once. `rate` is the share of the learning rate to go on with.
    """

    def __init__(self, parts: Mapping[str, object], complain: Callable[[str], None] = lambda sentence: None):
        self.parts, self.complain = dict(parts), complain
        self.rate = 1.0
        self.returns = 0
        self.norms: deque[float] = deque(maxlen=REMEMBERED)
        self.blamed: list[set[str]] = []  # takes to blame for each of the last steps left out, in a row
        self.named: set[str] = set()
        self.good = self._copy()

    def allows(self, norm: float, step: int, culprits: Callable[[], Sequence[str]]) -> bool:
        """Returns whether step number `step`, whose gradient has this norm before clipping, may be made.

        culprits: finds the names of the takes that brought the gradient; called only if the step is left out. Raises
        DivergedError after MOST_RETURNS returns.
        """
        if self._in_proportion(norm):
            if step % LOOK_STEPS == 0:
                self.good = self._copy()
            self.norms.append(norm)
            self.blamed.clear()
            return True
        takes = set(culprits())
        self.blamed.append(takes)
        for name in sorted(takes - self.named):
            what = "a gradient that is not finite" if not math.isfinite(norm) else "far too large a gradient"
            self.complain(
                f"{name} brought {what} in step {step + 1}; the step was left out: check this recording."
            )
        self.named |= takes
        return False

    def repeated(self) -> set[str] | None:
        """Returns the takes to blame for all of the last IN_A_ROW steps, if so many were left out, else None.

        The weights are then back where they were last good. If no take is to blame, training goes on at half the
        rate.
        """
        if len(self.blamed) < IN_A_ROW:
            return None
        shared = set.intersection(*self.blamed)
        self.blamed.clear()
        self.returns += 1
        if self.returns > MOST_RETURNS:
            last = ", ".join(sorted(shared)) or "no take in particular"
            raise DivergedError(
                f"Training went astray {self.returns} times, last with {last}: take that recording out, or choose a "
                "lower learning rate."
            )
        for name, part in self.parts.items():
            part.load_state_dict(copy.deepcopy(self.good[name]))
        if not shared:
            self.rate /= 2
        return shared

    def _in_proportion(self, norm: float) -> bool:
        if not math.isfinite(norm):
            return False
        return len(self.norms) < FEWEST or norm <= PROPORTION * max(float(np.median(self.norms)), 1e-12)

    def _copy(self) -> dict[str, dict]:
        return {name: copy.deepcopy(part.state_dict()) for name, part in self.parts.items()}


def culprits(norms: Mapping[str, float]) -> list[str]:
    """Names the takes to blame for a batch's gradient, by the norm of each one's own part {name: norm}.

    Those whose part is not finite; if there are none, the one with the largest part, if it is by far the largest.
    """
    broken = [name for name, norm in norms.items() if not math.isfinite(norm)]
    if broken or not norms:
        return broken
    largest = max(norms, key=norms.__getitem__)
    others = [norm for name, norm in norms.items() if name != largest]
    return [largest] if not others or norms[largest] > 3 * float(np.median(others)) else []


def gradient_norm(loss: Tensor, parameters: Sequence[nn.Parameter]) -> float:
    """Returns the norm of a loss's gradient, without touching what the parameters keep."""
    if not loss.requires_grad:
        return 0.0
    parts = torch.autograd.grad(loss, parameters, allow_unused=True)
    return float(torch.stack([part.norm() for part in parts if part is not None]).norm())


def growth(advance: Callable[[Tensor, int], Tensor], state: Tensor, frames: int) -> float:
    """Returns how fast a small disturbance of a recurrent state grows, the mean of ln |J v| a frame.

    advance: the state after frame number i, from the state before it. Above 0, what was far back counts ever more, and
    gradients through long stretches explode (Metz et al., Gradients are not all you need, 2021).
    """
    v = torch.randn(state.shape, generator=torch.Generator().manual_seed(0), dtype=state.dtype).to(state)
    v, total = v / v.norm(), 0.0
    for frame in range(frames):
        state, v = torch.func.jvp(lambda before, i=frame: advance(before, i), (state,), (v,))
        size = float(v.detach().norm())
        if size == 0.0:
            return -math.inf
        total += math.log(size)
        v = v / size
    return total / frames
