"""Settings change hands whole, and controllers add to them."""

import pytest
import racks
import units

ffi, lib = units.load("effects/rack_swap.h")


def make(**changes):
    swap = ffi.new("RackSwap *")
    lib.rack_swap_init(swap)
    write(swap, **changes)
    return swap


def write(swap, **changes):
    lib.rack_swap_write(swap, racks.rack(ffi, **changes))
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
    for macro in range(lib.MACROS):
        lib.rack_swap_move(swap, macro, 1.0)
    now = lib.rack_swap_settings(swap)
    assert not any(getattr(now, unit).on for unit in racks.DEFAULTS)


AMOUNTS = {
    "DRIVE": ("drive", "amount"),
    "SQUEEZE": ("compressor", "threshold"),
    "LOW": ("equalizer", "low_shelf_gain"),
    "HIGH": ("equalizer", "high_shelf_gain"),
    "CHORUS": ("chorus", "mix"),
    "ECHO": ("echo", "level"),
    "REVERB": ("reverb", "level"),
}


@pytest.mark.parametrize(
    ("macro", "set_to", "from_nothing", "from_what_is_set"),
    [
        ("DRIVE", 12.0, [18, 36], [24, 36]),
        ("SQUEEZE", -20.0, [-20, -40], [-30, -40]),
        ("LOW", 3.0, [0, 12], [3, 15]),
        ("HIGH", -3.0, [0, 12], [-3, 9]),
        ("CHORUS", 0.25, [0.25, 0.5], [0.375, 0.5]),
        ("ECHO", -20.0, [-12.04, 0], [-9.76, 0]),
        ("REVERB", -20.0, [-12.04, 0], [-9.76, 0]),
    ],
)
def test_a_macro_goes_from_what_is_set_to_the_most(macro, set_to, from_nothing, from_what_is_set):
    unit, amount = AMOUNTS[macro]
    for changes, wanted in (({}, from_nothing), ({unit: {amount: set_to}}, from_what_is_set)):
        swap = make(**changes)
        before = getattr(lib.rack_swap_settings(swap), unit)
        assert before.on == bool(changes) and getattr(before, amount) == pytest.approx(
            changes.get(unit, racks.DEFAULTS[unit])[amount]
        )
        for place, value in zip((0.5, 1.0), wanted, strict=True):
            lib.rack_swap_move(swap, getattr(lib, f"MACRO_{macro}"), place)
            now = getattr(lib.rack_swap_settings(swap), unit)
            if unit != "equalizer" or place != 0.5:
                assert now.on
            assert getattr(now, amount) == pytest.approx(value, abs=0.01)


def test_what_is_squeezed_is_made_up_for():
    swap = make()
    lib.rack_swap_move(swap, lib.MACRO_SQUEEZE, 1.0)
    assert lib.rack_swap_settings(swap).compressor.makeup == pytest.approx(0.5 * (2 / 3) * 40)
