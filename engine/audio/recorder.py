"""Recording what is played to a WAV file, by a thread of its own, so that nothing is lost and nobody waits."""

import threading
from datetime import datetime
from pathlib import Path

import numpy as np
import soundfile

from .outputs import check_writable, why_not
from .tap import Tap

WRITE_SECONDS = 0.1
CHUNK = 16384
MOST_SECONDS = 6 * 3600  # less than the 4 GB that a WAV file holds, up to 48 kHz


class Recorder:
    """Writes all that passes a tap from now on, 24 bits, until `stop`.

    Attributes
    ----------
    path : Path
    start : int
        The frame of the tap that it began with.
    frames : int
        Written so far.
    lost : int
        Frames that were forgotten before they were written; silence stands in their place.
    problem : str
        Why it ended by itself; empty while it writes.

    Raises OutputError if the file cannot be written.
    """

    def __init__(self, tap: Tap, path: str | Path):
        self.path, self.frames, self.lost, self.problem = Path(path), 0, 0, ""
        check_writable(self.path)
        self._tap, self.start = tap, tap.written()
        self._at = self.start
        self._file = soundfile.SoundFile(
            self.path, "w", samplerate=int(tap.sample_rate), channels=2, subtype="PCM_24", format="WAV"
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ddsp-live recorder", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        return self.frames / self._tap.sample_rate

    def stop(self) -> None:
        """Write the rest and close the file."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        with self._file:
            try:
                while not self._stopping.wait(WRITE_SECONDS) and self.seconds < MOST_SECONDS:
                    self._write_all()
                self._write_all()
            except (OSError, soundfile.LibsndfileError) as error:
                reason = why_not(self.path) or str(error).rstrip(".")
                self.problem = f"The recording {self.path.name} ended: {reason}."

    def _write_all(self) -> None:
        while len(block := self._next()):
            self._file.write(block)
            self.frames += len(block)

    def _next(self) -> np.ndarray:
        block = self._tap.read(self._at, CHUNK)
        if block is None:
            block = np.zeros((CHUNK, 2), np.float32)
            self.lost += CHUNK
        self._at += len(block)
        return block


def new_recording(folder: Path) -> Path:
    """A name by the time of day that no file in the folder has."""
    stem = f"ddsp-live-{datetime.now():%Y%m%d-%H%M%S}"
    names = (folder / f"{stem}{extra}.wav" for extra in ("", *(f"-{i}" for i in range(2, 1000))))
    return next(name for name in names if not name.exists())
