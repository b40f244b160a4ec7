"""How many messages a page may send."""

import time
from collections.abc import Callable


class RateLimit:
    """A bucket of `burst` messages that fills at `rate` a second.

    Parameters
    ----------
    rate, burst : float
    clock : callable
        Seconds; for tests.
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic):
        self.rate, self.burst, self.refused = rate, burst, 0
        self._clock, self._left, self._at = clock, burst, clock()

    def allows(self) -> bool:
        """Whether one more message may pass; counts those that may not."""
        now = self._clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1:
            self.refused += 1
            return False
        self._left -= 1
        return True
