"""Another JACK program, as a studio would run beside the synth: sends messages at known frames, records what
comes back, and prints as JSON when it sent them.

    probe.py PLAYER_AUDIO_PORT PLAYER_MIDI_PORT PLAN.json RECORDING.npy

PLAN.json: {"seconds": s, "events": [[frame, [bytes]], ...]}, frames from the recording's first sample.
"""

import json
import sys
import threading
from pathlib import Path

import jack
import numpy as np

SETTLE_FRAMES = 24000  # between connecting and the first frame of the plan


class Probe:
    """A client that sends and one that listens, so that JACK sees no loop through the player."""

    def __init__(self, plan: dict):
        self.sender = jack.Client("probe-sender", no_start_server=True)
        self.listener = jack.Client("probe-listener", no_start_server=True)
        self.midi = self.sender.midi_outports.register("out")
        self.audio = self.listener.inports.register("in")
        self.events = plan["events"]
        self.sent: list[int] = []
        self.recording = np.full(int(plan["seconds"] * self.listener.samplerate), np.nan, np.float32)
        self.start: int | None = None
        self.done = threading.Event()
        self.xruns = 0
        self.listener.set_xrun_callback(self._xrun)
        self.sender.set_process_callback(self._send)
        self.listener.set_process_callback(self._listen)

    def _xrun(self, _delay):
        self.xruns += 1

    def _send(self, frames):
        self.midi.clear_buffer()
        if self.start is None:
            return
        first = self.sender.last_frame_time - self.start
        while len(self.sent) < len(self.events) and self.events[len(self.sent)][0] < first + frames:
            frame, message = self.events[len(self.sent)]
            offset = max(0, frame - first)  # late only where this process was stopped
            self.midi.write_midi_event(offset, bytes(message))
            self.sent.append(first + offset)

    def _listen(self, frames):
        if self.start is None:
            return
        first = self.listener.last_frame_time - self.start
        if first >= len(self.recording):
            self.done.set()
        elif first >= 0:
            room = min(frames, len(self.recording) - first)
            self.recording[first : first + room] = self.audio.get_array()[:room]

    def run(self, audio_port: str, midi_port: str) -> None:
        with self.sender, self.listener:
            self.listener.connect(audio_port, self.audio)
            self.sender.connect(self.midi, midi_port)
            self.start = self.listener.frame_time + SETTLE_FRAMES
            self.done.wait(len(self.recording) / self.listener.samplerate + 10)


def main() -> None:
    audio_port, midi_port, plan, recording = sys.argv[1:]
    probe = Probe(json.loads(Path(plan).read_text()))
    probe.run(audio_port, midi_port)
    np.save(recording, probe.recording)
    print(json.dumps({"sent": probe.sent, "xruns": probe.xruns}))


if __name__ == "__main__":
    main()
