"""Judging realism: forests tell what moves from what does not, and know when there is nothing to tell."""

import pytest
import soundfile
from ddsp_live import Synth
from ddsp_live.patch import load_patch
from ddsp_live.performance.life import Life
from ddsp_live.tools.analysis.recording import RecordingError
from ddsp_live.tools.evaluation.realism import GROUPS, measure_realism
from make_patch import make_patch

pytest.importorskip("sklearn")
LIVELY = Life(
    *((1.5, 1.0, 0.6, 0.4), 0.3, 0.4, 0.2, 0.0, (0.8, 0.4, 0.2, 0.1), 0.0, (6.0, 3.0, 1.0, 1.0), 0.0),
    *(0.0, 5.0, 2.0, 0.6),
)


@pytest.fixture
def studio(tmp_path):
    """Patches of two instruments, and folders of "recordings" of each that were made by them, full of life."""
    patches = []
    for number, name in enumerate(("reed", "pipe", "horn")):
        path = make_patch(tmp_path / f"{name}.ddsp", harmonics=16, seed=number, life=LIVELY.to_json())
        patch = load_patch(path)
        patches.append(patch)
        (tmp_path / "recordings" / name).mkdir(parents=True)
        for key in (52, 56, 60, 64, 68):
            synth = Synth(patch, sample_rate=patch.sample_rate, voices=1, seed=key)
            synth.note_on(key, 90, time=2000)
            synth.note_off(key, time=2000 + 66150)
            audio = synth.render(88200)[:, 0]
            soundfile.write(tmp_path / "recordings" / name / f"{key:03}.wav", audio, patch.sample_rate)
    return patches, tmp_path / "recordings"


@pytest.mark.slow
def test_still_notes_are_told_apart_and_living_ones_move_as_recorded_ones_do(studio):
    """Six notes are too few for a forest that knows nothing: of living notes, only that they are told less surely."""
    patches, recordings = studio
    still = measure_realism(patches, recordings, seeds=(0,), life=0.0)
    alive = measure_realism(patches, recordings, seeds=(0,), life=1.0)
    assert still.auc["core"] > 0.9 and alive.auc["partials"] < still.auc["partials"] - 0.1
    assert still.notes == 6 and still.instruments == ["horn", "pipe", "reed"]
    for name in ("partials_drift", "partials_1_4", "partials_4_9", "partials_shimmer"):
        real, ours = alive.medians[name]
        assert 1 / 1.4 < ours / real < 1.4
    real, _ = alive.medians["partials_1_4"]
    assert still.medians["partials_1_4"][1] < 0.2 * real
    assert set(alive.medians) == {name for names in GROUPS.values() for name in names}
    assert all(0 <= share <= 1 for share in alive.named.values())


def test_a_folder_of_one_instrument_cannot_judge(studio):
    patches, recordings = studio
    with pytest.raises(RecordingError, match="two instruments"):
        measure_realism(patches[:1], recordings, seeds=(0,))
    with pytest.raises(RecordingError):
        measure_realism(patches, recordings / "reed", seeds=(0,))
