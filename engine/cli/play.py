"""`ddsp-live play`: a patch on an audio device, from MIDI keyboards; without a device, into demo.wav."""

import contextlib
import sys
import threading
import time
from pathlib import Path

from ..terminal import quiet_libraries
from .demo import REFRESH_SECONDS, SILENCE, USUAL_RATE, is_over, play_to_file, send_phrase
from .input_options import NoteSender, add_input_options, choose_map, heard_from, input_line, listen
from .learn_options import add_learning, keep_map, obey_lines, settle_map
from .options import AUTO, DEFAULT_PATCH, add_parameter, add_sound_options, make_synth, number
from .surfaces import (
    add_surfaces,
    has_surface,
    make_session,
    open_surfaces,
    settle_room,
    tell_of_surfaces,
    wanted_preset,
)

EXAMPLES = """examples:
  ddsp-live play                                   the alto saxophone, from every MIDI keyboard there is
  ddsp-live play --demo                            no keyboard at hand: it plays a phrase by itself
  ddsp-live play my-cello.ddsp --midi Keystation --device USB --room own --wet 0.3
  ddsp-live play --virtual "ddsp-live"             a MIDI port that a sequencer can send to
  ddsp-live play --panel                           a page in the browser on which one plays and sees what happens
  ddsp-live play --osc 9000 --osc-host 0.0.0.0     a phone on the same network may play, by OSC
  ddsp-live play --map wind                        breath makes the loudness; docs/midi.md lists what moves what
  ddsp-live play --map my.toml --learn vibrato     the next knob that you turn moves the vibrato from now on
  ddsp-live play --preset evening                  as it was saved in the panel
  ddsp-live play trumpet --input mic               sing, and a trumpet follows; use headphones
  ddsp-live play --input USB --snap 0.8 --scale "D minor"
  ddsp-live play --input mic --input-mode notes --midi-out synth

Enter or Ctrl-C ends, a line like `learn vibrato` learns meanwhile. `ddsp-live devices` lists devices and ports.
"""
USUAL_VOICES = 16


def add_arguments(parser) -> None:
    parser.add_argument(
        "patch",
        nargs="?",
        metavar="PATCH",
        help=f"patch, by name or path (default: the last one played, or {DEFAULT_PATCH})",
    )
    parser.add_argument(
        "--device", metavar="NAME", help="audio device, by number or part of its name (default: the system's)"
    )
    add_parameter(parser, "block_size", "--block")
    add_sound_options(parser, voices=AUTO, rate=None)
    parser.add_argument(
        "--midi",
        action="append",
        default=[],
        metavar="PORT",
        help="MIDI input, by number or part of its name; can be repeated (default: every port, now and later)",
    )
    parser.add_argument("--virtual", metavar="NAME", help="open a virtual MIDI port for other programs")
    add_input_options(parser)
    parser.add_argument(
        "--as-recorded",
        dest="trim",
        action="store_false",
        help="play each patch at the level of its recordings; by default all are about equally loud",
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="play even a patch whose network no machine of today runs in time",
    )
    parser.add_argument("--demo", action="store_true", help="play the built-in phrase")
    add_learning(parser)
    add_surfaces(parser)
    parser.add_argument(
        "--seconds", type=number(float, 0, 1e9), metavar="S", help="stop after this many seconds"
    )


def run(arguments) -> int:
    from ..audio.device import DeviceError, accepted_rate, find_device
    from ..live.capacity import capacity
    from ..patch import load_patch
    from ..patch.cost import check_cost

    tell_of_surfaces(arguments)
    preset = wanted_preset(arguments)
    choose_map(arguments)
    map_file = settle_map(arguments)
    patch = load_patch(arguments.patch or preset.patch)
    is_auto = arguments.voices == AUTO
    if is_auto:
        arguments.voices = USUAL_VOICES
    check_cost(patch, arguments.voices, arguments.decoder, arguments.trust)
    settle_room(arguments, preset)
    nobody = None
    try:
        with quiet_libraries():
            rate = arguments.rate or accepted_rate(find_device(arguments.device))
    except DeviceError as error:
        if arguments.device is not None:
            raise
        if not has_surface(arguments):
            return play_to_file(arguments, patch, str(error))
        nobody, rate = f"{error} Until then, it plays to nobody.", arguments.rate or USUAL_RATE
    if is_auto:
        found = capacity(patch, rate, arguments.block, arguments.voices, arguments.decoder)
        arguments.voices = found.voices
        if found.says:
            print(found.says, file=sys.stderr)
    synth = make_synth(arguments, patch, rate=rate, block=arguments.block)
    return _play_live(arguments, synth, preset, map_file, nobody)


def _play_live(arguments, synth, preset, map_file: Path | None, nobody: str | None) -> int:
    from rich.console import Console

    from ..audio.offline_clock import NullStream
    from ..live.play import play

    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    with contextlib.ExitStack() as stack:
        session = make_session(arguments, synth, preset, console.print)
        say = session.say
        with quiet_libraries():
            listen(arguments, synth)
            if nobody:
                stream = stack.enter_context(NullStream(synth, say))
            else:
                heard = {"input": arguments.input, "input_channel": arguments.input_channel}
                stream = stack.enter_context(play(synth, arguments.device, say=say, **heard))
            if map_file is not None:
                keep_map(session, map_file)
            if arguments.learn:
                session.learn(arguments.learn)
            connected = _open_midi(arguments, session.receive, stack, say)
        if arguments.midi_out is not None:
            stack.enter_context(NoteSender(synth, arguments.midi_out))
        console.print(nobody or _where(synth, stream))
        if stream.input is not None:
            console.print(heard_from(arguments, synth, stream))
        open_surfaces(arguments, session, stream, connected, stack, preset)
        console.print(_from_what(arguments, connected()))
        last = send_phrase(synth) if arguments.demo else None
        try:
            _wait(arguments, session, stream, console, last)
        finally:
            synth.panic()
    return 0


def _open_midi(arguments, receive, stack: contextlib.ExitStack, say):
    """Opens the ports that were asked for, or all; what comes back gives the names of those that are there."""
    from ..midi.ports.backend import MidiPortError
    from ..midi.ports.input import MidiInput
    from ..midi.ports.output import is_own

    def changed(name: str, here: bool) -> None:
        say(f"The MIDI port {name!r} is {'here' if here else 'gone: it plays again when it is back'}.")

    wanted = [int(port) if port.isdigit() else port for port in arguments.midi] or [None]
    inputs = []
    for index, port in enumerate(wanted):
        virtual = arguments.virtual if index == 0 else None
        silent = [True]  # the ports that are there from the start are listed in one line
        try:
            midi = MidiInput(
                receive,
                port=port,
                virtual=virtual,
                besides=lambda name: is_own(name, arguments.midi_out),
                on_change=lambda name, here, silent=silent: None if silent[0] else changed(name, here),
            )
        except MidiPortError as error:
            if arguments.midi or virtual:
                raise
            say(str(error))
            continue
        silent[0] = False
        inputs.append(stack.enter_context(midi))
    return lambda: [name for midi in inputs for name in midi.connected]


def _where(synth, stream) -> str:
    """On what it plays, and how long sound takes from the key to the device."""
    from ..audio.latency import latency

    for _ in range(10):  # the first callback comes soon, and then the priority is known
        if stream.priority is not None:
            break
        time.sleep(0.05)
    ordinary = (
        "" if stream.priority else " Its priority is ordinary: `ddsp-live doctor` tells how to change that."
    )
    late = latency(synth, stream)
    return (
        f"{synth.patch.title} on {stream.device.name!r} ({stream.device.host}), "
        f"{synth.sample_rate:g} Hz in blocks of {synth.block_size}, {synth.voices} voices: "
        f"{late.whole_ms:.1f} ms from a key to its sound ({late.parts()}).{ordinary}"
    )


def _from_what(arguments, connected: list[str]) -> str:
    ends = "Enter or Ctrl-C ends." if sys.stdin.isatty() else "Ctrl-C ends."
    if arguments.panel and not connected:
        return f"Play on the page, or connect a MIDI keyboard. {ends}"
    if arguments.demo:
        return f"It plays by itself. {ends}"
    if connected:
        return f"Play on {', '.join(connected)}. {ends}"
    return f"No MIDI keyboard is connected: connect one and play, or hear `ddsp-live play --demo`. {ends}"


def _wait(arguments, session, stream, console, last: int | None) -> None:
    """Until Enter, Ctrl-C, the time that was asked for, or silence after the sample `last`."""
    from rich.live import Live

    synth, ended = session.synth, threading.Event()
    if sys.stdin.isatty():
        lines = session, console.print, ended
        threading.Thread(target=obey_lines, args=lines, daemon=True).start()
    limit = time.monotonic() + arguments.seconds if arguments.seconds is not None else None
    with Live(console=console, transient=True, auto_refresh=False) as live:
        while not ended.wait(REFRESH_SECONDS):
            stats = synth.stats()
            if limit is not None and time.monotonic() >= limit:
                return
            if last is not None and is_over(stats, last, synth.sample_rate):
                return
            if console.is_terminal:
                live.update(status_line(stats, stream), refresh=True)


def status_line(stats, stream) -> str:
    """What happens now, in one line."""
    import math

    peak = f"{20 * math.log10(stats.peak):6.1f} dB" if stats.peak > SILENCE else "  silence"
    line = f"voices {stats.sounding_voices:2d}  load {100 * stats.load:3.0f} %  {peak}  xruns {stats.xruns}"
    if stats.late_frames:
        line += f"  late frames {stats.late_frames}"
    if stats.stolen_voices:
        line += f"  stolen voices {stats.stolen_voices}"
    if stats.input.mode != "off":
        line += input_line(stats.input)
    return line + ("  no device" if stream.lost else "")
