"""Soft takeover: a knob that stands elsewhere than its control takes hold of it when it passes it."""

NEAR = 3 / 127


class Takeover:
    """One knob, and whether it has hold of its control."""

    def __init__(self) -> None:
        self._last: float | None = None  # where the knob was
        self._holds = False

    def let_go(self) -> None:
        """Someone else has moved the control."""
        self._holds = False

    def moved(self, knob: float, control: float | None) -> bool:
        """Whether the knob, now at `knob`, moves the control, which is at `control` (both 0 to 1, None: nowhere)."""
        last, self._last = self._last, knob
        if not self._holds and control is not None:
            passed = last is not None and min(last, knob) - NEAR <= control <= max(last, knob) + NEAR
            self._holds = passed or abs(knob - control) <= NEAR
        else:
            self._holds = True
        return self._holds
