"""The synth as a JACK client with a MIDI port of its own, in its own process: obeys lines on its standard input.

    player.py PATCH [VOICES] [listen] [perform]

With "listen", a voice follows what comes in. With "perform", rules and irregularities fill in how notes are played.

Prints its ports as JSON, then answers: "stats" with figures, "hog" (a thread takes the GIL from now on),
"scan FOLDER" (a thread reads all patches in it again and again), "chords SECONDS" (16 voices, from now), "end".
"""

import json
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import ddsp_live
import jack
from ddsp_live.midi.ports.input import MidiInput
from ddsp_live.midi.ports.rtmidi import RtMidi
from ddsp_live.native._kernel import lib

PORT = "ddsp-live"


class OwnPortOnly(RtMidi):
    """JACK, without opening the ports of other programs: the probe connects itself."""

    def names(self) -> list[str]:
        return []


def say(answer: dict) -> None:
    print(json.dumps(answer), flush=True)


def hog() -> None:
    while True:
        sum(i * i for i in range(100000))


def scan(folder: str) -> None:
    while True:
        for path in sorted(Path(folder).glob("*.ddsp")):
            ddsp_live.load_patch(path)


def send_chords(synth, seconds: int) -> None:
    start = synth.position() + 4800
    for second in range(seconds):
        for i in range(16):
            at, note = start + 48000 * second + 100 * i, 48 + 2 * i + second % 2
            synth.note_on(note, time=at)
            synth.note_off(note, time=at + 43200)


def in_background(function, *arguments) -> None:
    threading.Thread(target=function, args=arguments, daemon=True).start()


def own_audio() -> str:
    """The port that the synth plays to."""
    with jack.Client("ddsp-live-finder", no_start_server=True) as client:
        return next(p.name for p in client.get_ports("PortAudio", is_audio=True, is_output=True))


def own_ports() -> dict:
    with jack.Client("ddsp-live-finder", no_start_server=True) as client:
        midi = [p.name for p in client.get_ports(is_midi=True, is_input=True) if PORT in p.name]
        heard = [p.name for p in client.get_ports(is_audio=True, is_input=True) if "PortAudio" in p.name]
    return {"audio": own_audio(), "midi": midi[0], "input": heard[0] if heard else None}


def main() -> None:
    patch, voices = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 16
    sys.setswitchinterval(0.0005)
    performs = {"rules": 1.0, "humanize": 1.0} if "perform" in sys.argv[3:] else {}
    synth = ddsp_live.Synth(patch, voices=voices, **performs)
    lib.synth_measure(synth.c, 1)
    listens = "listen" in sys.argv[3:]
    if listens:
        synth.input.follow("follow", octave=0, loudest_db=-16)
    heard = "system" if listens else None
    with (
        ddsp_live.play(synth, "jack", input=heard) as stream,
        MidiInput(synth.send_live, virtual=PORT, backend=OwnPortOnly("jack")),
    ):
        say(own_ports())
        for line in sys.stdin:
            command, *arguments = line.split()
            if command == "stats":
                say(asdict(synth.stats()) | {"priority": stream.priority})
            elif command == "hog":
                in_background(hog)
            elif command == "scan":
                in_background(scan, *arguments)
            elif command == "chords":
                send_chords(synth, int(arguments[0]))
            elif command == "end":
                break


if __name__ == "__main__":
    main()
