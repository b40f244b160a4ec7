"""What a computer must have to play without stutter, checked one by one, in words for a newcomer."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..audio.device import Device, DeviceError, accepted_rate, find_device, find_input, portaudio
from ..live.capacity import GOOD_LOAD, callback_share, fitting
from ..live.play import play
from ..midi.ports.backend import MidiPortError
from ..midi.ports.input import list_ports
from ..native._kernel import lib
from ..parameters import BY_NAME
from ..patch import Patch, PatchError
from ..patch.cost import check_cost
from ..synth import Synth

OK, WARNING, PROBLEM = "ok", "warning", "problem"
LISTEN_SECONDS = 1.0
HELD_VOICES = 8
WHERE_LIMITS = "docs/realtime.md"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to change where it is not ok."""

    name: str
    level: str
    found: str
    change: str = ""


def check_all(
    patch: Patch,
    *,
    device: int | str | None = None,
    rate: float | None = None,
    block: int = 64,
    sound: bool = False,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Finding]:
    """All findings, the ones that prevent sound (level `PROBLEM`) first.

    sound: whether to play a quiet chord; otherwise the voices work, but at no volume.
    """
    findings = [check_kernel()]
    findings.append(check_headroom(patch, rate or 48000, block))
    progress(0.3)
    findings += check_output(patch, device, rate, block, sound)
    progress(0.9)
    findings += [check_midi(), *check_limits(), *check_governor()]
    progress(1.0)
    return sorted(findings, key=lambda finding: (PROBLEM, WARNING, OK).index(finding.level))


def check_output(patch: Patch, wanted, rate: float | None, block: int, sound: bool) -> list[Finding]:
    """PortAudio, the device, and how the kernel's callback fares on it for a second."""
    try:
        portaudio()
        device = find_device(wanted)
        rate = rate or accepted_rate(device)
    except DeviceError as error:
        found, _, change = str(error).rpartition(": ")
        return [Finding("audio device", PROBLEM, f"{found}.", _sentence(change))]
    synth = Synth(patch, sample_rate=rate, block_size=block, voices=HELD_VOICES)
    synth.control_change(7, 40 if sound else 0, time=0)
    said: list[str] = []
    try:
        with play(synth, wanted, say=said.append) as stream:
            for key in range(HELD_VOICES):
                synth.note_on(48 + 4 * key, 50)
            time.sleep(LISTEN_SECONDS)
            stats, priority, latency_ms = synth.stats(), stream.priority, stream.latency_ms
    except DeviceError as error:
        found, _, change = str(error).rpartition(": ")
        return [Finding("audio device", PROBLEM, f"{found}.", _sentence(change))]
    name = f"{device.name!r} ({device.host})"
    if not stats.callbacks or said:
        found = f"The device {name} was opened, but it did not ask for sound."
        return [
            Finding("audio device", PROBLEM, found, "Choose another --device, or restart the sound server.")
        ]
    opened = f"{name} plays {rate:g} Hz in blocks of {block} samples, {latency_ms:.1f} ms behind."
    return [
        Finding("audio device", OK, opened, sound_server_hint(device.host)),
        check_input(device),
        judge_callbacks(stats, block),
        judge_priority(priority),
    ]


def check_input(output: Device) -> Finding:
    """Which microphone `--input` would hear beside this output; none is needed to play by keys."""
    try:
        source = find_input("", output)
    except DeviceError:
        found = "There is no audio input, so that `play --input` has nothing to follow; keys need none."
        return Finding("audio input", OK, found)
    found = f"`play --input` hears {source.name!r} ({source.host}), {source.channels} channels."
    if source.host != output.host:
        change = (
            f"It is not of the output's host, {output.host}: choose a --device and an --input of one host."
        )
        return Finding("audio input", WARNING, found, change)
    return Finding("audio input", OK, found)


def judge_callbacks(stats, block: int) -> Finding:
    """Whether the callbacks of `stats` came in time."""
    load, bigger = stats.load_percentile(99), f"Play with --block {min(4096, 2 * block)}"
    percent = f"{100 * load:.0f} %"
    found = f"99 of 100 blocks took under {percent} of their time, of {stats.callbacks}; {stats.xruns} xruns."
    if stats.xruns:
        return Finding("dropouts", WARNING, found, f"{bigger}, and close what else uses the processor.")
    if load > GOOD_LOAD:
        return Finding("dropouts", WARNING, found, f"{bigger} or fewer --voices.")
    return Finding("dropouts", OK, found)


def judge_priority(priority: int | None) -> Finding:
    """What the audio thread was granted; 0 where nothing was."""
    if priority:
        return Finding("priority", OK, f"The audio thread runs at real-time priority {priority}.")
    found = "The audio thread runs at ordinary priority, so that any other program can make it late."
    return Finding(
        "priority", WARNING, found, f"Let your user ask for real-time priority: {WHERE_LIMITS} tells how."
    )


def sound_server_hint(host: str) -> str:
    """Where a sound server stands between PortAudio and the device, the shorter way around it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if sys.platform == "linux" and host == "ALSA" and runtime and Path(runtime, "pipewire-0").exists():
        return "PipeWire is running: `pw-jack ddsp-live play` talks to it directly, which is quicker."
    return ""


def check_midi() -> Finding:
    try:
        names = list_ports()
    except MidiPortError as error:
        found, _, change = str(error).rpartition(": ")
        return Finding("MIDI", WARNING, f"{found}.", _sentence(change))
    if not names:
        found = "No MIDI keyboard is connected."
        return Finding(
            "MIDI", WARNING, found, "Connect one: it plays at once, even while `ddsp-live play` runs."
        )
    return Finding("MIDI", OK, f"{len(names)} MIDI inputs: {', '.join(names)}.")


def check_kernel() -> Finding:
    bits = lib.bench_vector_bits()
    found = f"The kernel computes with {bits}-bit vectors."
    return Finding("processor", OK, found)


def check_headroom(patch: Patch, rate: float, block: int) -> Finding:
    """How many voices fit into half of a block's time, by timing callbacks of a few and of many.

    A patch whose layers already say that no machine plays it is not timed.
    """
    few, many = 2, 16
    try:
        check_cost(patch, many)
    except PatchError as error:
        return Finding("headroom", PROBLEM, str(error), "Play another patch, or fewer --voices of it.")
    costs = [callback_share(patch, rate, block, voices) for voices in (few, many)]
    fit = fitting(GOOD_LOAD, few, costs[0], many, costs[1])
    most = int(BY_NAME["voices"].high)
    count = f"more than {most}" if fit > most else fit
    found = f"One core has time for {count} voices in blocks of {block}."
    if fit < 16:
        change = f"Play with --block {min(4096, 4 * block)}, or with fewer --voices."
        return Finding("headroom", WARNING, found, change)
    return Finding("headroom", OK, found)


def check_limits() -> list[Finding]:
    """What the system lets this user ask for (Linux)."""
    if sys.platform != "linux":
        return []
    import resource

    if os.geteuid() == 0:
        return [Finding("limits", OK, "The administrator may ask for any priority.")]
    soft, _ = resource.getrlimit(resource.RLIMIT_RTPRIO)
    if soft == resource.RLIM_INFINITY or soft >= 70:
        most = "at any level" if soft == resource.RLIM_INFINITY else f"up to {soft}"
        return [Finding("limits", OK, f"This user may ask for real-time priority {most}.")]
    found = f"This user may ask for real-time priority up to {soft} (ulimit -r); 70 is wanted."
    change = f"Let your user ask for more: {WHERE_LIMITS} tells how."
    return [Finding("limits", WARNING, found, change)]


def check_governor(cpus: Path = Path("/sys/devices/system/cpu")) -> list[Finding]:
    """Whether the processor slows down between blocks (Linux)."""
    governors = {path.read_text().strip() for path in cpus.glob("cpu[0-9]*/cpufreq/scaling_governor")}
    if not governors:
        return []
    names = ", ".join(sorted(governors))
    if governors & {"powersave", "conservative"}:
        found = f"The processor's clock governor is {names}: it may be slow to wake up for the next block."
        change = "While playing, run `sudo cpupower frequency-set -g performance`."
        return [Finding("clock", WARNING, found, change)]
    return [Finding("clock", OK, f"The processor's clock governor is {names}.")]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
