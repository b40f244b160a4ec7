"""Independent jobs side by side: all are done, killed workers lose nothing, and a cluster that is not there is said."""

import os
import signal
from pathlib import Path

import pytest
from ddsp_live.tools.analysis.takes import RecordingError
from ddsp_live.tools.training.jobs import ATTEMPTS, LOST, Status, each, read_status


def squared(number):
    return number * number


def counted(folder):
    """Counts to ten, a file a step, and is killed in the middle the first time."""
    folder = Path(folder)
    for step in range(len(list(folder.glob("step-*"))), 10):
        if step == 5 and not (folder / "killed").exists():
            (folder / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        (folder / f"step-{step}").touch()
        with (folder / "log").open("a") as log:
            log.write(f"{step}\n")
    return sorted(path.name for path in folder.glob("step-*"))


def killed(_):
    os.kill(os.getpid(), signal.SIGKILL)


def refused(number):
    raise RecordingError(f"Number {number} cannot be learned from.")


STEPS = [f"step-{step}" for step in range(10)]


def test_every_item_comes_back_with_its_result():
    assert dict(each(squared, [3, 1, 2], jobs=2)) == {1: 1, 2: 4, 3: 9}


def test_one_at_a_time_leaves_none_out():
    assert dict(each(squared, [3, 1, 2, 5], jobs=1)) == {1: 1, 2: 4, 3: 9, 5: 25}


def test_nothing_to_do_is_nothing_done():
    assert list(each(squared, [])) == []


def test_a_killed_worker_loses_nothing(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "killed").touch()
    found = dict(each(counted, [str(tmp_path), str(other)], jobs=2))
    assert found == {str(tmp_path): STEPS, str(other): STEPS}
    assert (tmp_path / "log").read_text().split() == [str(step) for step in range(10)]  # none was made twice


def test_a_job_that_kills_every_worker_is_lost_and_ends():
    assert list(each(killed, [ATTEMPTS], jobs=2)) == [(ATTEMPTS, LOST)]


def test_an_error_comes_through_as_it_was():
    with pytest.raises(RecordingError, match="Number 7"):
        list(each(refused, [7], jobs=2))


def test_a_cluster_that_is_not_there_is_one_sentence():
    with pytest.raises(RecordingError, match="No Dask scheduler answers") as error:
        list(each(squared, [1], scheduler="tcp://127.0.0.1:9"))
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.slow
def test_a_cluster_does_the_same_and_a_worker_killed_midway_loses_nothing(tmp_path):
    from distributed import LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(host="127.0.0.1", **options) as cluster:
        address = cluster.scheduler_address
        assert dict(each(squared, [1, 2, 3], scheduler=address)) == {1: 1, 2: 4, 3: 9}
        assert dict(each(counted, [str(tmp_path)], scheduler=address)) == {str(tmp_path): STEPS}
        assert (tmp_path / "log").read_text().split() == [str(step) for step in range(10)]


def test_what_a_job_says_is_read_and_gone_when_it_ends(tmp_path):
    status = Status(tmp_path / "cello.status")
    assert read_status(status.path) is None
    status.say("Training", 0.25, "loss 2.10")
    status.say("Training", 0.26, "loss 2.09")  # too soon after to be of use
    assert read_status(status.path) == ("Training", 0.25, "loss 2.10", os.getpid())
    status.say("Evaluating", 0.0, "")
    assert read_status(status.path)[0] == "Evaluating"
    status.end()
    assert read_status(status.path) is None
    status.path.write_text("[1, 2")
    assert read_status(status.path) is None
