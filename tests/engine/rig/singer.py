"""Another JACK program that sings into the synth: plays a file into its input and records what comes back.

    singer.py PLAYER_INPUT_PORT PLAYER_AUDIO_PORT SONG.npy RECORDING.npy

Both are float32 [frames] and begin at the same frame; NaN where a block of the recording was missed.
"""

import json
import sys
import threading

import jack
import numpy as np

SETTLE_FRAMES = 24000


class Singer:
    """A client that sings and one that listens, so that JACK sees no loop through the player."""

    def __init__(self, song: np.ndarray):
        self.mouth = jack.Client("singer-mouth", no_start_server=True)
        self.ears = jack.Client("singer-ears", no_start_server=True)
        self.out = self.mouth.outports.register("out")
        self.inp = self.ears.inports.register("in")
        self.song = song
        self.sung = np.zeros(len(song), bool)
        self.recording = np.full(len(song), np.nan, np.float32)
        self.start: int | None = None
        self.done = threading.Event()
        self.mouth.set_process_callback(self._sing)
        self.ears.set_process_callback(self._listen)

    def _sing(self, frames):
        block = self.out.get_array()
        block[:] = 0
        if self.start is None:
            return
        first = self.mouth.last_frame_time - self.start
        if 0 <= first < len(self.song):
            part = self.song[first : first + frames]
            block[: len(part)] = part
            self.sung[first : first + frames] = True

    def _listen(self, frames):
        if self.start is None:
            return
        first = self.ears.last_frame_time - self.start
        if first >= len(self.recording):
            self.done.set()
        elif first >= 0:
            room = min(frames, len(self.recording) - first)
            self.recording[first : first + room] = self.inp.get_array()[:room]

    def run(self, input_port: str, audio_port: str) -> None:
        with self.mouth, self.ears:
            self.ears.connect(audio_port, self.inp)
            self.mouth.connect(self.out, input_port)
            self.start = self.ears.frame_time + SETTLE_FRAMES
            self.done.wait(len(self.song) / self.ears.samplerate + 10)


def main() -> None:
    input_port, audio_port, song, recording = sys.argv[1:]
    singer = Singer(np.load(song))
    singer.run(input_port, audio_port)
    np.save(recording, np.where(singer.sung, singer.recording, np.nan))
    print(json.dumps({"missed": int((~singer.sung | np.isnan(singer.recording)).sum())}))


if __name__ == "__main__":
    main()
