"""The command line: `ddsp-live`, one word for one job."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from .words import Parser, UsageError, did_you_mean

COMMANDS = {
    "play": "play a patch live, from a MIDI keyboard",
    "render": "render a MIDI file to a sound file",
    "transfer": "play a recording of a voice or an instrument by a patch",
    "fx": "put a recording through a rack of effects",
    "train": "make a patch from a folder of recordings",
    "evaluate": "measure how near a patch comes to recordings",
    "attributes": "measure how a recording's notes are played, as a table to edit or play",
    "patches": "list the patches, or add one of your own",
    "presets": "list what was saved in the panel",
    "plugins": "install the plug-in for hosts, LV2 and CLAP",
    "inspect": "show all that a patch holds",
    "devices": "list audio outputs and MIDI inputs",
    "doctor": "find out why it stutters, or why nothing is heard",
    "bench": "measure what each stage costs on this machine",
}
"""Each is a module of this package with `add_arguments(parser)` and `run(arguments) -> exit status`."""

FAILED, INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, `argv` without the program's name; the exit status, 2 where it could not be done."""
    argv = sys.argv[1:] if argv is None else list(argv)
    try:
        parser, command = _parsers(argv)
        if not argv:
            parser.print_help()
            return 0
        said = command.said(argv if command is parser else argv[1:])
        arguments = parser.parse_args(argv)
        arguments.said = said
        return arguments.run(arguments) or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not stumble over it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as end:  # argparse, after --help and --version
        return int(end.code or 0)
    except (ValueError, ImportError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'The system'}: {error.strerror or error}.", file=sys.stderr)
    return FAILED


def _parsers(argv: Sequence[str]) -> tuple[Parser, Parser]:
    """The whole parser, and that of the command that `argv` names, which alone is loaded; the others are only listed.

    Raises UsageError where there is no such command.
    """
    named = argv[0] if argv and not argv[0].startswith("-") else None
    if named is not None and named not in COMMANDS:
        meant = did_you_mean(named, COMMANDS, ": `ddsp-live --help` lists what there is.")
        raise UsageError(f"There is no command {named}{meant}")
    parser = Parser(
        prog="ddsp-live",
        description="A neural instrument that is played live.",
        epilog="`ddsp-live COMMAND --help` shows a command's options, with examples.",
    )
    parser.add_argument("--version", action="version", version=f"ddsp-live {version('ddsp-live')}")
    commands, chosen = parser.add_subparsers(metavar="COMMAND", required=True), parser
    for name, summary in COMMANDS.items():
        module = _module(name) if name == named else None
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[:1].upper()}{summary[1:]}.",
            epilog=module.EXAMPLES if module else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if module:
            module.add_arguments(command)
            command.set_defaults(run=module.run)
            chosen = command
    return parser, chosen


def _module(name: str):
    return import_module(f".{name}", __name__)
