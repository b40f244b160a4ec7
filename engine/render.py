"""A MIDI file into sound, offline, by the engine that plays live."""

import numbers
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .ensemble import Ensemble
from .midi.channels import DRUMS_REMARK, channels_with_notes, drums, range_remark, without_channels
from .midi.files import read_song
from .modulation.matrix_file import room_controllers
from .options import SynthOptions
from .patch import Patch
from .performance.score import Note
from .synth import Synth

STEP_SECONDS = 1.0  # rendered at once, between two calls of `progress`
EVENTS_AT_ONCE = 2000
SILENCE = 10.0 ** (-90.0 / 20.0)
LONGEST_TAIL_SECONDS = 12.0  # of releases and the room


def _play(synth: Synth | Ensemble, event: bytes | Note, time: int) -> None:
    if isinstance(event, Note):
        synth.note_on(
            event.note,
            event.velocity,
            event.channel,
            time,
            attributes=event.attributes,
            seconds=event.seconds,
        )
    else:
        synth.send(event, time)


def render_events(
    events: Sequence[tuple[float, bytes | Note]],
    synth: Synth | Ensemble,
    progress: Callable[[float], None] | None = None,
    listen: Callable[[], None] | None = None,
    seconds: float = 0.0,
) -> np.ndarray:
    """Play timed messages on a synth and go on until it is silent.

    Parameters
    ----------
    events, synth, progress, listen, seconds
        As for `render_blocks`.

    Returns
    -------
    numpy.ndarray
        float32 [frames, 2]; a worker's delay is taken off, so that events stand at their exact samples.
    """
    blocks = list(render_blocks(events, synth, progress, listen, seconds))
    return np.concatenate(blocks) if blocks else np.empty((0, 2), np.float32)


def render_blocks(
    events: Sequence[tuple[float, bytes | Note]],
    synth: Synth | Ensemble,
    progress: Callable[[float], None] | None = None,
    listen: Callable[[], None] | None = None,
    seconds: float = 0.0,
) -> Iterator[np.ndarray]:
    """Play timed messages on a synth and give the sound piece by piece, so that long songs need little memory.

    Parameters
    ----------
    events : list of (float, bytes or Note)
        Seconds from the start and a raw MIDI message or a note with its attributes, in order.
    synth : Synth or Ensemble
    progress : callable, optional
        Told how many seconds have been rendered.
    listen : callable, optional
        Called after each step of rendering, for whoever keeps an ensemble's stems.
    seconds : float
        Length of the sound at the least, as a song's end of track asks for.

    Yields
    ------
    numpy.ndarray
        float32 [frames, 2]; together what `render_events` returns.
    """
    rate = synth.sample_rate
    step = int(STEP_SECONDS * rate)
    due = [(round(at * rate), event) for at, event in events]
    end = max(due[-1][0] if due else 0, round(seconds * rate)) + synth.delay_samples
    most = end + int(LONGEST_TAIL_SECONDS * rate)
    position = sent = 0
    silence: list[np.ndarray] = []  # after the end, until something sounds again
    while position < most:
        while sent < len(due) and due[sent][0] < position + step:
            _play(synth, due[sent][1], due[sent][0])
            sent += 1
            if sent % EVENTS_AT_ONCE == 0:
                synth.render(0)  # takes them off the queue
        part = synth.render(step)
        if listen is not None:
            listen()
        fresh = part[max(0, synth.delay_samples - position) :]
        position += step
        loud = np.flatnonzero(np.abs(fresh).max(axis=1) >= SILENCE)
        last = max(min(len(fresh), end - position + len(fresh)), loud[-1] + 1 if len(loud) else 0)
        if last > 0:
            yield from silence
            silence = []
            yield fresh[:last]
        if last < len(fresh):
            silence.append(fresh[max(0, last) :])
        if progress is not None:
            progress(position / rate)
        if position > end and np.abs(part[-step // 2 :]).max() < SILENCE:
            break


def render_midi(
    path: str | Path,
    patch: Patch | str,
    options: SynthOptions = SynthOptions(voices=32),  # noqa: B008, as it is frozen
    *,
    wet: float = 0.0,
    programs: Sequence[Patch | str | Path] = (),
    progress: Callable[[float], None] | None = None,
    mute: Collection[int] | None = None,
    **changes: Any,
) -> np.ndarray:
    """Render a MIDI file with a patch.

    Parameters
    ----------
    path : str or path-like
        A Standard MIDI File.
    patch : Patch or str
        A loaded patch, a factory name or a path.
    options, changes
        As for `Synth`; 32 voices by default.
    wet : float
        How much of the room, 0 to 1.
    programs : sequence of Patch, str or path-like
        What the file's program changes choose from; none by default, as most files mean General MIDI's.
    mute : collection of int, optional
        Channels, 0 to 15, that are left out: by default 9, General MIDI's drums, unless it is in an MPE zone.

    Returns
    -------
    numpy.ndarray
        float32 [frames, 2], full scale ±1, from the file's start until the last sound has died away, and at least
        until its end of track.

    Warns
    -----
    UserWarning
        In one sentence each: what of the file was skipped or corrected, drums that are left out, notes outside the
        range that the patch was recorded in.

    Raises
    ------
    ValueError
        If the file holds nothing that can be played, or the patch can't be read.

    Examples
    --------
    >>> audio = ddsp_live.render_midi("song.mid", "alto-saxophone")
    """
    for channel in mute or ():
        if not isinstance(channel, numbers.Integral) or not 0 <= channel <= 15:
            raise ValueError(f"mute has {channel!r}: give channels from 0 to 15; 9 is General MIDI's drums.")
    song = read_song(path)
    synth = Synth(patch, options, **changes)
    for number in room_controllers(synth.map):
        synth.control_change(number, round(127 * wet), time=0)
    synth.programs = list(programs)
    muted = drums(song.events, changes.get("mpe", options.mpe)) if mute is None else set(mute)
    events = without_channels(song.events, muted)
    left_out = mute is None and muted & set(channels_with_notes(song.events))
    for remark in (
        song.remark,
        f"{DRUMS_REMARK}: mute=() plays it." if left_out else "",
        range_remark(events, dict.fromkeys(range(16), synth.patch)),
    ):
        if remark:
            warnings.warn(remark, stacklevel=2)
    return render_events(events, synth, progress, seconds=song.seconds)
