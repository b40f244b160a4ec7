"""A synth on an audio device."""

from collections.abc import Callable

from ..audio.stream import Stream
from ..synth import Synth


def play(
    synth: Synth,
    device: int | str | None = None,
    *,
    say: Callable[[str], None] | None = None,
    input: int | str | None = None,
    input_channel: int = 1,
) -> Stream:
    """Open the audio device and play live.

    Parameters
    ----------
    synth : Synth
        Offline so far: while it plays, it cannot `render`.
    device : int, str or None
        A number or a part of a name from ``ddsp-live devices``; None is the system's default.
    say : callable, optional
        Called with a sentence when the device goes and comes.
    input : int, str or None
        An input device for `Input.follow`, by number or by a part of its name; "" is the default one. If it cannot
        be had, a sentence says why, and the rest plays.
    input_channel : int
        Of that device, from 1.

    Returns
    -------
    Stream
        To be used with ``with``; at its end the device is closed.

    Raises
    ------
    DeviceError
        If there is no such device, or it refuses the synth's sample rate or block size.

    Examples
    --------
    >>> synth = ddsp_live.Synth("alto-saxophone")
    >>> with ddsp_live.play(synth) as stream:
    ...     synth.note_on(69)
    ...     input("Enter ends ")
    """
    return Stream(synth, device, say, input, input_channel)
