"""Life: what a patch may say of it, and what it does to the sound."""

from dataclasses import replace

import ddsp_live
import numpy as np
import pytest
from ddsp_live.patch import PatchError, load_patch
from ddsp_live.performance.families import FAMILIES as INSTRUMENTS
from ddsp_live.performance.life import FAMILIES, KNOTS, MOST_GESTURES, RANGES, Gesture, Life
from make_patch import make_patch

LIVELY = Life(
    *((0.8, 0.5, 0.3, 0.2), 0.3, 0.5, 0.3, 0.3, (0.5, 0.3, 0.1, 0.1), 0.3, (4.0, 2.0, 1.0, 0.5), 0.3),
    *(2.0, 5.0, 2.0, 0.5),
    gestures=(Gesture(60.0, (-6.0,) * len(KNOTS), (20.0,) * len(KNOTS)),),
)


@pytest.fixture
def patch(tmp_path):
    return make_patch(tmp_path / "lively.ddsp", life=LIVELY.to_json())


def song(synth, block=24000):
    for i, key in enumerate((60, 64, 67, 72)):
        synth.note_on(key, 60 + 15 * i, time=3001 * i)
        synth.note_off(key, time=3001 * i + 7000)
    out = [synth.render(min(block, 24000 - at)) for at in range(0, 24000, block)]
    return np.concatenate(out)


@pytest.mark.parametrize("block", [1, 64, 191, 4096])
def test_blocks_of_any_size_give_the_same_bits(patch, block):
    np.testing.assert_array_equal(song(ddsp_live.Synth(patch), block), song(ddsp_live.Synth(patch)))


def test_without_it_a_patch_sounds_as_one_that_has_none(patch, tmp_path):
    still = make_patch(tmp_path / "still.ddsp", life=Life().to_json())
    plain = song(ddsp_live.Synth(patch, life=0.0))
    np.testing.assert_array_equal(plain, song(ddsp_live.Synth(still, life=0.0)))
    half, whole = (song(ddsp_live.Synth(patch, life=amount)) for amount in (0.5, 1.0))
    assert np.abs(half - plain).max() > 1e-3 and np.abs(whole - half).max() > 1e-3


def test_a_seed_gives_the_same_movement_and_another_seed_another(patch):
    first, again, other = (song(ddsp_live.Synth(patch, seed=seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_two_notes_do_not_move_alike(patch):
    synth = ddsp_live.Synth(patch, voices=1)
    audio = []
    for _ in range(2):
        synth.note_on(60, 90)
        audio.append(synth.render(9600))
        synth.control_change(120, 0)
        synth.render(9600)
    assert np.abs(audio[0] - audio[1]).max() > 1e-2


def test_a_change_of_the_amount_is_heard_while_a_note_sounds(patch):
    synth, other = ddsp_live.Synth(patch), ddsp_live.Synth(patch)
    for each in (synth, other):
        each.note_on(60, time=0)
        each.render(4800)
    other.life = 0
    assert np.abs(synth.render(4800) - other.render(4800)).max() > 1e-3


@pytest.mark.parametrize("decoder", ["int8", "onnx"])
def test_every_decoder_moves_alike(patch, decoder):
    native, other = ddsp_live.Synth(patch), ddsp_live.Synth(patch, decoder=decoder)
    late = other.delay_samples
    for synth in (native, other):
        synth.note_on(60, 90, time=0)
    mine, theirs = native.render(24000), other.render(24000 + late)[late:]
    assert np.sqrt(np.mean((mine - theirs) ** 2)) < 0.02 * np.sqrt(np.mean(mine**2))


def test_noise_in_step_swells_with_the_pitch_at_the_power_that_it_had(tmp_path):
    """A note of noise alone: its power over the phase of f0 goes as (1 + m cos)^2."""
    audio = {}
    for m in (0.0, 0.8):
        life = Life(noise_in_step=m)
        synth = ddsp_live.Synth(
            make_patch(tmp_path / f"step{round(10 * m)}.ddsp", life=life.to_json()), voices=1, life=1.0
        )
        synth.note_on(45, 100)
        synth.control_change(71, 127)  # noise far above the harmonics
        audio[m] = synth.render(96000)[24000:, 0].astype(float)
    power = {m: np.mean(sound**2) for m, sound in audio.items()}
    assert 10 * np.log10(power[0.8] / power[0.0]) == pytest.approx(0, abs=0.3)
    f0 = 110.0
    folded = {
        m: np.abs(np.mean(x**2 * np.exp(-2j * np.pi * f0 * np.arange(len(x)) / 48000)))
        for m, x in audio.items()
    }
    expected = 0.8 / (1 + 0.8**2 / 2)  # of (1 + m cos)^2 / (1 + m^2 / 2), the first coefficient
    assert folded[0.8] / power[0.8] - folded[0.0] / power[0.0] == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan")])
def test_amounts_out_of_range_are_refused(patch, amount):
    with pytest.raises(ValueError, match="life is"):
        ddsp_live.Synth(patch, life=amount)


def test_a_patch_without_numbers_moves_as_its_family(tmp_path):
    assert set(FAMILIES) == set(INSTRUMENTS)
    horn = make_patch(tmp_path / "horn.ddsp", title="A horn")
    assert load_patch(horn).life == FAMILIES["brass"]
    assert load_patch(make_patch(tmp_path / "thing.ddsp", title="A thing")).life == FAMILIES["single-reed"]


def test_numbers_come_back_from_a_patch_as_they_were_written(patch):
    assert load_patch(patch).life == LIVELY


@pytest.mark.parametrize("family", FAMILIES)
def test_the_families_numbers_are_ones_that_a_patch_may_have(family):
    assert Life.from_json(FAMILIES[family].to_json()) == FAMILIES[family]


def broken(**changes):
    return {**LIVELY.to_json(), **changes}


GESTURE = LIVELY.to_json()["gestures"][0]


@pytest.mark.parametrize(
    ("life", "named"),
    [
        ([], "life"),
        (broken(partials=[99.0] * 4), "life.partials"),
        (broken(pitch=[1.0] * 3), "life.pitch"),
        (broken(level=None), "life.level"),
        (broken(noise_in_step=True), "life.noise_in_step"),
        (broken(depth=-1), "life.depth"),
        (broken(wobble=1), "life.wobble"),
        (broken(gestures=[GESTURE] * (MOST_GESTURES + 1)), "life.gestures"),
        (broken(gestures=[{"pitch": 60}]), "life.gestures"),
        (broken(gestures=[{**GESTURE, "cents": [600.0] * 8}]), "life.gestures.cents"),
    ],
)
def test_absurd_numbers_are_refused_in_a_sentence(tmp_path, life, named):
    with pytest.raises(PatchError, match=named):
        make_patch(tmp_path / "absurd.ddsp", life=life)


def test_every_number_is_bounded():
    numbers = {name for name in LIVELY.to_json() if name != "gestures"}
    assert numbers == set(RANGES)
    assert replace(LIVELY, gestures=()).to_json()["gestures"] == []
