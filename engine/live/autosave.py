"""Keeps what the player set for the next start, a moment after it was set, and at the end."""

import threading
from collections.abc import Mapping

from .presets import save_last
from .session import Session
from .snapshot import capture

PAUSE_SECONDS = 2.0  # between the last change and its being written
CHANGES = frozenset({"control", "learn", "map", "patch", "room", "panel", "tuning"})


class Autosave:
    """A context manager; what cannot be written is told once."""

    def __init__(self, session: Session, settings: Mapping[str, int]):
        self._session, self._settings = session, settings
        self._changed, self._ending = threading.Event(), threading.Event()
        self._told = False
        self._thread = threading.Thread(target=self._run, name="ddsp-live remember", daemon=True)

    def __enter__(self):
        self._end = self._session.listen(lambda kind, what: kind in CHANGES and self._changed.set())
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end()
        self._ending.set()
        self._changed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._changed.wait()
            self._ending.wait(PAUSE_SECONDS)
            self._changed.clear()
            self._write()

    def _write(self) -> None:
        try:
            save_last(capture(self._session, dict(self._settings)))
        except OSError as error:
            if not self._told:
                self._told = True
                self._session.say(f"What is set cannot be kept for the next start ({error}).")
