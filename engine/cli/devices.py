"""`ddsp-live devices`: where sound can go, and where notes and sound can come from."""

from ..terminal import print_json, print_table, quiet_libraries
from .options import add_json

EXAMPLES = """examples:
  ddsp-live devices
  ddsp-live play --device "USB Audio" --midi Keystation      a part of a name is enough
  ddsp-live play trumpet --input Microphone                  follows what comes in there
"""
NO_AUDIO = "There is no audio output device: connect one, or start a sound server such as JACK."
NO_INPUT = "There is no audio input device: to sing to a patch, connect a microphone."
NO_MIDI = "There is no MIDI input: connect a keyboard, or make a port with `ddsp-live play --virtual`."


def add_arguments(parser) -> None:
    add_json(parser)


def run(arguments) -> int:
    answer = look()
    if arguments.json:
        print_json(answer)
        return 0
    _print_devices("Audio outputs", answer["audio"], answer["audio_problem"])
    if answer["audio"]:
        _print_devices("Audio inputs", answer["inputs"], answer["inputs_problem"])
    if answer["midi"]:
        print("MIDI inputs")
        print_table(("number", "name"), list(enumerate(answer["midi"])))
    else:
        print(answer["midi_problem"])
    return 0


def _print_devices(title: str, devices: list[dict], problem: str | None) -> None:
    if devices:
        print(f"{title} (* is the default)")
        rows = [
            (
                f"{'*' if row['default'] else ' '} {row['index']}",
                row["name"],
                row["host"],
                row["channels"],
                f"{row['sample_rate']:g} Hz",
                f"{row['latency_ms']:.1f} ms",
            )
            for row in devices
        ]
        print_table(("  number", "name", "host", "channels", "rate", "latency"), rows)
    else:
        print(problem)
    print()


def look() -> dict:
    """The devices and ports; where there are none, a sentence in `audio_problem`, `inputs_problem` or
    `midi_problem`.
    """
    from dataclasses import asdict

    from ..audio.device import DeviceError, list_devices
    from ..midi.ports.backend import MidiPortError
    from ..midi.ports.input import list_ports

    audio, inputs, midi = [], [], []
    audio_problem = inputs_problem = midi_problem = None
    with quiet_libraries():
        try:
            audio = [asdict(device) for device in list_devices()]
            inputs = [asdict(device) for device in list_devices("input")]
            audio_problem = None if audio else NO_AUDIO
            inputs_problem = None if inputs else NO_INPUT
        except DeviceError as error:
            audio_problem = inputs_problem = str(error)
        try:
            midi = list_ports()
            if not midi:
                midi_problem = NO_MIDI
        except MidiPortError as error:
            midi_problem = str(error)
    return {
        "audio": audio,
        "audio_problem": audio_problem,
        "inputs": inputs,
        "inputs_problem": inputs_problem,
        "midi": midi,
        "midi_problem": midi_problem,
    }
