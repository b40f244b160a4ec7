"""The MPE zones that were asked for, followed from the messages that pass."""

DATA_ENTRY, RPN_FINE, RPN = 6, 100, 101
MPE_CONFIGURATION = 6
LOWER_MASTER, UPPER_MASTER = 0, 15
MOST_MEMBERS = 15


class Zones:
    """The lower and the upper zone.

    Attributes
    ----------
    lower, upper : int
        How many member channels each has; 0: there is no such zone.
    members : tuple of int
        All member channels, those of the upper zone first, farthest from the masters that keyboards use.
    """

    def __init__(self) -> None:
        self.lower = self.upper = 0
        self.members: tuple[int, ...] = ()
        self._selected = {LOWER_MASTER: [127, 127], UPPER_MASTER: [127, 127]}

    def receive(self, message: bytes) -> bool:
        """Follow one message; returns whether it changed a zone."""
        channel, number, value = message[0] & 15, *message[1:3]
        if message[0] & 0xF0 != 0xB0 or channel not in self._selected:
            return False
        selected = self._selected[channel]
        if number in (RPN, RPN_FINE):
            selected[number == RPN_FINE] = value
        if number != DATA_ENTRY or selected != [0, MPE_CONFIGURATION]:
            return False
        members = min(MOST_MEMBERS, value)
        left = 0 if members == MOST_MEMBERS else MOST_MEMBERS - 1 - members  # for the other zone
        if channel == LOWER_MASTER:
            self.lower, self.upper = members, min(self.upper, left)
        else:
            self.lower, self.upper = min(self.lower, left), members
        self.members = (*range(14, 14 - self.upper, -1), *range(self.lower, 0, -1))
        return True

    def others(self) -> list[int]:
        """Masters, and channels outside all zones: where a controller concerns everything that sounds."""
        return [channel for channel in range(16) if channel not in self.members]
