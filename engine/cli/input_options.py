"""Options and words of `ddsp-live play` about sound that comes in."""

import argparse
import threading

from .options import number
from .words import tell_without_effect

SEND_SECONDS = 0.01
NOT_FOR_CONTROL = ("octave", "snap", "scale")
CONTROL_MS = 9  # from a step of level to its sound
INPUT_OPTIONS = ("input_channel", "input_mode", "octave", "snap", "scale", "gate", "loudest")


def octave(text: str) -> int | str:
    """An argument type: a whole number of octaves, or "auto"."""
    return text if text == "auto" else int(number(int, -4, 4)(text))


def loudest(text: str) -> float | str:
    """An argument type: a loudness in dB, or "auto"."""
    return text if text == "auto" else number(float, -60, 0)(text)


def add_matching_options(parser: argparse.ArgumentParser) -> None:
    """How what is sung is fitted to a patch, live and from a file."""
    parser.add_argument(
        "--octave",
        type=octave,
        default="auto",
        metavar="N",
        help="transpose by octaves; auto moves the input into the patch's range (default)",
    )
    parser.add_argument(
        "--snap",
        type=number(float, 0, 1),
        default=0.0,
        metavar="AMOUNT",
        help="how far the pitch is pulled to the scale: 0 not at all (default), 1 fully",
    )
    parser.add_argument(
        "--scale", metavar="SCALE", help="scale such as 'D minor', or a Scala file (default: chromatic)"
    )
    parser.add_argument(
        "--gate",
        type=number(float, -80, 0),
        default=-55.0,
        metavar="DB",
        help="loudness in dB below which there is no note (default: -55)",
    )
    parser.add_argument(
        "--loudest",
        type=loudest,
        default="auto",
        metavar="DB",
        help="loudness in dB that is played as the patch's loudest; auto learns it from the input (default)",
    )


def add_input_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input",
        nargs="?",
        const="",
        metavar="NAME",
        help="follow this audio input, by number or part of its name; mic is the default input",
    )
    parser.add_argument(
        "--input-channel", type=number(int, 1, 64), default=1, metavar="N", help="input channel (default: 1)"
    )
    parser.add_argument(
        "--input-mode",
        choices=("follow", "notes", "control"),
        default="follow",
        help="follow: every pitch as it is sung (default); notes: detect notes; control: keys play notes, and the "
        "input their loudness, vibrato, brightness and breath, by --map voice unless another is named",
    )
    add_matching_options(parser)
    parser.add_argument(
        "--calibrate", action="store_true", help="measure your soft and loud for ten seconds first"
    )
    parser.add_argument(
        "--midi-out", metavar="PORT", help="also send the notes of --input-mode notes to this MIDI port"
    )


def choose_map(arguments) -> None:
    """Choose the map `voice` for an input that is a controller, unless --map names another."""
    if arguments.input is not None and arguments.input_mode == "control" and "map" not in arguments.said:
        arguments.map = "voice"


def check_matching(arguments) -> None:
    """Say what of the matching does nothing. Raises ScaleError or ScalaError for a scale that there is not."""
    from ..tuning.scales import scale_pitches

    if arguments.scale is not None:
        scale_pitches(arguments.scale)
        if not arguments.snap:
            tell_without_effect(arguments, ["scale"], "without --snap: say how far, as in --snap 1")


def listen(arguments, synth) -> None:
    """As the options ask for. Raises ValueError where they make no sense together."""
    if arguments.input is None:
        if arguments.midi_out is not None or arguments.calibrate:
            raise ValueError("--midi-out and --calibrate need sound that comes in: name it with --input.")
        tell_without_effect(arguments, INPUT_OPTIONS, "without --input")
        return
    check_matching(arguments)
    if arguments.input_mode == "control":
        tell_without_effect(arguments, NOT_FOR_CONTROL, "with --input-mode control: keys play the notes")
    if arguments.midi_out is not None and arguments.input_mode != "notes":
        raise ValueError("Only notes can be sent to --midi-out: say --input-mode notes.")
    synth.input.follow(
        arguments.input_mode,
        octave=arguments.octave,
        snap=arguments.snap,
        scale=arguments.scale,
        gate_db=arguments.gate,
        loudest_db=arguments.loudest,
    )
    if arguments.calibrate:
        synth.input.calibrate()


def heard_from(arguments, synth, stream) -> str:
    """From where it hears, and how long that takes."""
    devices_ms = stream.input_latency_ms + stream.latency_ms
    if arguments.input_mode == "control":
        return (
            f"{synth.patch.title} is played by keys and shaped by {stream.input.name!r} ({stream.input.host}): "
            f"{devices_ms:.1f} ms the devices', and {CONTROL_MS} ms to hear a level. Use headphones."
        )
    low_ms = 11 + 1000.0 / synth.patch.frame_rate
    what = "follows" if arguments.input_mode == "follow" else "plays the notes of"
    sentence = (
        f"{synth.patch.title} {what} {stream.input.name!r} ({stream.input.host}): from a pitch to its sound "
        f"{devices_ms:.1f} ms the devices', and 10 (a high one) to {low_ms:.0f} ms "
        "(100 Hz) to hear it. Use headphones."
    )
    if arguments.calibrate:
        sentence += " For ten seconds, sing soft and loud, high and low."
    return sentence


def input_line(heard) -> str:
    """What is heard, for the line of status."""
    import math

    pitch = f"{heard.f0_hz:6.1f} Hz" if heard.voiced else " no pitch"
    line = f"  in {pitch} {heard.loudness_db:5.1f} dB, {heard.delay_ms:.0f} ms"
    if heard.calibrating:
        line += f"  calibrating {math.ceil(heard.calibrating)} s"
    if heard.duck_db < -0.5:
        line += f"  feedback {heard.duck_db:.0f} dB"
    return line


class NoteSender:
    """A thread that sends the notes that were heard to a MIDI output; a context manager."""

    def __init__(self, synth, port: str):
        from ..midi.ports.output import MidiOutput

        self._synth, self._output = synth, MidiOutput(port)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ddsp-live heard notes", daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()
        self._output.close()

    def _run(self) -> None:
        sounding = {}
        while not self._stopping.wait(SEND_SECONDS):
            for note in self._synth.input.notes():
                self._output.send(note.message)
                sounding[note.note] = note.down
        for note, down in sounding.items():
            if down:
                self._output.send(bytes((0x80, note, 64)))
