"""A script of the rig that says what it has in a line of JSON, then obeys lines; and what the host takes meanwhile."""

import json
import os
from pathlib import Path


class Process:
    """`told` is its first line: ports, addresses. The script must answer "stats" and "end"."""

    def __init__(self, jack, script: str, *arguments):
        self.process = jack.run(script, *arguments)
        self.told = json.loads(self.process.stdout.readline())

    def tell(self, *words) -> None:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def stats(self) -> dict:
        self.tell("stats")
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.tell("end")
        assert self.process.wait(20) == 0


def stolen_seconds() -> float:
    """Processor time that the host of a virtual machine gave to others, since it started."""
    return int(Path("/proc/stat").read_text().split()[8]) / os.sysconf("SC_CLK_TCK")
