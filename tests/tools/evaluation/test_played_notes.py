"""Notes that are judged are the same ones whatever others there are, and are not fitted."""

from pathlib import Path

from ddsp_live.tools.evaluation.played_notes import JUDGED, RecordedNote, judging_order, not_judged

PATHS = [Path(f"folder/{number:03}.wav") for number in range(40, 60)]


def notes(paths):
    return [RecordedNote(path, 60.0, -20.0, 1.0, None) for path in paths]


def test_the_order_does_not_depend_on_what_else_is_there():
    order = judging_order(PATHS)
    assert order != PATHS and sorted(order) == PATHS
    assert judging_order(PATHS[5:]) == [path for path in order if path in PATHS[5:]]


def test_those_that_are_judged_first_are_not_fitted():
    kept = {note.path for note in not_judged(notes(PATHS))}
    assert kept == set(judging_order(PATHS)[JUDGED:])


def test_of_few_notes_all_are_fitted():
    assert len(not_judged(notes(PATHS[:5]))) == 5
