"""Sound files that are written while the sound is made."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def open_sound(path: Path, rate: float) -> Iterator:
    """Open a stereo sound file for writing: 24 bit, there once it is complete or not at all.

    Gives the `soundfile.SoundFile`. Raises ValueError if it can't be written.
    """
    import soundfile

    from ..audio.outputs import OutputError, why_not

    partial = path.with_name(f".{path.name}.part")
    try:
        kind = {"format": path.suffix[1:].upper(), "subtype": "PCM_24"}
        with soundfile.SoundFile(partial, "w", round(rate), 2, **kind) as file:
            yield file
        partial.replace(path)
    except soundfile.LibsndfileError as error:
        reason = why_not(partial) or error.error_string.rstrip(".")
        raise OutputError(f"{str(path)!r} can't be written: {reason}.") from error
    finally:
        partial.unlink(missing_ok=True)


class Stems:
    """The parts of an ensemble, each into a .wav file of its name, while the ensemble renders.

    Parameters
    ----------
    folder : Path or None
        None: nothing is written.
    ensemble : Ensemble
    """

    def __init__(self, folder: Path | None, ensemble):
        self._folder, self._ensemble = folder, ensemble
        self._late = ensemble.delay_samples  # that a worker's delay puts before the sound
        self._files: dict[str, object] = {}
        self._open = ExitStack()

    def __enter__(self):
        for name in self._ensemble.synths if self._folder is not None else ():
            path = self._folder / f"{name}.wav"
            self._files[name] = self._open.enter_context(open_sound(path, self._ensemble.sample_rate))
        return self

    def __exit__(self, *error):
        return self._open.__exit__(*error)

    def listen(self) -> None:
        """Write what the ensemble has rendered last."""
        for name, file in self._files.items():
            file.write(self._ensemble.stems[name][self._late :])
        self._late = max(0, self._late - len(next(iter(self._ensemble.stems.values()))))

    def cut(self, frames: int) -> None:
        """Leave no more than so many frames, those of the mix."""
        for file in self._files.values():
            file.truncate(frames)
