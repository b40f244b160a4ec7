"""Program changes and tunings: what they choose, and that a file's take effect at their sample."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.midi.messages import control_change, note_on, program_change
from ddsp_live.midi.programs import Programs, is_request
from make_patch import make_patch


@pytest.fixture(scope="module")
def patches(tmp_path_factory):
    folder = tmp_path_factory.mktemp("patches")
    return [ddsp_live.load_patch(make_patch(folder / f"{i}.ddsp", seed=i)) for i in range(3)]


@pytest.mark.parametrize(
    ("messages", "wanted"),
    [
        ([], None),
        ([program_change(5)], 5),
        ([program_change(5), program_change(2)], 2),
        ([control_change(32, 1), program_change(3)], 128 + 3),
        ([control_change(0, 1), program_change(3)], 128 * 128 + 3),
        ([control_change(32, 1, 4), program_change(3)], 3),
        ([control_change(32, 1)], None),
    ],
    ids=str,
)
def test_programs_count_on_from_bank_to_bank(messages, wanted):
    programs = Programs(None, lambda choice: None)
    for message in messages:
        programs.receive(message)
    assert programs.wanted() == wanted
    assert programs.wanted() is None


def test_what_the_kernel_answers_is_no_request():
    assert not any(is_request(message) for message in (note_on(60), control_change(1, 64), b"\xc0", b"\xf8"))


def test_requests_wait_for_their_sample_and_keep_their_order():
    loaded = []
    programs = Programs(None, loaded.append, "abc")
    for time, program in ((200, 2), (100, 0), (100, 1)):
        programs.wait(time, program_change(program))
    assert programs.until_next(0, 64) == 64
    assert programs.until_next(60, 64) == 40
    programs.take_due(99)
    assert loaded == []
    programs.take_due(150)
    assert loaded == ["a", "b"]
    programs.take_due(200)
    assert loaded == ["a", "b", "c"]


def test_a_program_change_takes_effect_at_its_sample(patches):
    def played(*, asked, by_hand):
        synth = ddsp_live.Synth(patches[0])
        synth.programs = patches
        synth.note_on(60, time=0)
        if asked:
            synth.send(program_change(2), time=12345)
            return synth.render(24000)
        first = synth.render(12345)
        if by_hand:
            synth.load(patches[2])
        return np.concatenate([first, synth.render(24000 - 12345)])

    assert np.array_equal(played(asked=True, by_hand=False), played(asked=False, by_hand=True))
    assert not np.array_equal(played(asked=True, by_hand=False), played(asked=False, by_hand=False))


def test_a_program_beyond_the_list_changes_nothing(patches):
    synth = ddsp_live.Synth(patches[0])
    synth.programs = patches[:1]
    synth.send(program_change(1))
    synth.render(64)
    assert synth.patch is patches[0]
