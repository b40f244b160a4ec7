"""The synth as a JACK client with its panel open, in its own process: obeys lines on its standard input.

    panel.py PATCH VOICES

Prints its output port, the page's address and that of a page's WebSocket as JSON, then answers: "stats" with the
callback's figures and the seconds of a core that the server has used, "hold" (all voices sound), "panic", "end".
"""

import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import ddsp_live
from ddsp_live.live.session import Session
from ddsp_live.native._kernel import lib
from ddsp_live.panel.api import Panel
from ddsp_live.panel.server import Server
from player import own_audio, say

LOWEST = 50


def seconds_of(thread: threading.Thread) -> float:
    """That a thread has had of a core."""
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def main() -> None:
    patch, voices = sys.argv[1], int(sys.argv[2])
    synth = ddsp_live.Synth(patch, voices=voices)
    lib.synth_measure(synth.c, 1)
    session = Session(synth)
    session.open_zone(0)
    with ddsp_live.play(synth, "jack") as stream, Server(Panel(session, stream, Path.cwd()), 0) as server:
        live = f"ws://127.0.0.1:{server.port}/live?token={server.token}"
        say({"audio": own_audio(), "url": server.url, "live": live})
        for line in sys.stdin:
            command = line.strip()
            if command == "stats":
                say(asdict(synth.stats()) | {"server_seconds": seconds_of(server._thread)})
            elif command == "hold":
                for key in range(voices):
                    synth.note_on(LOWEST + key)
            elif command == "panic":
                session.panic()
            elif command == "end":
                break


if __name__ == "__main__":
    main()
