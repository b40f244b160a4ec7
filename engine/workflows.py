"""Whole jobs in one call: play a recording by a patch, make a patch, judge one. Each loads what it needs then."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import DdspLiveError, MissingPackageError
from .input.input import AUTO
from .patch.model import Patch
from .patch.room import OWN, Room, chosen_room

if TYPE_CHECKING:
    from .timbre_transfer import Transfer
    from .tools.build.make_patch import Made
    from .tools.evaluation.evaluate_patch import Evaluation

TRAINING = "Training"


def transfer(
    recording: str | Path,
    patch: Patch | str | Path,
    *,
    octave: int | str = AUTO,
    snap: float = 0.0,
    scale: str | None = None,
    gate_db: float | None = None,
    loudest_db: float | str = AUTO,
    room: str | Path | Room = OWN,
    wet: float = 0.0,
    seed: int = 0,
) -> "Transfer":
    """Play a recording of one voice or instrument by a patch, which takes its pitch and loudness.

    Parameters
    ----------
    recording : str or path-like
        A sound file of any rate and number of channels.
    patch : Patch, str or path-like
    octave, snap, scale, gate_db, loudest_db
        As for `Input.follow`.
    room, wet
        As for `render_midi`.
    seed : int
        Of the noise.

    Returns
    -------
    Transfer
        Its ``audio`` is float32 [samples, 2] at its ``sample_rate``.

    Raises
    ------
    DdspLiveError
        If the recording, the patch or the room can't be used.

    Examples
    --------
    >>> played = ddsp_live.transfer("humming.wav", "trumpet")
    >>> soundfile.write("trumpet.wav", played.audio, played.sample_rate)
    """
    from . import timbre_transfer
    from .input.pitch_track import GATE_DB
    from .patch.library import loaded

    patch, gate = loaded(patch), GATE_DB if gate_db is None else gate_db
    heard = timbre_transfer.hear(Path(recording), patch.sample_rate, patch.frame_rate, gate)
    return timbre_transfer.transfer(
        heard,
        patch,
        octave=octave,
        snap=snap,
        scale=scale,
        loudest_db=loudest_db,
        room=chosen_room(room, patch),
        wet=wet,
        seed=seed,
    )


def train(
    folder: str | Path,
    output: str | Path,
    *,
    size: str = "standard",
    source: Mapping[str, str] | None = None,
    progress: Callable[[str, float, str], None] = lambda stage, share, note: None,
    complain: Callable[[str], None] = lambda sentence: None,
    **settings: Any,
) -> "Made":
    """Make a patch from a folder of recordings of one instrument; minutes, and it goes on where it was stopped.

    Parameters
    ----------
    folder : str or path-like
    output : str or path-like
        The patch, ``name.ddsp``.
    size : str
        ``"tiny"``, ``"standard"`` or ``"rich"``.
    source : mapping, optional
        The recordings' ``title``, ``recordings``, ``licence``, ``url`` and ``licence_text``.
    progress, complain : callable, optional
        Called with a stage, its share done and a note; and with each sentence about what was not as it should be.
    **settings
        Fields of `ddsp_live.tools.training.settings.Settings`, such as ``steps``, ``seed``, ``threads``, ``device``,
        ``room``.

    Returns
    -------
    Made
        ``patch`` and ``report``, paths, and the ``figures`` of the recordings that were held out.

    Raises
    ------
    MissingPackageError
        If the packages of the extra ``train`` are not installed.
    ValueError
        If the recordings or the settings can't be used.
    """
    try:
        from .tools.build.make_patch import make_patch
        from .tools.build.source import known_source
        from .tools.training.settings import Settings
        from .tools.training.sizes import SIZES
    except ModuleNotFoundError as error:
        raise MissingPackageError(TRAINING, "train", error) from error
    if size not in SIZES:
        raise DdspLiveError(f"There is no size {size!r}: choose one of {', '.join(SIZES)}.")
    output, folder = Path(output), Path(folder)
    try:
        chosen = Settings(size=size, **{**SIZES[size], **settings})
    except TypeError as error:
        known = ", ".join(Settings.__dataclass_fields__)
        raise DdspLiveError(f"The training has no such setting ({error}): there are {known}.") from error
    about = known_source(output.stem, folder) | dict(source or {})
    return make_patch(folder, output, chosen, about, progress=progress, complain=complain)


def evaluate(
    patch: Patch | str | Path,
    folder: str | Path,
    *,
    which: str = "either",
    write: str | Path | None = None,
    **more: Any,
) -> "Evaluation":
    """Measure how near a patch comes to recordings of its instrument.

    Parameters
    ----------
    patch : Patch, str or path-like
    folder : str or path-like
    which : str
        ``"all"`` files, those ``"held out"`` of training, or ``"either"``, the latter where the folder has them.
    write : str or path-like, optional
        A folder for what was played.
    **more
        As for `ddsp_live.tools.evaluation.evaluate_patch.evaluate_patch`.

    Returns
    -------
    Evaluation
        ``figures`` of all, ``files`` of each.

    Raises
    ------
    MissingPackageError
        If the packages of the extra ``train`` are not installed.
    """
    try:
        from .tools.evaluation.evaluate_patch import evaluate_patch
    except ModuleNotFoundError as error:
        raise MissingPackageError("Evaluation", "train", error) from error
    from .patch.library import loaded

    return evaluate_patch(
        loaded(patch), Path(folder), which=which, write=None if write is None else Path(write), **more
    )


def Audio(audio: np.ndarray, rate: float = 48000) -> Any:
    """What a notebook shows as a player of `audio`, float [frames, 2] as `Synth.render` gives it, as loud as it is.

    Raises DdspLiveError without IPython. The same in one line: ``IPython.display.Audio(audio.T,
    rate=48000, normalize=False)``.
    """
    try:
        from IPython.display import Audio as Player
    except ModuleNotFoundError as error:
        raise DdspLiveError(
            "Audio needs IPython, which notebooks bring: run `pip install notebook`."
        ) from error
    return Player(audio.T, rate=round(rate), normalize=False)
