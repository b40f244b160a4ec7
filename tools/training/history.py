"""How training went: losses, scores, and which weights to take."""

from dataclasses import dataclass, field

import numpy as np

BETTER = 0.05  # share of a score, from which an earlier look at the watched takes was a better one


@dataclass
class History:
    """How training went."""

    losses: list[float] = field(default_factory=list)  # of every step
    scores: list[tuple[int, float]] = field(default_factory=list)  # steps done, what `validate` said then
    seconds: float = 0.0  # that it took, in all runs that were stopped and gone on from
    left_out: list[str] = field(default_factory=list)  # takes that brought gradients that cannot be used
    rate: float = 1.0  # share of the learning rate that the guard went on with
    halved: int = 0  # times that stretches were made half as long

    @property
    def best_step(self) -> int:
        """Steps after which the score was best, or the last."""
        return min(self.scores, key=lambda score: score[1])[0] if self.scores else len(self.losses)

    @property
    def chosen_step(self) -> int:
        """Steps after which the weights were taken: the last, unless the best was better by more than chance.

        The last ones have settled as the learning rate fell, and a few takes' scores don't tell small differences.
        """
        if not self.scores or min(score for _, score in self.scores) > (1 - BETTER) * self.scores[-1][1]:
            return len(self.losses)
        return self.best_step

    @property
    def chosen_score(self) -> float:
        """What `validate` said of the weights that were taken; infinite where nothing was watched."""
        return dict(self.scores).get(self.chosen_step, np.inf)

    def stalled(self, patience: int) -> bool:
        """Whether the last `patience` scores are all no better than one before."""
        return len([step for step, _ in self.scores if step > self.best_step]) >= patience
