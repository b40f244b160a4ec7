"""The built-in phrase: played live, or into a file without an audio device."""

import sys
import time
from pathlib import Path

from ..terminal import progress
from .input_options import INPUT_OPTIONS
from .options import make_synth
from .words import tell_without_effect

USUAL_RATE = 48000
DEMO = Path("demo.wav")
LONGEST_TAIL_SECONDS = 12.0
SILENCE = 10.0 ** (-90.0 / 20.0)
REFRESH_SECONDS = 0.125
NEED_A_DEVICE = ("midi", "virtual", "input", *INPUT_OPTIONS, "midi_out", "calibrate", "learn", "seconds")


def send_phrase(synth) -> float:
    """Sends the built-in phrase, a moment ahead; the sample at which its last event stands."""
    from ..midi.phrase import phrase

    start = synth.position() + synth.sample_rate // 4
    times = [int(start + seconds * synth.sample_rate) for seconds, _ in phrase()]
    for at, (_, raw) in zip(times, phrase(), strict=True):
        synth.send(raw, time=at)
    return times[-1]


def is_over(stats, last: int, sample_rate: float) -> bool:
    """Whether the last event was played and its sound has died away, or should have."""
    after = stats.position - last
    return after > 0 and (stats.peak < SILENCE or after > LONGEST_TAIL_SECONDS * sample_rate)


def play_to_file(arguments, patch, reason: str) -> int:
    """Without a device: the phrase at the pace of a real one, and what was played, as a file."""
    import numpy as np

    from ..audio.offline_clock import NullDevice
    from ..audio.outputs import check_writable
    from .render import write_sound

    check_writable(DEMO)
    print(
        f"{reason} Until then, the built-in phrase is played to nobody and kept in {DEMO}.", file=sys.stderr
    )
    tell_without_effect(arguments, NEED_A_DEVICE, "without an audio device")
    rate = arguments.rate or USUAL_RATE
    synth = make_synth(arguments, patch, rate=rate, block=arguments.block)
    end = send_phrase(synth)
    device = NullDevice(synth, keep=True)
    synth.instruments.start()
    device.start()
    try:
        with progress("Playing") as show:
            while True:
                time.sleep(REFRESH_SECONDS)
                stats = synth.stats()
                show(min(1.0, stats.position / end))
                if is_over(stats, end, synth.sample_rate):
                    break
    finally:
        device.stop()
        synth.instruments.stop()
    audio = device.audio
    loud = np.flatnonzero(np.abs(audio).max(axis=1) >= SILENCE)
    write_sound(DEMO, audio[: loud[-1] + 1 if len(loud) else 0], synth.sample_rate)
    print(
        f"{DEMO}: {patch.title}, {len(audio) / synth.sample_rate:.1f} s, played with a load of "
        f"{100 * stats.load_percentile(99):.0f} % at most in 99 of 100 blocks of {synth.block_size}.",
        file=sys.stderr,
    )
    return 0
