"""Peaks that begin anew for each reader by itself: what one has read, no other loses."""

import threading
from collections.abc import Mapping


class Peaks:
    """The highest values that each reader has not read yet, from a source that forgets them when it is looked at."""

    def __init__(self):
        self._held: dict[str, dict[str, float]] = {}
        self._lock = threading.Lock()

    def read(self, reader: str, found: Mapping[str, float]) -> dict[str, float]:
        """The highest values since this reader's last reading.

        found: what the source held just now, by name, whoever looks.
        """
        with self._lock:
            self._held.setdefault(reader, {})
            for held in self._held.values():
                held.update({name: max(value, held.get(name, value)) for name, value in found.items()})
            read, self._held[reader] = self._held[reader], {}
            return read
