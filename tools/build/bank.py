"""Makes the factory bank: a patch of every source in patches/sources.json, several at a time.

python -m ddsp_live.tools.build.bank recordings -o patches
"""

import argparse
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from ...patch import SUFFIX, PatchError
from ...patch.container import read_json, read_members
from ...terminal import bars
from ..analysis.takes import RecordingError
from ..training.jobs import LOST, Status, add_job_options, each, read_status
from ..training.settings import Settings
from .bank_page import write_page
from .make_patch import make_patch
from .source import known_source, known_sources, recordings_hash

FAILED, INTERRUPTED = 2, 130
POLL_SECONDS = 0.25

Told = Callable[[str, str, float, str], None]
"""Told the patch's name, what is being done for it, the share of it that is, and how it goes."""


@dataclass(frozen=True)
class Job:
    """A patch to be made."""

    name: str
    folder: Path  # of its recordings
    output: Path
    reports: Path | None
    settings: Settings

    @property
    def status(self) -> Path:
        return self.output.with_name(self.output.name + ".status")


def make_bank(
    recordings: Path,
    output: Path,
    names: Sequence[str],
    settings: Settings,
    *,
    jobs: int = -1,
    scheduler: str | None = None,
    reports: Path | None = None,
    told: Told = lambda name, stage, share, note: None,
    complain: Callable[[str], None] = lambda sentence: None,
) -> list[str]:
    """Trains what is not there yet; returns the names of those that failed.

    jobs: how many at a time, a thread each; all cores by default. scheduler: as for `jobs.each`. Stopped at any moment
    and run again, it goes on: patches that these settings made of these recordings are kept, and trainings that had
    begun go on from their last checkpoint, those of a killed worker at once.
    """
    # A thread each: two trainings side by side are faster than one on two cores after the other.
    settings = replace(settings, threads=1)
    waiting = []
    for name in names:
        if is_current(output / f"{name}{SUFFIX}", recordings / name, settings):
            told(name, "Kept", 1.0, "")
        else:
            path = (output / f"{name}{SUFFIX}").absolute()
            waiting.append(
                Job(name, (recordings / name).absolute(), path, reports and reports.absolute(), settings)
            )
    failed = []
    with _watched(waiting, told):
        for job, result in each(_train, waiting, jobs=jobs, scheduler=scheduler):
            if result is LOST:
                result = ["the training was stopped again and again; run the same command to go on."], False
            complaints, made = result
            for sentence in complaints:
                complain(f"{job.name}: {sentence}")
            if made:
                told(job.name, "Made", 1.0, "")
            else:
                failed.append(job.name)
    return failed


@contextmanager
def _watched(waiting: Sequence[Job], told: Told) -> Iterator[None]:
    """Passes on what the trainings say of how far they are, from a thread of its own."""
    ended = threading.Event()

    def watch() -> None:
        heard: dict[str, tuple] = {}
        while not ended.wait(POLL_SECONDS):
            for job in waiting:
                said = read_status(job.status)
                if said and heard.get(job.name) != said:
                    heard[job.name] = said
                    told(job.name, *said[:3])

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        for job in waiting:
            job.status.unlink(missing_ok=True)


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


def _train(job: Job) -> tuple[list[str], bool]:
    """Makes one patch, in whatever process; returns what there was to complain of, and whether it was made."""
    status, complaints = Status(job.status), []
    try:
        make_patch(
            job.folder,
            job.output,
            job.settings,
            known_source(job.name, job.folder),
            reports=job.reports,
            progress=status.say,
            complain=complaints.append,
        )
    except (RecordingError, PatchError, OSError) as error:
        return [*complaints, str(error)], False
    finally:
        status.end()
    return complaints, True


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0 if every patch is there, 2 if one is not, 130 after Ctrl-C."""
    defaults = Settings()
    parser = argparse.ArgumentParser(prog="ddsp_live.tools.build.bank", description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, help="a folder with a folder of recordings for each source")
    parser.add_argument("-o", "--output", type=Path, default=Path("patches"), help="default: patches")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="default: reports")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="these sources (default: all that are there)"
    )
    add_job_options(parser)
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
            scheduler=asked.scheduler,
            reports=asked.reports,
            told=told,
            complain=lambda sentence: console.print(sentence, markup=False, soft_wrap=True),
        )


if __name__ == "__main__":
    sys.exit(main())
