"""How timbre follows the key's velocity, on patches whose tables have a slope that is known."""

import json

import numpy as np
from ddsp_live.patch import load_patch
from ddsp_live.tools.experiments.check_dynamics import check, main
from ddsp_live.tools.models.decoder import from_weights
from ddsp_live.tools.spectra.finish import write_with
from ddsp_live.tools.spectra.tabled import Tables, with_tables
from make_patch import make_patch


def patch_with(path, slope):
    """A patch whose partials get louder by so many dB more for each dB and each partial."""
    given = load_patch(make_patch(path))
    levels, noise = np.zeros((60, 20)), np.zeros((60, 17))
    slopes = np.tile(slope * np.arange(20), (60, 1))
    tables = Tables(36.0, 1.0, levels, noise, slopes, noise, np.full(60, -12.0))
    write_with(path, given, from_weights(*with_tables(given.layers, given.weights, tables)).eval(), {})
    return load_patch(path)


def test_a_patch_that_gets_brighter_is_told_from_one_that_does_not(tmp_path, capsys):
    even, bright = (
        patch_with(tmp_path / f"{name}.ddsp", slope) for name, slope in (("even", 0.0), ("bright", 0.04))
    )
    found = check([even, bright])
    assert found["bright"]["semitones"] > found["even"]["semitones"] + 2
    assert found["even"]["louder_db"] > 10
    assert main([str(even.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"even": found["even"]}


def test_a_patch_that_is_not_there_is_one_sentence(capsys):
    assert main(["no-such-patch"]) == 2
    assert "no-such-patch" in capsys.readouterr().err
