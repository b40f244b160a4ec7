"""What a new patch says of itself."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from ddsp_live.tools.build.make_patch import name_it


@pytest.mark.parametrize(
    ("file", "source", "expected"),
    [
        ("my-cello.ddsp", {}, {"name": "my-cello", "title": "My cello", "family": "bowed"}),
        ("mary.ddsp", {"title": "Mary"}, {"name": "mary", "title": "Mary"}),
        ("mary.ddsp", {"formants": "kept"}, {"name": "mary", "title": "Mary", "formants": "kept"}),
    ],
)
def test_a_patch_says_its_name_family_and_formants(file, source, expected):
    run = SimpleNamespace(source=source, output=Path(file))
    name_it(run)
    assert run.info == expected
