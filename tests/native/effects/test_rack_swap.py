"""Settings change hands whole, and controllers move amounts on top of them until these are set."""

import pytest
import racks
import units

ffi, lib = units.load("effects/rack_swap.h")
DRIVE, SQUEEZE, LOW, HIGH, CHORUS, ECHO, REVERB = range(7)


def make(**changes):
    swap = ffi.new("RackSwap *")
    lib.rack_swap_init(swap)
    write(swap, **changes)
    return swap


def write(swap, serial=0, **changes):
    told = racks.rack(ffi, **changes)
    told.serial = serial
    lib.rack_swap_write(swap, told)
    lib.rack_swap_take(swap)


def test_the_newest_is_taken():
    swap = make(reverb={"decay": 2.0})
    lib.rack_swap_write(swap, racks.rack(ffi, reverb={"decay": 3.0}))
    assert lib.rack_swap_settings(swap).reverb.decay == 2.0
    lib.rack_swap_write(swap, racks.rack(ffi, reverb={"decay": 4.0}))
    lib.rack_swap_take(swap)
    assert lib.rack_swap_settings(swap).reverb.decay == 4.0


def test_before_anything_was_written_all_is_off_whatever_controllers_do():
    swap = ffi.new("RackSwap *")
    lib.rack_swap_init(swap)
    lib.rack_swap_take(swap)
    for macro in range(7):
        lib.rack_swap_move(swap, macro, 1.0)
    now = lib.rack_swap_settings(swap)
    assert not any(getattr(now, unit).on for unit in racks.DEFAULTS)


@pytest.mark.parametrize(
    ("macro", "unit", "amount", "none", "half", "most"),
    [
        (DRIVE, "drive", "amount", 0, 18, 36),
        (SQUEEZE, "compressor", "threshold", 0, -20, -40),
        (LOW, "equalizer", "low_shelf_gain", -12, 0, 12),
        (HIGH, "equalizer", "high_shelf_gain", -12, 0, 12),
        (CHORUS, "chorus", "mix", 0, 0.25, 0.5),
        (ECHO, "echo", "level", -60, -12.04, 0),
        (REVERB, "reverb", "level", -60, -12.04, 0),
    ],
)
def test_a_macro_moves_its_amount_and_turns_its_unit_on(macro, unit, amount, none, half, most):
    swap = make()
    for place, wanted in ((0.0, none), (0.5, half), (1.0, most)):
        lib.rack_swap_move(swap, macro, place)
        now = getattr(lib.rack_swap_settings(swap), unit)
        assert getattr(now, amount) == pytest.approx(wanted, abs=0.01)
        assert now.on == (wanted != 0 if unit == "equalizer" else place > 0)


def test_squeezing_is_made_up_for():
    swap = make()
    assert not lib.rack_swap_settings(swap).compressor.automatic
    lib.rack_swap_move(swap, SQUEEZE, 0.5)
    assert lib.rack_swap_settings(swap).compressor.automatic


def test_the_newest_counts_of_a_controller_and_what_is_set():
    swap = make(reverb={"level": -20.0})
    lib.rack_swap_move(swap, REVERB, 0.5)
    write(swap, reverb={"level": -20.0, "decay": 5.0})
    now = lib.rack_swap_settings(swap)
    assert now.reverb.level == pytest.approx(-12.04, abs=0.01) and now.reverb.decay == 5.0
    write(swap, reverb={"level": -30.0, "decay": 5.0})
    assert lib.rack_swap_settings(swap).reverb.level == -30.0


def test_turning_a_unit_off_is_setting_it():
    swap = make(reverb={"level": -20.0})
    lib.rack_swap_move(swap, REVERB, 0.5)
    write(swap)
    assert not lib.rack_swap_settings(swap).reverb.on


def test_another_rack_forgets_what_was_moved():
    swap = make(reverb={"level": -20.0})
    lib.rack_swap_move(swap, REVERB, 0.5)
    lib.rack_swap_move(swap, DRIVE, 0.5)
    write(swap, serial=1, reverb={"level": -20.0})
    now = lib.rack_swap_settings(swap)
    assert now.reverb.level == -20.0 and not now.drive.on
