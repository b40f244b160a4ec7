"""How many voices fit, from what a few and many of them take."""

import ddsp_live
import pytest
from ddsp_live.live import capacity as measured
from ddsp_live.live.capacity import callback_share, capacity, fitting
from make_patch import make_patch


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp"))


def takes(monkeypatch, each, rest=0.0):
    """Let a voice take so much of a block."""
    asked = []

    def share(patch, rate, block, voices, decoder="native"):
        asked.append((block, voices, decoder))
        return rest + each * voices

    monkeypatch.setattr(measured, "callback_share", share)
    return asked


def test_what_fits_is_played_without_a_word_after_one_measurement(patch, monkeypatch):
    asked = takes(monkeypatch, each=0.02)
    assert capacity(patch, 48000, 64, 16, "int8") == (16, "")
    assert asked == [(64, 16, "int8")]


def test_fewer_are_played_with_room_to_spare_and_told(patch, monkeypatch):
    takes(monkeypatch, each=0.04, rest=0.08)  # 8 take 0.4 of a block, and 0.5 with the margin
    found = capacity(patch, 48000, 64, 16)
    assert found.voices == 8
    assert found.says.startswith("8 voices of ") and "--block 128 fits more" in found.says
    assert "--block" not in capacity(patch, 48000, 4096, 16).says


def test_one_voice_is_left_of_a_patch_that_does_not_fit(patch, monkeypatch):
    takes(monkeypatch, each=1.0)
    assert capacity(patch, 48000, 64, 16).voices == 1
    assert capacity(patch, 48000, 64, 2).voices == 2  # who has so few gets them


def test_fitting_is_a_line_through_both():
    assert fitting(0.5, 2, 0.01, 16, 0.15) == 51  # 2 + (0.5 - 0.01) / 0.01
    assert fitting(0.5, 4, 0.6, 16, 0.9) == 0


@pytest.mark.parametrize("decoder", ["native", "int8"])
def test_a_callback_takes_some_of_its_block(patch, decoder):
    assert callback_share(patch, 48000, 64, 2, seconds=0.02, decoder=decoder) > 0
