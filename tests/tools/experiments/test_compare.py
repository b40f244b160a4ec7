"""The comparison of decoder families: the same work, the same cost, the same notes held out."""

import pytest
import soundfile
from ddsp_live.tools.experiments.compare import FAMILIES, compare, in_words, main, settings_of
from ddsp_live.tools.models.decoder import Decoder, default_layers
from ddsp_live.tools.training.settings import Settings
from instrument import note

RATES = {"sample_rate": 16000, "frame_rate": 250}


def cost(settings):
    layers = default_layers(100, 65, settings.width, settings.depth, settings.lags, settings.memory)
    return sum(weight.size for weight in Decoder(layers).weights().values() if weight.ndim == 2)


def test_families_cost_the_same_and_learn_from_as_many_frames():
    settings = [settings_of(family, Settings()) for family in FAMILIES]
    costs = [cost(each) for each in settings]
    assert max(costs) < 1.1 * min(costs)
    assert {each.batch_size * each.batch_frames for each in settings} == {Settings().batch_size}


@pytest.mark.slow
def test_every_family_learns_the_same_notes(tmp_path):
    for midi in (55, 58, 61, 64):
        soundfile.write(tmp_path / f"{midi}.wav", note(midi, 0.7, 0.6, 16000), 16000)
    small = {"harmonics": 20, "noise_bands": 17, "body_sections": 0, "threads": 1, "held_out": 0.3}
    settings = Settings(steps=20, batch_size=64, **small, **RATES)
    rows = compare(tmp_path, settings, [0])
    assert [row["family"] for row in rows] == list(FAMILIES)
    assert all(row["floor"] < row["distance"] < 30 for row in rows)
    for row in rows:
        gap = (row["no_network"] - row["distance"]) / (row["no_network"] - row["floor"])
        assert row["gap_closed"] == pytest.approx(gap)


def test_several_figures_are_told_by_their_mean_and_their_ends():
    assert in_words([20.0, 40.0], 0) == "30 (20 to 40)"
    assert in_words([5.418], 2) == "5.42"


def test_no_recordings_are_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
