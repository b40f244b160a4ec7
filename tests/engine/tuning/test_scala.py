"""Scala's files against tunings in closed form; a damaged file is named with its line."""

import numpy as np
import pytest
from ddsp_live.tuning.scala import Mapping, ScalaError, Scale, key_frequencies, key_pitches, read_mapping
from ddsp_live.tuning.scala import read_scale as read

EQUAL = 440.0 * 2.0 ** ((np.arange(128) - 69) / 12)
MAJOR = Scale("just major", tuple(1200 * np.log2([9 / 8, 5 / 4, 4 / 3, 3 / 2, 5 / 3, 15 / 8, 2])))
WHITE = (0, None, 1, None, 2, 3, None, 4, None, 5, None, 6)


def equal(notes, period_cents=1200.0):
    return Scale("equal", tuple(period_cents * step / notes for step in range(1, notes + 1)))


def scl(tmp_path, text):
    path = tmp_path / "a.scl"
    path.write_bytes(text.encode("latin-1"))
    return read(path)


def kbm(tmp_path, *fields, comment="! as Scala writes it\n"):
    path = tmp_path / "a.kbm"
    path.write_text("".join(f"{comment}{field}\n" for field in fields))
    return read_mapping(path)


def test_notes_are_ratios_and_cents(tmp_path):
    scale = scl(
        tmp_path,
        "! meanquar.scl\n!\n1/4-comma meantone, Aron (1523) é\n 7\n!\n 76.04900\n9/8\n5\n 3 / 2  a label\n"
        "-5.0 cents\n1200. ! octave\n 2/1!\nanything\n",
    )
    assert scale.description == "1/4-comma meantone, Aron (1523) é"
    ratios = [9 / 8, 5, 3 / 2]
    assert scale.cents == pytest.approx((76.049, *(1200 * np.log2(ratios)), -5.0, 1200.0, 1200.0))


def test_line_ends_of_all_systems_and_empty_descriptions(tmp_path):
    for end in ("\n", "\r\n", "\r"):
        assert scl(tmp_path, end.join(["! x", "", "1", "", "2/1", "", ""])) == Scale("", (1200.0,))


def test_twelve_equal_steps_are_the_usual_tuning():
    np.testing.assert_allclose(key_frequencies(equal(12)), EQUAL)
    np.testing.assert_allclose(key_frequencies(equal(12), Mapping()), EQUAL)
    np.testing.assert_allclose(key_pitches(equal(12)), np.arange(128), atol=1e-9)


def test_without_a_mapping_the_scale_begins_on_middle_c():
    got = key_frequencies(MAJOR)
    c = 440 * 2 ** (-9 / 12)
    assert got[60:68] / c == pytest.approx([1, 9 / 8, 5 / 4, 4 / 3, 3 / 2, 5 / 3, 15 / 8, 2])
    assert got[53:60] * 2 == pytest.approx(got[60:67])


def test_scales_need_no_octave():
    bohlen_pierce = equal(13, 1200 * np.log2(3))
    got = key_frequencies(bohlen_pierce, Mapping(middle=69))
    np.testing.assert_allclose(got, 440 * 3.0 ** ((np.arange(128) - 69) / 13))


def test_the_white_keys_play_a_scale_of_seven():
    got = key_frequencies(MAJOR, Mapping(degrees=WHITE, octave_degree=7))
    assert got[69] == pytest.approx(440)
    assert got[60] == pytest.approx(440 * 3 / 5)
    assert got[[60, 62, 64, 65, 67, 69, 71, 72]] / got[60] == pytest.approx(
        [1, 9 / 8, 5 / 4, 4 / 3, 3 / 2, 5 / 3, 15 / 8, 2]
    )
    assert np.isnan(got[[61, 63, 66, 68, 70, 73]]).all()
    assert got[0] == pytest.approx(got[60] / 32)


def test_the_octave_may_be_any_degree():
    got = key_frequencies(equal(12), Mapping(middle=60, reference=60, degrees=(0, 4), octave_degree=7))
    assert got[[60, 61, 62, 63]] / 440 == pytest.approx(2.0 ** (np.array([0, 4, 7, 11]) / 12))
    assert got[58] / 440 == pytest.approx(2.0 ** (-7 / 12))


def test_degrees_past_the_scale_are_of_its_next_period():
    got = key_frequencies(equal(5), Mapping(middle=60, reference=60, degrees=(0, 7)))
    assert got[61] / got[60] == pytest.approx(2.0 ** (7 / 5))


def test_keys_out_of_range_keep_their_pitch():
    got = key_frequencies(equal(12), Mapping(first=60, last=71, reference_hz=415.0))
    np.testing.assert_allclose(got[60:72], EQUAL[60:72] * 415 / 440)
    np.testing.assert_allclose(np.delete(got, np.s_[60:72]), np.delete(EQUAL, np.s_[60:72]))


def test_wide_scales_stay_finite():
    got = key_frequencies(Scale("wide", (120_000.0,)))
    assert np.isfinite(got).all()


def test_a_mapping_is_read(tmp_path):
    got = kbm(tmp_path, 12, 21, 108, 60, "69  A", 432.5, 7, 0, "x", 1, "X", 2, 3, "x", 4, "x", 5, "x", 6)
    assert got == Mapping(21, 108, 60, 69, 432.5, 7, WHITE)
    assert kbm(tmp_path, 0, 0, 127, 60, 69, "440", 0) == Mapping()


def test_unmapped_keys_at_the_end_may_be_left_out(tmp_path):
    assert kbm(tmp_path, 4, 0, 127, 60, 60, 262, 0, 0, 1).degrees == (0, 1, None, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a.scl is empty"),
        ("! only\n! comments\n", "a.scl is empty"),
        ("a\n", "ends before the number"),
        ("a\n0\n", "line 2: a scale of no notes"),
        ("a\nmany\n", "line 2: the number of notes is 'many'"),
        ("a\n100000\n", "line 2: the number of notes is '100000'"),
        ("a\n2\n! b\n3/2\n", "ends after 1 of 2 notes"),
        ("a\n2\n! b\n3/2\nC#\n", "line 5: 'C#' is neither"),
        ("a\n1\n3/0\n", "line 3: '3/0' is not a ratio"),
        ("a\n1\n-3/2\n", "line 3: '-3/2' is neither"),
        ("a\n1\n1.2.3\n", "line 3: '1.2.3' is not a number of cents"),
        ("a\n1\n.\n", "line 3: '.' is not a number of cents"),
        ("a\n1\n1000000.0\n", "line 3: '1000000.0' is more than"),
        ("a\n1\n" + "9" * 5000 + "/2\n", "line 3: the ratio's numbers are too long"),
        ("a\0b", "not a text file"),
    ],
)
def test_a_damaged_scale_is_named_with_its_line(tmp_path, text, says):
    with pytest.raises(ScalaError) as error:
        scl(tmp_path, text)
    assert says in str(error.value)
    assert str(error.value).startswith("a.scl")
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([], "ends before the size of the map"),
        ([12, 0, 127], "ends before the middle key"),
        ([12, 0, 127, 60, 69], "ends before the reference frequency"),
        ([12, 0, 127, 60, 69, 440], "ends before the degree of the octave"),
        ([129], "line 2: the size of the map is '129'"),
        ([0, 0, 128], "line 6: the last key is '128'"),
        ([0, -1], "line 4: the first key is '-1'"),
        ([0, 0, 127, 60, 69, 0.5], "line 12: the reference frequency is '0.5'"),
        ([0, 0, 127, 60, 69, "nan"], "line 12: the reference frequency is 'nan'"),
        ([2, 0, 127, 60, 69, 440, 0, 0, "y"], "line 18: the degree is 'y'"),
    ],
)
def test_a_damaged_mapping_is_named_with_its_line(tmp_path, fields, says):
    with pytest.raises(ScalaError) as error:
        kbm(tmp_path, *fields)
    assert says in str(error.value)
    assert str(error.value).startswith("a.kbm")


def test_a_mapping_that_does_not_fit_its_scale_is_refused():
    with pytest.raises(ScalaError, match="octave is the degree 8, but the scale has 7 notes"):
        key_frequencies(MAJOR, Mapping(octave_degree=8))
    with pytest.raises(ScalaError, match="reference key 61 is mute"):
        key_frequencies(MAJOR, Mapping(reference=61, degrees=WHITE))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ScalaError, match=r"none.scl can't be read: No such file"):
        read(tmp_path / "none.scl")
