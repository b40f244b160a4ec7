"""Many independent jobs (trainings, hold-outs, seeds), side by side on this machine or on a Dask cluster."""

import argparse
import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, TypeVar

import joblib
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import TerminatedWorkerError

from ..analysis.takes import RecordingError

ATTEMPTS = 3  # at what a killed worker left, before it counts as lost
CONNECT_SECONDS = 10
STATUS_SECONDS = 0.2  # between writes of a job's status
ABANDONED = 2  # exit status of a job whose parent has gone

Item = TypeVar("Item")
LOST = object()
"""The result of a job whose worker was killed each time."""


def each(
    function: Callable[[Item], Any], items: Sequence[Item], *, jobs: int = -1, scheduler: str | None = None
) -> Iterator[tuple[Item, Any]]:
    """Yields (item, function(item)) as results come, with one thread for each job.

    jobs: how many side by side on this machine, -1 for all cores. scheduler: the address of a Dask scheduler, such as
    "tcp://host:8786", that runs them instead; its workers must see the same files. If a worker is killed, its item is
    tried again, so a function that keeps checkpoints loses nothing; after ATTEMPTS the result is LOST. The first
    exception that a function raises ends it all. Raises RecordingError if no cluster answers or Dask is missing.
    """
    left = list(range(len(items)))
    with _backend(jobs, scheduler):
        for _ in range(ATTEMPTS):
            run = joblib.Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="all")
            try:
                for number, result in run(
                    joblib.delayed(_numbered)(function, n, items[n]) for n in list(left)
                ):
                    left.remove(number)
                    yield items[number], result
                return
            except (TerminatedWorkerError, BrokenProcessPool):
                continue
        for number in left:
            yield items[number], LOST


def _numbered(function: Callable[[Item], Any], number: int, item: Item) -> tuple[int, Any]:
    return number, function(item)


@contextlib.contextmanager
def _backend(jobs: int, scheduler: str | None) -> Iterator[None]:
    if scheduler is None:
        with joblib.parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
            try:
                yield
            except BaseException:  # Ctrl-C included: what still runs is not wanted any more
                get_reusable_executor().shutdown(wait=True, kill_workers=True)
                raise
        return
    try:
        from distributed import Client
    except ImportError:
        raise RecordingError(
            "--scheduler needs Dask, which is not installed: run `pip install 'ddsp-live[cluster]'`."
        ) from None
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise RecordingError(
            f"No Dask scheduler answers at {scheduler!r}: start one with `dask scheduler`, or leave --scheduler out "
            "to use this machine."
        ) from error
    with client, joblib.parallel_config("dask", client=client, wait_for_workers_timeout=CONNECT_SECONDS):
        yield


class Status:
    """What a job in another process says of how far it is: a small file that is replaced whole.

    The job ends if the process that began it has gone.
    """

    def __init__(self, path: Path):
        self.path, self.parent, self.written = path, os.getppid(), 0.0
        self.stage = ""

    def say(self, stage: str, share: float, note: str) -> None:
        """Writes what is being done, the share of it that is, and how it goes; not more often than is of use."""
        if os.getppid() != self.parent:
            os._exit(ABANDONED)
        now = time.monotonic()
        if stage == self.stage and now - self.written < STATUS_SECONDS:
            return
        self.stage, self.written = stage, now
        partial = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        with contextlib.suppress(OSError):  # a full disk does not end a training for want of a progress bar
            partial.write_text(json.dumps([stage, share, note, os.getpid()]))
            os.replace(partial, self.path)

    def end(self) -> None:
        """Takes the file away."""
        self.path.unlink(missing_ok=True)


def read_status(path: Path) -> tuple[str, float, str, int] | None:
    """Reads (stage, share, note, process id) of a job, or None if it has not said anything or has ended."""
    try:
        stage, share, note, process = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return str(stage), float(share), str(note), int(process)


def add_job_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say where jobs run: --jobs and --scheduler."""
    parser.add_argument("--jobs", type=int, default=-1, help="how many side by side (default: all cores)")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler to run them instead, such as tcp://host:8786"
    )
