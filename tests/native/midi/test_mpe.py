"""MPE zones, as the specification lays them out. Channels count from 0 here, from 1 in the specification."""

import pytest
import units

ffi, lib = units.load("midi/mpe.h")

LOWER, UPPER = 0, 15


def zones(*messages):
    mpe = ffi.new("Mpe *")
    for master, members in messages:
        lib.mpe_configure(mpe, master, members)
    return mpe


def members(mpe, master):
    return [c for c in range(16) if lib.mpe_is_member(mpe, c) and lib.mpe_master(mpe, c) == master]


@pytest.mark.parametrize(
    ("messages", "lower", "upper"),
    [
        ([], [], []),
        ([(LOWER, 3)], [1, 2, 3], []),
        ([(UPPER, 2)], [], [13, 14]),
        ([(LOWER, 15)], list(range(1, 16)), []),
        ([(LOWER, 7), (UPPER, 7)], list(range(1, 8)), list(range(8, 15))),
        ([(LOWER, 10), (UPPER, 7)], list(range(1, 8)), list(range(8, 15))),
        ([(UPPER, 7), (LOWER, 10)], list(range(1, 11)), list(range(11, 15))),
        ([(UPPER, 7), (LOWER, 14)], list(range(1, 15)), []),
        ([(UPPER, 7), (LOWER, 15)], list(range(1, 16)), []),
        ([(LOWER, 15), (UPPER, 15)], [], list(range(0, 15))),
        ([(LOWER, 5), (LOWER, 0)], [], []),
        ([(LOWER, 127)], list(range(1, 16)), []),
    ],
    ids=str,
)
def test_zones_hold_their_channels_and_the_newer_wins(messages, lower, upper):
    mpe = zones(*messages)
    assert members(mpe, LOWER) == lower
    assert members(mpe, UPPER) == upper


def test_a_master_is_its_own_and_no_member():
    mpe = zones((LOWER, 3))
    assert lib.mpe_is_master(mpe, LOWER)
    assert not lib.mpe_is_master(mpe, UPPER)
    assert lib.mpe_master(mpe, LOWER) == LOWER
    assert not lib.mpe_is_member(mpe, LOWER)


def test_channels_outside_have_no_master():
    assert lib.mpe_master(zones((LOWER, 3)), 9) == -1
