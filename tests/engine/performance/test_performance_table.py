"""The performance table: what is written is read again, and every mistake in a file is named with its line."""

import csv

import numpy as np
import pytest
from ddsp_live.midi.messages import control_change, note_off, note_on
from ddsp_live.performance.score import Note, from_events, match_score, to_events
from ddsp_live.performance.table import COLUMNS, TableError, blank_rows, read_table, write_table
from ddsp_live.performance.units import ATTRIBUTES

GOOD = dict.fromkeys(COLUMNS, "") | {
    "onset_seconds": "0.5",
    "duration_seconds": "1",
    "pitch": "60",
    "velocity": "64",
    "channel": "1",
    "brightness": "0.7",
}


def csv_file(path, *notes, columns=COLUMNS):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(notes)
    return path


def random_rows(n, seed=3):
    rng = np.random.default_rng(seed)
    rows = blank_rows(n)
    rows["onset_seconds"] = np.sort(rng.uniform(0, 100, n))
    rows["duration_seconds"] = rng.uniform(1e-3, 3, n)
    rows["pitch"] = rng.uniform(0, 127, n)
    rows["velocity"] = rng.integers(1, 128, n)
    rows["channel"] = rng.integers(0, 16, n)
    for attribute in ATTRIBUTES:
        values = rng.uniform(attribute.low, attribute.high, n)
        rows[attribute.name] = np.where(rng.random(n) < 0.5, np.nan, values)
    return rows


def test_what_is_written_is_read_to_the_last_bit(tmp_path):
    rows = random_rows(200)
    write_table(tmp_path / "a.csv", rows)
    again = read_table(tmp_path / "a.csv")
    for column in COLUMNS:
        np.testing.assert_array_equal(again[column], rows[column])
    assert list(again["line"]) == list(range(2, 202))
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_the_file_is_plain_csv_with_channels_from_1(tmp_path):
    rows = blank_rows(1)
    rows["onset_seconds"], rows["duration_seconds"], rows["pitch"] = 0.25, 1.5, 69
    rows["vibrato"] = 0.5
    write_table(tmp_path / "a.csv", rows)
    assert (tmp_path / "a.csv").read_text() == ",".join(COLUMNS) + "\n0.25,1.5,69.0,64,1,,,,0.5,,\n"


def test_rows_are_sorted_by_onset_and_columns_may_stand_in_any_order(tmp_path):
    notes = [GOOD | {"onset_seconds": str(t)} for t in (2, 0, 1)]
    rows = read_table(csv_file(tmp_path / "a.csv", *notes, columns=COLUMNS[::-1]))
    assert list(rows["onset_seconds"]) == [0, 1, 2]
    assert list(rows["line"]) == [3, 4, 2]


def test_empty_attributes_are_not_set(tmp_path):
    row = read_table(csv_file(tmp_path / "a.csv", GOOD))[0]
    assert row["brightness"] == 0.7
    assert all(np.isnan(row[a.name]) for a in ATTRIBUTES if a.name != "brightness")


def test_a_spreadsheet_s_byte_order_mark_crlf_and_blank_lines_do_no_harm(tmp_path):
    path = csv_file(tmp_path / "a.csv", GOOD)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n\r\n").replace(b"\r\r", b"\r"))
    assert len(read_table(path)) == 1


def test_a_table_without_notes_is_a_table(tmp_path):
    write_table(tmp_path / "a.csv", blank_rows(0))
    assert read_table(tmp_path / "a.csv").shape == (0,)


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("duration_seconds", "-1", "longer than 0 s"),
        ("duration_seconds", "0", "longer than 0 s"),
        ("duration_seconds", "", "is empty"),
        ("onset_seconds", "-0.1", "not within 0 to 21600"),
        ("onset_seconds", "1e300", "not within"),
        ("pitch", "128", "not within 0 to 127"),
        ("pitch", "C4", "'C4', which is not a number"),
        ("velocity", "0", "not within 1 to 127"),
        ("velocity", "63.5", "must be whole"),
        ("channel", "17", "not within 1 to 16"),
        ("volume", "nan", "'nan', which is not a number"),
        ("vibrato", "inf", "not a number"),
        ("volume_peak_position", "1.01", "not within 0 to 1"),
        ("brightness", "0,7", "not a number"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_column(tmp_path, column, text, says):
    path = csv_file(tmp_path / "take.csv", GOOD, GOOD | {column: text})
    with pytest.raises(TableError) as error:
        read_table(path)
    sentence = str(error.value)
    assert sentence.startswith(f"take.csv, line 3: {column} is")
    assert says in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a.csv is empty"),
        (",".join(COLUMNS[1:]), "line 1: the column 'onset_seconds' is missing"),
        (",".join((*COLUMNS, "loudness")), "line 1: the column 'loudness' is unknown"),
        (",".join((*COLUMNS, "pitch")), "line 1: the column 'pitch' stands there twice"),
        (",".join(COLUMNS) + "\n1,2,3", "line 2: there are 3 values for 11 columns"),
        (",".join(COLUMNS) + '\n"1,2,3', "line 2: this is not CSV"),
        (";".join(COLUMNS), "line 1: the column 'onset_seconds' is missing"),
        ("\xff\xfe", "not a text file"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, says):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(TableError, match=says):
        read_table(path)


def test_a_file_that_is_not_there_or_can_t_be_written(tmp_path):
    with pytest.raises(TableError, match="can't be read"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(TableError, match="can't be written"):
        write_table(tmp_path / "none" / "a.csv", blank_rows(1))


def test_notes_come_from_messages():
    events = [
        (0.0, note_on(60, 90)),
        (0.1, note_on(60, 80, 1)),
        (0.5, note_on(60, 70)),  # struck again while down
        (0.6, control_change(64, 127)),
        (1.0, note_off(60)),
        (1.5, note_on(60, 0)),  # a note off by another name
        (2.0, note_off(60, channel=1)),
        (2.0, note_on(72, 1)),
        (2.0, note_off(72)),
        (3.0, note_on(50, 1)),
    ]
    rows = from_events(events)
    got = [tuple(row[name] for name in COLUMNS[:5]) for row in rows]
    assert got == [(0, 1, 60, 90, 0), (0.1, 1.9, 60, 80, 1), (0.5, 1, 60, 70, 0), (2, 0.001, 72, 1, 0)]


def test_rows_become_the_messages_they_came_from():
    rows = random_rows(100)
    rows["pitch"] = np.arange(100)
    again = from_events(to_events(rows))
    for column in ("onset_seconds", "pitch", "velocity", "channel"):
        np.testing.assert_array_equal(again[column], rows[column])
    np.testing.assert_allclose(again["duration_seconds"], rows["duration_seconds"], atol=1e-12)


def test_a_repeated_note_is_let_go_before_it_is_struck_again():
    rows = blank_rows(2)
    rows["onset_seconds"], rows["duration_seconds"], rows["pitch"] = [0, 1], 1, 60
    assert [isinstance(event, Note) for _, event in to_events(rows)] == [True, False, True, False]


def test_rows_find_their_notes_in_the_score(tmp_path):
    score = blank_rows(5)
    score["onset_seconds"] = np.arange(5)
    score["pitch"] = [60, 62, 60, 60, 62]
    score["channel"] = [0, 0, 0, 1, 0]
    moved = score[[0, 1, 2, 3]].copy()
    moved["onset_seconds"] += 40.0
    assert list(match_score(moved, score)) == [0, 1, 2, 3]
    notes = [GOOD, GOOD | {"onset_seconds": "1"}, GOOD | {"onset_seconds": "2"}]
    rows = read_table(csv_file(tmp_path / "take.csv", *notes))
    with pytest.raises(TableError, match=r"take.csv, line 4: there is no such note in the score"):
        match_score(rows, score, "take.csv")
