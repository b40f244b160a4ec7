"""Families of instruments: told by name where a patch does not say."""

import ddsp_live
import pytest
from ddsp_live.performance.families import FAMILIES, family_of

FACTORY = {
    "flute": ("alto-flute",),
    "single-reed": ("alto-saxophone", "soprano-saxophone", "clarinet", "bass-clarinet"),
    "double-reed": ("oboe", "bassoon"),
    "brass": ("trumpet", "french-horn", "tenor-trombone", "bass-trombone"),
    "bowed": ("violin", "viola", "cello", "double-bass"),
    "voice": ("claudia-ah", "mirko-ah", "sven-ah"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_factory_patch_has_its_family(family):
    for name in FACTORY[family]:
        assert ddsp_live.load_patch(name).family == family


@pytest.mark.parametrize(
    ("words", "family"),
    [
        ("English horn", "double-reed"),
        ("Horn in F", "brass"),
        ("bass-flute", "flute"),
        ("Contrabass clarinet", "single-reed"),
        ("Violoncello_02", "bowed"),
        ("Great Highland bagpipe", "double-reed"),
        ("a saxophonist's shed", None),
        ("", None),
    ],
)
def test_words_tell_the_family(words, family):
    assert family_of(words) == family
