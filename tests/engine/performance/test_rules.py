"""Performance rules against the numbers of the KTH papers; a quantity of 0 is the score as it was written."""

import numpy as np
import pytest
from ddsp_live.performance.humanize import clock_seconds, drift, humanize
from ddsp_live.performance.note_history import LiveRules
from ddsp_live.performance.perform import REST_VOLUME, RuleError, fill, perform
from ddsp_live.performance.phrase_context import line, phrase_starts
from ddsp_live.performance.rules import (
    RULES,
    duration_contrast,
    high_loud,
    leap_articulation,
    phrase_arch,
    punctuation,
)
from ddsp_live.performance.table import blank_rows

OFF = dict.fromkeys(RULES, 0.0)
TIMES = ["onset_seconds", "duration_seconds"]


def part(iois, pitches=60, *, channel=0, sounding=1.0):
    """Notes one after the other that sound for a share of the time until the next."""
    iois = np.asarray(iois, float)
    rows = blank_rows(len(iois))
    rows["onset_seconds"] = 1.0 + np.append(0.0, np.cumsum(iois[:-1]))
    rows["duration_seconds"] = sounding * iois
    rows["pitch"] = pitches
    rows["channel"] = channel
    return rows


def together(*parts):
    rows = np.concatenate(parts)
    return rows[np.argsort(rows["onset_seconds"], kind="stable")]


def random_part(n=60, seed=1, **more):
    rng = np.random.default_rng(seed)
    return part(rng.choice([0.15, 0.3, 0.6, 1.2], n), rng.integers(50, 80, n), **more)


def test_higher_notes_are_louder_by_a_decibel_a_major_third():
    got = high_loud(line(part([0.5] * 3, [60, 64, 68])))
    assert got["level_db"] == pytest.approx([-1, 0, 1])
    assert not got["ioi_seconds"].any()


def test_short_notes_are_shorter_and_softer():
    iois = np.array([0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0])
    got = duration_contrast(line(part(np.append(iois, 2.0))))[:-1]
    assert got["ioi_seconds"] * 1000 == pytest.approx([0, -16.5 * 70 / 170, -16.5, -13.5, -10.5, -5.25, 0, 0])
    assert got["level_db"] == pytest.approx(got["ioi_seconds"] * 50)


def test_a_phrase_is_an_arch():
    melody = line(part([0.5] * 9))
    got = phrase_arch(melody, starts=np.arange(9) == 0)
    share = np.linspace(0, 1, 9)
    slower = np.where(share < 0.5, 0.1, 0.2) * (2 * share - 1) ** 2
    assert got["ioi_seconds"] == pytest.approx(0.5 * slower)
    assert got["level_db"] == pytest.approx(-10 * slower)


def test_each_phrase_has_its_own_arch():
    alone = phrase_arch(line(part([0.4] * 6)), starts=np.arange(6) == 0)
    twice = phrase_arch(line(part([0.4] * 12)), starts=np.arange(12) % 6 == 0)
    np.testing.assert_allclose(twice["level_db"], np.tile(alone["level_db"], 2))


def test_a_phrase_ends_with_a_breath():
    got = punctuation(line(part([0.5] * 8)), starts=np.arange(8) % 4 == 0)
    assert got["pause_seconds"] == pytest.approx([0, 0, 0, 0.08, 0, 0, 0, 0])
    assert got["ioi_seconds"] == pytest.approx([0, 0, 0, 0.04, 0, 0, 0, 0])


def test_leaps_are_parted_by_their_width():
    got = leap_articulation(line(part([0.7] * 6, [60, 62, 65, 72, 84, 83])))
    assert got["pause_seconds"] * 1000 == pytest.approx([0, 3 * 4.8, 7 * 4.8, 9 * 4.8, 0, 0])
    assert not leap_articulation(line(part([0.09] * 3, [60, 72, 60])))["pause_seconds"].any()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rules_grow_in_proportion_to_their_quantity(rule):
    melody = line(random_part())
    once, thrice, none = (rule(melody, k) for k in (1.0, 3.0, 0.0))
    assert any(once[name].any() for name in once.dtype.names)
    for name in once.dtype.names:
        np.testing.assert_allclose(thrice[name], 3 * once[name], atol=1e-12)
        assert not none[name].any()


def test_a_chord_counts_once_by_its_highest_note():
    rows = together(part([1, 1], 60), part([1, 1], [64, 67]))
    rows["onset_seconds"][1] += 0.01
    melody = line(rows)
    assert list(melody.pitch) == [64, 67]
    assert list(melody.ioi) == [1, 1]
    assert list(melody.event) == [0, 0, 1, 1]


def test_phrases_begin_after_long_notes_and_rests():
    iois = np.tile([0.25, 0.25, 0.25, 0.25, 0.25, 1.5], 4)
    assert list(np.flatnonzero(phrase_starts(line(part(iois))))) == [0, 6, 12, 18]
    rested = part(np.where(iois > 1, 0.75, iois))
    rested["duration_seconds"] = 0.25
    assert list(np.flatnonzero(phrase_starts(line(rested)))) == [0, 6, 12, 18]


def test_even_notes_are_one_phrase():
    assert list(np.flatnonzero(phrase_starts(line(part([0.5] * 40))))) == [0]


def test_all_off_leaves_time_as_it_was_to_the_last_bit():
    rows = together(random_part(), random_part(seed=2, channel=1))
    got = perform(rows, OFF)
    for name in rows.dtype.names:
        np.testing.assert_array_equal(got[name], fill(rows)[name])
    for name in TIMES:
        np.testing.assert_array_equal(got[name], rows[name])


def test_what_was_set_stays_set():
    rows = random_part()
    rows["volume"][::2] = 0.9
    rows["vibrato"][::3] = 0.2
    got = perform(rows, rest={"volume": 0.7, "vibrato": 0.5})
    assert (got["volume"][::2] == 0.9).all()
    assert got["volume"][1::2].std() > 0
    assert (got["vibrato"][::3] == 0.2).all()
    assert (np.delete(got["vibrato"], np.s_[::3]) == 0.5).all()
    assert np.isnan(got["brightness"]).all()
    assert np.isnan(rows["vibrato"][1]), "the score itself is not changed"


def test_volume_follows_velocity_and_the_rules_in_decibels():
    rows = part([1.0] * 3, [60, 64, 68])
    rows["velocity"] = [64, 94, 64]
    got = perform(rows, OFF | {"high_loud": 1.0})
    assert got["volume"] == pytest.approx(REST_VOLUME + np.array([-1, 6, 1]) / 60)


@pytest.mark.parametrize("human", [0.0, 1.0])
def test_the_tempo_is_kept_and_no_note_overtakes_another(human):
    rows = random_part(200)
    got = perform(rows, dict.fromkeys(RULES, 1.5), human=human, seed=3)
    if not human:
        assert got["onset_seconds"][[0, -1]] == pytest.approx(rows["onset_seconds"][[0, -1]])
    assert (np.diff(got["onset_seconds"]) > 0).all()
    assert (got["duration_seconds"] > 0).all()
    np.testing.assert_array_equal(got["pitch"], rows["pitch"])


def test_parts_stay_together():
    tune = random_part(60)
    bass = tune[::4].copy()
    bass["channel"], bass["pitch"] = 1, 40
    bass["duration_seconds"] = 0.05
    got = perform(together(tune, bass), OFF | {"phrase_arch": 2.0, "duration_contrast": 2.0})
    led, follows = (np.sort(got["onset_seconds"][got["channel"] == channel]) for channel in (0, 1))
    assert np.abs(led - tune["onset_seconds"]).max() > 0.02
    np.testing.assert_allclose(follows, led[::4], atol=1e-12)


def test_pauses_are_cut_from_notes_that_reach_into_them():
    pitches = [60, 67, 67]
    only = OFF | {"leap_articulation": 1.0}
    pause = 0.008 * 7 * 0.6
    assert perform(part([0.7] * 3, pitches), only)["duration_seconds"] == pytest.approx(
        [0.7 - pause, 0.7, 0.7]
    )
    short = part([0.7] * 3, pitches, sounding=0.5)
    np.testing.assert_array_equal(perform(short, only)["duration_seconds"], short["duration_seconds"])


def test_half_of_a_note_always_sounds():
    got = perform(part([0.3] * 20, [60, 72] * 10), OFF | {"leap_articulation": 50.0})
    assert got["duration_seconds"][:-1] == pytest.approx([0.15] * 19)


@pytest.mark.parametrize("rows", [blank_rows(0), part([0.5])], ids=["none", "one"])
def test_tables_with_hardly_a_note(rows):
    assert len(perform(rows, human=1.0)) == len(rows)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"quantities": {"swing": 1.0}}, "no rule 'swing'"),
        ({"quantities": {"high_loud": float("nan")}}, "high_loud must be a number"),
        ({"human": -1.0}, "humanize"),
        ({"rest": {"loudness": 1.0}}, "no attribute 'loudness'"),
    ],
)
def test_what_there_is_not_is_refused(more, says):
    with pytest.raises(RuleError, match=says):
        perform(part([0.5]), **more)


def test_a_player_s_errors_have_their_size_and_bounds():
    melody = line(part([0.3] * 4000))
    got = humanize(melody, seed=4)
    assert got["onset_seconds"].std() == pytest.approx(0.00678, rel=0.05)
    assert np.abs(got["onset_seconds"]).max() < 3 * 0.00678
    assert got["level_db"].std() == pytest.approx(1.0, rel=0.05)
    assert np.abs(got["level_db"]).max() < 3
    assert clock_seconds(0.3) == pytest.approx(0.57 * 0.00678)
    assert (np.diff(clock_seconds(np.linspace(0.05, 5, 100))) > 0).all()


def test_a_player_s_errors_are_seeded_and_scale():
    melody = line(random_part())
    once, again, other, less = (humanize(melody, a, seed=s) for a, s in ((1, 7), (1, 7), (1, 8), (0.25, 7)))
    for name in once.dtype.names:
        np.testing.assert_array_equal(once[name], again[name])
        assert np.abs(once[name] - other[name]).max() > 0
        np.testing.assert_allclose(less[name], 0.25 * once[name])


def test_notes_to_come_do_not_change_the_errors_of_those_before():
    whole, begin = (humanize(line(part([0.3] * n)), seed=2) for n in (50, 20))
    np.testing.assert_array_equal(whole[:19], begin[:19])


def test_the_inner_clock_drifts_like_1_over_f():
    rng = np.random.default_rng(0)
    power = np.mean(
        [np.abs(np.fft.rfft(drift(1024, rng) * np.hanning(1024))) ** 2 for _ in range(60)], axis=0
    )
    places = np.arange(4, 200)  # below, the slowest drift has its knee
    slope = np.polyfit(np.log(places / 1024), np.log(power[places]), 1)[0]
    assert slope == pytest.approx(-1.0, abs=0.2)
    assert np.std([drift(1, rng)[0] for _ in range(3000)]) == pytest.approx(1, rel=0.05)


def test_live_rules_agree_with_the_score_s_on_even_notes():
    live = LiveRules()
    levels = [live.note_on(60, 0.2 * i) for i in range(5)]
    assert levels == pytest.approx([0, -0.825, -0.825, -0.825, -0.825])
    assert live.note_on(68, 1.0) == pytest.approx(8 / 4 - 0.825)
    assert live.note_on(68, 1.2, high_loud=0, contrast=0) == 0
    assert live.note_on(60, 9.0, contrast=0.0) < 0
    live.reset()
    assert live == LiveRules()
    assert live.note_on(72, 0.0) == 0


def test_live_rules_know_only_the_past():
    rows = random_part(30)
    played = [(row["pitch"], row["onset_seconds"]) for row in rows]
    levels = [[live.note_on(*note) for note in played[:n]] for n in (10, 30) for live in [LiveRules()]]
    assert levels[1][:10] == levels[0]
