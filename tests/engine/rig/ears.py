"""Another JACK program that hears when notes begin, by the clock that all programs share.

    ears.py PLAYER_AUDIO_PORT

Prints "listening", then each beginning as seconds of the monotonic clock; ends with its standard input.
"""

import sys
import threading
import time

import jack
import numpy as np

HEARD = 1e-5
SILENT_FRAMES = 2400  # before a note, so that it begins
CLOCK_SECONDS = 0.5  # between looks at both clocks


class Ears:
    """Notes' first frames; the frame's time is JACK's, which is not late where this thread is."""

    def __init__(self):
        self.client = jack.Client("ears", no_start_server=True)
        self.inp = self.client.inports.register("in")
        self.silent = 0
        self.begun: list[int] = []
        self.client.set_process_callback(self._listen)

    def _listen(self, frames):
        heard = np.flatnonzero(np.abs(self.inp.get_array()) > HEARD)
        if len(heard) and self.silent >= SILENT_FRAMES:
            self.begun.append(self.client.last_frame_time + int(heard[0]))
        self.silent = frames - 1 - int(heard[-1]) if len(heard) else self.silent + frames

    def now(self) -> tuple[int, float]:
        """JACK's frame and the clock's seconds, from the quickest of some looks at both."""
        looks = []
        for _ in range(20):
            before, frame, after = time.monotonic(), self.client.frame_time, time.monotonic()
            looks.append((after - before, frame, (before + after) / 2))
        return min(looks)[1:]

    def run(self, audio_port: str) -> None:
        ended = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        with self.client:
            self.client.connect(audio_port, self.inp)
            print("listening", flush=True)
            told = 0
            while not ended.wait(CLOCK_SECONDS):
                frame, seconds = self.now()
                for begun in self.begun[told:]:
                    print(seconds + (begun - frame) / self.client.samplerate, flush=True)
                    told += 1


if __name__ == "__main__":
    Ears().run(sys.argv[1])
