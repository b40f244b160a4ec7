"""When to do next what is done so many times a second."""

import time
from collections.abc import Callable


class Ticker:
    """Beats at `rate` a second, whatever is done between them; those that were missed are not made up for.

    Parameters
    ----------
    rate : float
    clock : callable
        Seconds; for tests.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic):
        self._period, self._clock, self._next = 1 / rate, clock, clock()

    def pause(self) -> float:
        """Seconds until the next beat."""
        now = self._clock()
        self._next = max(now, self._next + self._period)
        return self._next - now
