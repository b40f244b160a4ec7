"""A MIDI file into sound, offline, by the engine that plays live."""

from collections.abc import Callable

import numpy as np

from .ensemble import Ensemble
from .midi.files import read_song
from .modulation.matrix_file import DEFAULT, room_controllers
from .patch.room import OWN
from .performance.score import Note
from .synth import Synth

STEP_SECONDS = 1.0  # rendered at once, between two calls of `progress`
EVENTS_AT_ONCE = 2000
SILENCE = 10.0 ** (-90.0 / 20.0)
LONGEST_TAIL_SECONDS = 12.0  # of releases and the room


def _play(synth, event, time: int) -> None:
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
    events,
    synth: Synth | Ensemble,
    progress: Callable[[float], None] | None = None,
    listen: Callable[[], None] | None = None,
    seconds: float = 0.0,
) -> np.ndarray:
    """Play timed messages on a synth and go on until it is silent.

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

    Returns
    -------
    numpy.ndarray
        float32 [frames, 2]; a worker's delay is taken off, so that events stand at their exact samples.
    """
    rate = synth.sample_rate
    step = int(STEP_SECONDS * rate)
    due = [(round(seconds * rate), event) for seconds, event in events]
    end = max(due[-1][0] if due else 0, round(seconds * rate)) + synth.delay_samples
    most = end + int(LONGEST_TAIL_SECONDS * rate)
    sound, position, sent = [], 0, 0
    while position < most:
        while sent < len(due) and due[sent][0] < position + step:
            _play(synth, due[sent][1], due[sent][0])
            sent += 1
            if sent % EVENTS_AT_ONCE == 0:
                synth.render(0)  # takes them off the queue
        part = synth.render(step)
        sound.append(part)
        if listen is not None:
            listen()
        position += step
        if progress is not None:
            progress(position / rate)
        if position > end and np.abs(part[-step // 2 :]).max() < SILENCE:
            break
    audio = np.concatenate(sound)[synth.delay_samples :]
    loud = np.flatnonzero(np.abs(audio).max(axis=1) >= SILENCE)
    return audio[: max(end - synth.delay_samples, loud[-1] + 1 if len(loud) else 0)]


def render_midi(
    path,
    patch,
    *,
    sample_rate=48000,
    voices=32,
    decoder="native",
    seed=0,
    mode="poly",
    mpe=0,
    room=OWN,
    wet=0.0,
    programs=(),
    map=DEFAULT,
    progress=None,
):
    """Render a MIDI file with a patch.

    Parameters
    ----------
    path : str or path-like
        A Standard MIDI File.
    patch : Patch or str
        A loaded patch, a factory name or a path.
    sample_rate, voices, decoder, seed, mode, mpe, room, map
        As for `Synth`.
    wet : float
        How much of the room, 0 to 1.
    programs : sequence of Patch, str or path-like
        What the file's program changes choose from; none by default, as most files mean General MIDI's.

    Returns
    -------
    numpy.ndarray
        float32 [frames, 2], full scale ±1, from the file's start until the last sound has died away.

    Raises
    ------
    ValueError
        Where the file is not MIDI or is cut short, or the patch can't be read.

    Examples
    --------
    >>> audio = ddsp_live.render_midi("song.mid", "alto-saxophone")
    """
    song = read_song(path)
    synth = Synth(
        patch,
        sample_rate=sample_rate,
        voices=voices,
        decoder=decoder,
        seed=seed,
        mode=mode,
        mpe=mpe,
        room=room,
        map=map,
    )
    for number in room_controllers(synth.map):
        synth.control_change(number, round(127 * wet), time=0)
    synth.programs = list(programs)
    return render_events(song.events, synth, progress, seconds=song.seconds)
