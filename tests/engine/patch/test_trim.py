"""Patches that are played live are about equally loud, whoever recorded them; elsewhere they are as recorded."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.input.loudness import loudness
from ddsp_live.patch import trim_db
from ddsp_live.patch.model import LEAST_TRIM_DB, MOST_TRIM_DB, TRIMMED_DB
from make_patch import make_patch

RATE = 48000
SOFT, LOUD = "viola", "trumpet"  # 25 dB apart as recorded


def held(patch, seconds=1.5, block=64, **options):
    """A loud note from the middle of the range; what came and its level from 0.5 s on."""
    synth = ddsp_live.Synth(patch, sample_rate=RATE, block_size=block, seed=3, **options)
    synth.note_on(round((synth.patch.pitch_low + synth.patch.pitch_high) / 2), 115, time=0)
    audio = synth.render(int(seconds * RATE))
    return audio, float(np.median(loudness(audio[:, 0], RATE, 250)[125:]))


def test_a_player_who_changes_patch_need_not_reach_for_the_volume():
    apart = abs(held(SOFT)[1] - held(LOUD)[1])
    assert apart > 18
    assert abs(held(SOFT, trim=True)[1] - held(LOUD, trim=True)[1]) < min(6, apart / 3)


@pytest.mark.parametrize("name", [SOFT, LOUD])
def test_the_trim_is_one_gain_and_nothing_else(name):
    plain, trimmed = held(name, seconds=0.6)[0], held(name, seconds=0.6, trim=True)[0]
    gain = 10 ** (ddsp_live.load_patch(name).trim_db / 20)
    assert np.abs(gain * plain).max() < 0.98  # below the limiter
    np.testing.assert_allclose(trimmed, gain * plain, atol=2e-6)


def test_it_is_the_same_for_any_block():
    np.testing.assert_array_equal(held(SOFT, 0.6, 64, trim=True)[0], held(SOFT, 0.6, 441, trim=True)[0])


def test_loud_chords_stay_below_full_scale():
    synth = ddsp_live.Synth(SOFT, sample_rate=RATE, trim=True)
    for note in range(50, 66, 2):
        synth.note_on(note, 127, time=0)
    assert np.abs(synth.render(RATE)).max() <= 0.98 + 1e-6


def test_another_patch_while_a_note_sounds_makes_no_click():
    def roughest(first, second):
        synth = ddsp_live.Synth(first, sample_rate=RATE, trim=True)
        synth.note_on(67, 100, time=0)
        synth.render(RATE // 2)
        synth.load(second)
        audio = synth.render(RATE // 2)[:, 0]
        return np.abs(np.diff(audio, 2)).max()

    assert roughest(SOFT, LOUD) < 1.5 * max(roughest(SOFT, SOFT), roughest(LOUD, LOUD))


@pytest.mark.parametrize(
    ("loud_db", "trim"), [(-14, 0), (-30, 16), (-79, MOST_TRIM_DB), (0, LEAST_TRIM_DB), (-6, -8)]
)
def test_it_brings_the_loud_end_to_one_level_within_bounds(loud_db, trim):
    quantiles = [*np.linspace(-80, -80, 19), loud_db, 0]
    assert trim_db({"loudness": {"quantiles": quantiles}}) == trim
    assert loud_db + trim == TRIMMED_DB or trim in (MOST_TRIM_DB, LEAST_TRIM_DB)


def test_inspect_tells_it(tmp_path, capsys):
    from ddsp_live.cli import main

    patch = make_patch(tmp_path / "tiny.ddsp")
    assert main(["inspect", str(patch)]) == 0
    assert f"{ddsp_live.load_patch(patch).trim_db:+.1f} dB when played live" in capsys.readouterr().out


@pytest.mark.parametrize(("options", "trimmed"), [([], True), (["--as-recorded"], False)])
def test_live_play_has_it_unless_asked_not_to(tmp_path, monkeypatch, options, trimmed):
    import ddsp_live.synth
    from ddsp_live.cli import main

    made = []
    build = ddsp_live.synth.Instrument
    monkeypatch.setattr(ddsp_live.synth, "Instrument", lambda *given: made.append(build(*given)) or made[-1])
    monkeypatch.chdir(tmp_path)
    patch = make_patch(tmp_path / "tiny.ddsp")
    assert main(["play", str(patch), "--demo", "--seconds", "0.1", *options]) == 0
    trim = made[0].patch.trim_db
    assert trim != 0
    assert made[0]._config.trim_db == pytest.approx(trim if trimmed else 0)
