"""A JACK server on its dummy driver, started and ended by the tests, under a name of its own."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SAMPLE_RATE = 48000
BLOCK = 64


class Jack:
    """A context manager; `env` lets other processes find this server and no other."""

    def __init__(self, sample_rate: int = SAMPLE_RATE, block: int = BLOCK):
        self.name = f"ddsp-{uuid.uuid4().hex[:8]}"
        self.env = {**os.environ, "JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1"}
        self._command = ["jackd", "-n", self.name, "--no-realtime", "--no-mlock", "-d", "dummy"]
        self._command += ["-r", str(sample_rate), "-p", str(block)]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            time.sleep(0.1)
            check = ["jack_wait", "-c", "-s", self.name]
            if b"not running" not in subprocess.run(check, env=self.env, capture_output=True).stdout:
                return
        self.stop()
        raise RuntimeError("jackd did not start on its dummy driver within 10 s.")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def run(self, script: str, *arguments, **options) -> subprocess.Popen:
        """Start one of the scripts beside this file against the server."""
        command = [sys.executable, str(HERE / script), *map(str, arguments)]
        return subprocess.Popen(
            command, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
        )


needed = pytest.mark.skipif(
    not (shutil.which("jackd") and shutil.which("jack_wait")) and os.environ.get("CI") != "true",
    reason="needs jackd (Debian: jackd2)",
)
"""Of tests: skipped where JACK is missing, but for continuous integration, where they fail."""
