"""`ddsp-live devices`: where sound can go and where notes can come from."""

from .options import add_json
from .terminal import print_json, print_table, quiet_libraries

EXAMPLES = """examples:
  ddsp-live devices
  ddsp-live play --device "USB Audio" --midi Keystation      a part of a name is enough
"""
NO_AUDIO = "There is no audio output device: connect one, or start a sound server such as JACK."
NO_MIDI = "There is no MIDI input: connect a keyboard, or make a port with `ddsp-live play --virtual`."


def add_arguments(parser) -> None:
    add_json(parser)


def run(arguments) -> int:
    answer = look()
    if arguments.json:
        print_json(answer)
        return 0
    if answer["audio"]:
        print("Audio outputs (* is the default)")
        rows = [
            (
                f"{'*' if row['default'] else ' '} {row['index']}",
                row["name"],
                row["host"],
                row["channels"],
                f"{row['sample_rate']:g} Hz",
                f"{row['latency_ms']:.1f} ms",
            )
            for row in answer["audio"]
        ]
        print_table(("  number", "name", "host", "channels", "rate", "latency"), rows)
    else:
        print(answer["audio_problem"])
    print()
    if answer["midi"]:
        print("MIDI inputs")
        print_table(("number", "name"), list(enumerate(answer["midi"])))
    else:
        print(answer["midi_problem"])
    return 0


def look() -> dict:
    """The devices and ports, and a sentence in `audio_problem` or `midi_problem` where there are none."""
    from dataclasses import asdict

    from ..audio.device import DeviceError, list_devices
    from ..midi.ports import MidiPortError, list_ports

    audio, midi = [], []
    audio_problem = midi_problem = None
    with quiet_libraries():
        try:
            audio = [asdict(device) for device in list_devices()]
            if not audio:
                audio_problem = NO_AUDIO
        except DeviceError as error:
            audio_problem = str(error)
        try:
            midi = list_ports()
            if not midi:
                midi_problem = NO_MIDI
        except MidiPortError as error:
            midi_problem = str(error)
    return {"audio": audio, "audio_problem": audio_problem, "midi": midi, "midi_problem": midi_problem}
