"""`ddsp-live play`'s surfaces: the panel, OSC, presets, and the last state that comes back."""

import contextlib
import os
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

from ..parameters import SYNTH, names_of
from .options import DEFAULT_PATCH, number
from .words import tell_without_effect

OSC_PORT = 9000


def add_surfaces(parser) -> None:
    parser.add_argument(
        "--panel", action="store_true", help="open the panel in the browser, on this computer only"
    )
    parser.add_argument(
        "--panel-port",
        type=number(int, 0, 65535),
        metavar="N",
        help="port of the panel (default: 8017, or any that is free)",
    )
    parser.add_argument(
        "--osc",
        type=number(int, 0, 65535),
        nargs="?",
        const=OSC_PORT,
        metavar="PORT",
        help=f"listen to OSC messages (default port: {OSC_PORT}); docs/osc.md lists them",
    )
    parser.add_argument(
        "--osc-host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on; 0.0.0.0 lets everyone on the network play (default: this computer only)",
    )
    parser.add_argument(
        "--osc-timeout",
        type=number(float, 0, 86400),
        default=30.0,
        metavar="S",
        help="release what an OSC sender holds if it sends nothing for S seconds; 0: never (default: 30)",
    )
    parser.add_argument(
        "--preset", metavar="NAME", help="start with a preset; `ddsp-live presets` lists them"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start with defaults instead of restoring the last session"
    )


def tell_of_surfaces(arguments) -> None:
    """Say which options are of a surface that was not asked for."""
    if not arguments.panel:
        tell_without_effect(arguments, ["panel_port"], "without --panel")
    if arguments.osc is None:
        tell_without_effect(arguments, ["osc_host"], "without --osc")
    if arguments.preset is not None:
        tell_without_effect(arguments, ["fresh"], "with --preset, which says how it begins")


def has_surface(arguments) -> bool:
    """Whether it can be played without any device."""
    return arguments.panel or arguments.osc is not None


def wanted_preset(arguments):
    """The preset that was named, what was set last, or nothing set."""
    from ..live.presets import Preset, load_last, load_preset
    from ..patch import load_patch
    from ..patch.room import OWN, find_room

    if arguments.preset is not None:
        return load_preset(arguments.preset)
    if arguments.fresh or arguments.demo:
        return Preset(DEFAULT_PATCH)
    last, said = load_last()
    last = last or Preset(DEFAULT_PATCH)
    try:
        load_patch(last.patch)
        find_room(last.room) if last.room != OWN else None
    except (ValueError, OSError) as error:  # it was moved or deleted since, or is damaged
        said = f"It begins with the {DEFAULT_PATCH}: {error}"
        last.patch, last.room = DEFAULT_PATCH, OWN
    if said:
        print(said, file=sys.stderr)
    return last


def settle_room(arguments, preset) -> None:
    """Where no room was asked for, that of the preset, as much of it as there was."""
    if arguments.room is None:
        arguments.room = preset.room
        if arguments.wet is None:
            arguments.wet = preset.controls.get("room", 0.0)


def make_session(arguments, synth, preset, say: Callable[[str], None]):
    """The session, as the preset has it."""
    from ..live.knobs import knobs_over
    from ..live.session import Session
    from ..live.snapshot import map_reference, recall
    from ..modulation.matrix_file import DEFAULT

    level = arguments.room if isinstance(arguments.room, float) else arguments.wet
    session = Session(synth, arguments.room if isinstance(arguments.room, str) else preset.room)
    session.open_zone(arguments.mpe)
    if arguments.map != DEFAULT:
        preset.map = map_reference(synth.map)
        preset.knobs = knobs_over(synth.map, preset.knobs)
    if {"tuning", "keyboard"} & arguments.said:
        preset.tuning = synth.tuning
    said = arguments.said & set(names_of(SYNTH))
    preset.controls = {name: value for name, value in preset.controls.items() if name not in said}
    recall(session, preset, patch=False)
    session.values["room"] = 1.0 if level is None else level  # where `make_synth` has put it
    session.listen(_teller(say))
    return session


def _teller(say: Callable[[str], None]) -> Callable:
    """What says, of all that happens, what a terminal tells: sentences, and once that a knob waits for a slider."""
    from ..parameters import CONTROLS

    waiting: set[str] = set()

    def tell(kind: str, what) -> None:
        if kind == "say":
            say(what["text"])
        elif kind == "control":
            waiting.discard(what["name"])
        elif kind == "waiting" and what["name"] not in waiting:
            waiting.add(what["name"])
            row = CONTROLS[what["name"]]
            say(f"{row.label} waits for its knob: turn it to {round(127 * what['place'])}.")

    return tell


def open_surfaces(arguments, session, stream, midi, stack: contextlib.ExitStack, preset) -> None:
    """Opens the panel and OSC where they were asked for, and keeps what is set for the next start."""
    from ..live.autosave import Autosave

    settings = dict(preset.panel)
    if arguments.panel:
        from ..panel.api import Panel
        from ..panel.server import Server

        panel = Panel(session, stream, Path.cwd(), midi)
        panel.settings.update(settings)
        settings = panel.settings
        server = stack.enter_context(Server(panel, arguments.panel_port))
        session.say(f"The panel: {server.url}")
        if _has_screen():
            webbrowser.open(server.url)
    if arguments.osc is not None:
        from ..live.osc import OscServer

        osc = stack.enter_context(
            OscServer(session, arguments.osc, arguments.osc_host, arguments.osc_timeout)
        )
        session.say(f"OSC: {osc.where}")
    if not arguments.demo:
        stack.enter_context(Autosave(session, settings))


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
