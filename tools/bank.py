"""The factory bank: a patch of every source in patches/sources.json, several at a time.

python -m ddsp_live.tools.bank recordings -o patches
"""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path

from rich.console import Console

from ..cli.terminal import bars
from ..patch import SUFFIX, PatchError
from ..patch_file import read_json, read_members
from .analysis import RecordingError
from .bank_page import write_page
from .make_patch import known_source, known_sources, make_patch, recordings_hash
from .train import Settings

FAILED, INTERRUPTED = 2, 130


@dataclass
class Run:
    """A training in a process of its own, and what it has said."""

    name: str
    process: multiprocessing.Process
    messages: Connection
    ended: str = ""  # "done" or "failed", once it has said so


Told = Callable[[str, str, float, str], None]
"""Told the patch's name, what is being done for it, the share of it that is, and how it goes."""


def make_bank(
    recordings: Path,
    output: Path,
    names: Sequence[str],
    settings: Settings,
    *,
    jobs: int = 2,
    reports: Path | None = None,
    told: Told = lambda name, stage, share, note: None,
    complain: Callable[[str], None] = lambda sentence: None,
) -> list[str]:
    """Trains what is not there yet, `jobs` at a time, a thread each; the names of those that failed.

    Stopped at any moment and run again, it goes on: patches that these settings made of these recordings are
    kept, and trainings that had begun go on from their last checkpoint.
    """
    # A thread each: two trainings side by side are faster than one on two cores after the other.
    settings = replace(settings, threads=1)
    waiting = []
    for name in names:
        if is_current(output / f"{name}{SUFFIX}", recordings / name, settings):
            told(name, "Kept", 1.0, "")
        else:
            waiting.append(name)
    running: list[Run] = []
    failed = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                running.append(_start(name, recordings / name, output, reports, settings))
            for run in _listen(running, told, complain):
                running.remove(run)
                if run.ended != "done":
                    failed.append(run.name)
                if not run.ended:
                    complain(f"{run.name}: the training was stopped; run the same command to go on.")
    finally:
        for run in running:
            run.process.terminate()
        for run in running:
            run.process.join()
    return failed


def is_current(patch: Path, recordings: Path, settings: Settings) -> bool:
    """Whether a patch is there and judged that these settings made of these recordings."""
    try:
        training = read_json(read_members(patch, ["patch.json"])["patch.json"], "patch.json")["training"]
    except (PatchError, KeyError):
        return False
    wanted = settings.decisive
    # A setting that there is no longer decides nothing.
    made_by = {name: value for name, value in training.get("settings", {}).items() if name in wanted}
    same = made_by == wanted and training.get("recordings_hash") == recordings_hash(recordings)
    return same and "distance" in training


def _start(name: str, folder: Path, output: Path, reports: Path | None, settings: Settings) -> Run:
    # Spawned, since a process that has run torch cannot be forked.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    arguments = (folder, output / f"{name}{SUFFIX}", reports, settings, there, os.getpid())
    process = context.Process(target=_train, args=arguments, name=name)
    process.start()
    there.close()
    return Run(name, process, here)


def _listen(running: Sequence[Run], told: Told, complain: Callable[[str], None]) -> list[Run]:
    """Passes on what the trainings say; those that have ended."""
    ended = []
    by_pipe = {run.messages: run for run in running}
    for pipe in wait(list(by_pipe), timeout=1.0):
        run = by_pipe[pipe]
        try:
            kind, *message = pipe.recv()
        except EOFError:
            run.process.join()
            ended.append(run)
            continue
        if kind == "progress":
            told(run.name, *message)
        elif kind == "complaint":
            complain(f"{run.name}: {message[0]}")
        else:
            run.ended = kind
    return ended


def _train(
    folder: Path, output: Path, reports: Path | None, settings: Settings, messages: Connection, parent: int
) -> None:
    """One training, in its own process; ends with the one that began it."""

    def say(*message: object) -> None:
        if os.getppid() != parent:
            os._exit(FAILED)
        messages.send(message)

    try:
        make_patch(
            folder,
            output,
            settings,
            known_source(output.stem, folder),
            reports=reports,
            progress=lambda *heard: say("progress", *heard),
            complain=lambda sentence: say("complaint", sentence),
        )
        say("done")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (RecordingError, PatchError, OSError) as error:
        say("complaint", str(error))
        say("failed")
        sys.exit(FAILED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0 if every patch is there, 2 if one is not, 130 after Ctrl-C."""
    defaults = Settings()
    parser = argparse.ArgumentParser(prog="ddsp_live.tools.bank", description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, help="a folder with a folder of recordings for each source")
    parser.add_argument("-o", "--output", type=Path, default=Path("patches"), help="default: patches")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="default: reports")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="these sources (default: all that are there)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="trainings side by side (default: 2)")
    parser.add_argument("--steps", type=int, default=defaults.steps, help=f"default: {defaults.steps}")
    parser.add_argument("--rate", type=int, default=defaults.sample_rate, help="Hz, default: 44100")
    asked = parser.parse_args(arguments)
    console = Console(stderr=True)
    settings = replace(defaults, steps=asked.steps, sample_rate=asked.rate)
    try:
        names = _chosen(asked.recordings, asked.only)
        for folder in (asked.output, asked.reports):
            folder.mkdir(parents=True, exist_ok=True)
        failed = _shown(console, asked, names, settings)
        page = write_page(asked.output)
    except (RecordingError, PatchError, OSError) as error:
        console.print(f"{error}", style="red", soft_wrap=True, markup=False)
        return FAILED
    except KeyboardInterrupt:
        console.print("Stopped: the same command goes on from where it was.")
        return INTERRUPTED
    console.print(f"{page}: {len(names) - len(failed)} of {len(names)} patches.", soft_wrap=True)
    return FAILED if failed else 0


def _chosen(recordings: Path, only: Sequence[str] | None) -> list[str]:
    """The sources to train, those that have a folder of recordings. Raises RecordingError."""
    known = known_sources()
    for name in only or ():
        if name not in known:
            raise RecordingError(f"There is no source {name!r} in sources.json; it has {', '.join(known)}.")
        if not (recordings / name).is_dir():
            raise RecordingError(f"There is no folder {recordings / name}; name the one that it is in.")
    names = [name for name in only or known if (recordings / name).is_dir()]
    if not names:
        raise RecordingError(f"{recordings} has no folder that is named like a source in sources.json.")
    return names


def _shown(
    console: Console, asked: argparse.Namespace, names: Sequence[str], settings: Settings
) -> list[str]:
    """Makes the bank with a bar for every source."""
    with bars(console) as shown:
        tasks = {name: shown.add_task(name, total=1.0, note="waits", start=False) for name in names}
        stages: dict[str, str] = {}

        def told(name: str, stage: str, share: float, note: str) -> None:
            if stages.get(name) != stage:
                stages[name] = stage
                shown.reset(tasks[name])
                if not console.is_terminal:
                    console.print(f"{name}: {stage}", highlight=False)
            shown.update(tasks[name], completed=share, note=f"{stage} {note}")

        return make_bank(
            asked.recordings,
            asked.output,
            names,
            settings,
            jobs=asked.jobs,
            reports=asked.reports,
            told=told,
            complain=lambda sentence: console.print(sentence, markup=False, soft_wrap=True),
        )


if __name__ == "__main__":
    sys.exit(main())
