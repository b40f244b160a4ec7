"""Pages that are made from tables say what the tables say."""

from pathlib import Path

import pytest
from ddsp_live.tools.docs.reference import pages

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("name", "text"), pages().items(), ids=pages())
def test_a_page_is_fresh(name, text):
    assert (ROOT / name).read_text() == text, (
        "run python -m ddsp_live.tools.docs.reference from the project's folder"
    )
