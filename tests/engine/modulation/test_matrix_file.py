"""A map of gestures from a file: it comes back as it was written, and every mistake is named with its row."""

import pytest
from ddsp_live.modulation.matrix import PRESETS, TARGETS, ModRoute
from ddsp_live.modulation.matrix_file import MapError, find_map, read_map, replaced, write_map


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_a_map_and_survives_its_file(preset, tmp_path):
    rows = find_map(preset)
    write_map(tmp_path / "map.toml", rows)
    assert read_map(tmp_path / "map.toml") == rows
    assert find_map(str(tmp_path / "map.toml")) == rows


def test_presets_move_all_six_attributes_and_the_rest():
    free = {"legato_time", "transition_depth", "expression"}  # for who wants them
    for rows in PRESETS.values():
        assert {row.target for row in rows} | free == set(TARGETS)


def written(tmp_path, text):
    path = tmp_path / "hands.toml"
    path.write_text(text)
    return path


def test_a_row_takes_the_place_of_its_bases(tmp_path):
    row = '[[row]]\ngesture = "cc1"\ntarget = "vibrato"\nlow = 0\nhigh = 100\ncurve = "soft"\n'
    rows = read_map(written(tmp_path, 'base = "keyboard"\n' + row))
    assert len(rows) == len(PRESETS["keyboard"])
    assert [r for r in rows if r.target == "vibrato"] == [ModRoute("cc1", "vibrato", 0, 100, "soft")]


GOOD = {"gesture": '"cc20"', "target": '"brightness"', "low": "-1.0", "high": "1.0"}


def row(**fields):
    lines = [f"{name} = {value}" for name, value in {**GOOD, **fields}.items() if value is not None]
    return "[[row]]\n" + "\n".join(lines) + "\n"


MISTAKES = {
    "no such gesture": (row(gesture='"elbow"'), "hands.toml, row 2 (elbow): there is no gesture"),
    "a controller too high": (row(gesture='"cc120"'), "row 2 (cc120): there is no controller"),
    "a reserved controller": (row(gesture='"cc64"'), "row 2 (cc64): controller 64 is the sustain pedal"),
    "no such target": (row(target='"colour"'), "row 2 (cc20): there is no target 'colour'"),
    "no such curve": (row(curve='"wavy"'), "row 2 (cc20): there is no curve 'wavy'"),
    "a range beyond the target's": (
        row(high="3.0"),
        "row 2 (cc20): high is 3.0, which is not within -2 to 2",
    ),
    "not a number": (row(low="nan"), "row 2 (cc20): low is nan"),
    "5,000 digits": (row(high="9" * 5000), "hands.toml holds a number of too many digits"),
    "beyond float": (row(high="9" * 400), "high must be a number"),
    "hexadecimal": (row(low="0x" + "f" * 9000), "low must be a number"),
    "controller": (row(gesture=f'"cc{"9" * 5000}"'), "there is no gesture 'cc999"),
    "infinite": (row(high="inf"), "row 2 (cc20): high is inf"),
    "text for a number": (row(low='"a bit"'), "row 2 (cc20): low must be a number"),
    "half a range": (row(low=None), "row 2 (cc20): low is missing"),
    "no range": (row(low=None, high=None), "row 2 (cc20): say from where to where"),
    "nothing moved": (row(low="1.0"), "row 2 (cc20): low and high are both 1"),
    "slow beyond reason": (row(smoothing_ms="1e9"), "row 2 (cc20): smoothing_ms is"),
    "a default that is no MIDI value": (row(default="128"), "row 2 (cc20): default is 128"),
    "an unknown field": (row(colour='"red"'), "row 2 (cc20): the field 'colour' is unknown"),
    "decibels of octaves": (row(curve='"decibel"'), "row 2 (cc20): the curve decibel is for decibels"),
    "twice": (row(gesture='"cc74"'), "row 2 (cc74): cc74 moves brightness already"),
    "onset that is no switch": (row(onset="1"), "row 2 (cc20): curve is a name in quotes, and onset"),
    "no gesture": (row(gesture=None), "row 2: say its gesture in quotes"),
    "the room by velocity": (
        row(gesture='"velocity"', target='"room"', low="0.0"),
        "row 2 (velocity): all notes share the room",
    ),
    "not TOML": ("[[row]\n", "hands.toml is not TOML"),
    "no such base": ('base = "kazoo"', "no base 'kazoo'"),
    "an unknown key": ("colour = 1", "'colour' is unknown"),
    "rows that are none": ("row = 3", "[[row]]"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_row_and_changes_nothing(mistake, tmp_path):
    text, wanted = MISTAKES[mistake]
    first = row(gesture='"cc74"') if text.startswith("[[row") and mistake != "not TOML" else ""
    with pytest.raises(MapError) as error:
        find_map(written(tmp_path, first + text))
    assert wanted in str(error.value)
    assert "\n" not in str(error.value).strip()


def test_a_file_that_is_not_there_and_a_name_that_is_none(tmp_path):
    with pytest.raises(MapError, match=r"gone\.toml can't be read"):
        find_map(tmp_path / "gone.toml")
    with pytest.raises(MapError, match="no map 'kazoo'"):
        find_map("kazoo")


def test_a_binary_file_is_no_map(tmp_path):
    (tmp_path / "map.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MapError, match="not a text file"):
        find_map(tmp_path / "map.toml")


def test_more_rows_than_the_kernel_holds(tmp_path):
    rows = [
        ModRoute(f"cc{n}", "level", -6.0, 0.0)
        for n in (*range(7, 32), *range(39, 63), *range(69, 84), 85, 86)
    ]
    with pytest.raises(MapError, match="64 rows at the most"):
        find_map(rows)


def test_replaced_keeps_the_order_and_adds_what_is_new():
    rows = PRESETS["keyboard"]
    other = rows[3]._replace(high=10.0)
    assert replaced(rows, other)[3] == other
    assert replaced(rows, ModRoute("cc30", "level", -6.0, 0.0))[-1].gesture == "cc30"
