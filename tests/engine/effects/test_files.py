"""Racks: settings by the table, files from strangers, and the factory's."""

import json
import math

import pytest
from ddsp_live.effects import NONE, Rack, RackError, find_rack, list_racks, read_rack, write_rack
from ddsp_live.effects.files import LARGEST, parse_inserts, parse_rack, written
from ddsp_live.native._kernel import ffi
from ddsp_live.parameters import BY_NAME, RACK, names_of
from ddsp_live.parameters.effects import UNITS

FACTORY = ["bright-voice", "dub-echo", "ensemble", "hall", "leveller", "room", "tape", "voice"]


def test_a_rack_has_every_setting_of_the_table_at_its_default():
    assert dict(NONE) == {name: BY_NAME[name].default for name in names_of(RACK)}
    assert NONE.units == ()


def test_the_kernels_settings_are_the_tables():
    """Each row is a field of its unit's settings, and each field has a row."""
    fields = {
        f"{unit}_{name}" for unit, field in ffi.typeof("RackSettings").fields for name, _ in field.type.fields
    }
    assert fields == set(names_of(RACK))
    kinds = {
        f"{unit}_{name}": field.type.cname
        for unit, unit_field in ffi.typeof("RackSettings").fields
        for name, field in unit_field.type.fields
    }
    assert {name for name, kind in kinds.items() if kind == "int"} == {
        name for name in names_of(RACK) if BY_NAME[name].is_whole
    }


def test_compiled_settings_are_what_was_set():
    c = Rack(reverb_on=1, reverb_decay=3.5, echo_first="middle", compressor_order="level").compiled()
    assert (c.reverb.on, c.reverb.decay, c.echo.on) == (1, 3.5, 0)
    assert (c.echo.first, c.compressor.order) == (2, 1)
    assert c.equalizer.high_pass == 16 and c.equalizer.low_pass == 20000


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"reverb_decay": 21}, "reverb_decay is 21: give 0.1 to 20 s"),
        ({"reverb_decay": math.nan}, "reverb_decay is nan"),
        ({"reverb_decay": "long"}, "reverb_decay is 'long'"),
        ({"reverb_decay": True}, "reverb_decay is True"),
        ({"reverb_on": 0.5}, "reverb_on is 0.5"),
        ({"echo_first": "above"}, "echo_first is 'above': give left, right, middle"),
        ({"toaster_on": 1}, "no setting 'toaster_on'"),
    ],
)
def test_settings_out_of_range_are_refused_in_a_sentence(settings, said):
    with pytest.raises(RackError, match=said):
        Rack(**settings)


def test_a_file_keeps_a_rack(tmp_path):
    rack = Rack("mine", "for me", drive_on=1, drive_shape="tube", reverb_on=1, reverb_decay=2.25)
    write_rack(tmp_path / "mine.json", rack)
    again = read_rack(tmp_path / "mine.json")
    assert dict(again) == dict(rack) and (again.name, again.about) == ("mine", "for me")
    assert json.loads(written(rack))["drive"]["shape"] == "tube"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ('{"format": 1, "reverb": {"decay": 2', "cut off"),
        ("[]", "not a JSON object"),
        ("{}", "does not say format 1"),
        ('{"format": 9}', "newer ddsp-live"),
        ('{"format": 1, "toaster": {}}', "a unit 'toaster'"),
        ('{"format": 1, "reverb": 3}', "its reverb is no object"),
        ('{"format": 1, "reverb": {"decay": 99}}', "reverb_decay is 99"),
        ('{"format": 1, "reverb": {"decay": NaN}}', "not JSON"),
        ('{"format": 1, "reverb": {"colour": 1}}', "no setting 'reverb_colour'"),
        ('{"format": 1, "reverb": {"size": 1, "size": 2}}', "not JSON"),
        ('{"format": 1, "name": "a\\u001b[31m"}', "its name is no text"),
        ('{"format": 1, "x": ' + "[" * 100_000, "larger"),
        ("[" * 60_000, "not JSON"),
    ],
)
def test_a_strangers_file_is_refused_in_a_sentence(text, said, tmp_path):
    path = tmp_path / "strange.json"
    path.write_text(text)
    with pytest.raises(RackError, match=said) as refused:
        read_rack(path)
    assert str(refused.value).startswith("The rack strange.json cannot be used: ")
    assert str(refused.value).endswith(".") and len(str(refused.value)) < 250


def test_a_file_that_is_too_large_is_not_read_whole():
    with pytest.raises(RackError, match="larger than 64 kB"):
        parse_rack(b" " * (LARGEST + 1))


def test_inserts_are_drive_equalizer_and_compressor():
    assert parse_inserts(b'{"format": 1, "drive": {}}').units == ("drive",)
    with pytest.raises(RackError, match="a unit 'reverb'"):
        parse_inserts(b'{"format": 1, "reverb": {}}')


def test_a_unit_may_be_there_and_off():
    rack = parse_rack(b'{"format": 1, "reverb": {"on": false, "decay": 3}}')
    assert rack.units == () and rack["reverb_decay"] == 3


def test_the_factory_has_eight_racks():
    racks = list_racks()
    assert list(racks) == FACTORY
    for name, rack in racks.items():
        assert rack.name == name and rack.about and rack.units and set(rack.units) <= set(UNITS)


def test_racks_are_found_by_name_file_or_none(tmp_path):
    assert find_rack("none") is NONE and find_rack(NONE) is NONE
    assert find_rack("Dub Echo").name == "dub-echo"
    write_rack(tmp_path / "own.json", Rack("own", chorus_on=1))
    assert find_rack(tmp_path / "own.json").units == ("chorus",)
    with pytest.raises(RackError, match="did you mean 'hall'"):
        find_rack("hal")
    with pytest.raises(RackError, match="cannot be read"):
        find_rack("missing.json")
