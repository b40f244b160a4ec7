"""Whether what somebody else wrote is a number within bounds, however large or odd it is."""


def is_number(value: object, low: float, high: float) -> bool:
    """Tell whether `value` is a finite number from `low` to `high`.

    Truth values are none. Integers beyond the range of floats and NaN are out of any bounds.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return low <= value <= high and abs(value) != float("inf")


def is_whole(value: object, low: int, high: int) -> bool:
    """Tell whether `value` is an integer from `low` to `high`; truth values and 1.0 are none."""
    return isinstance(value, int) and is_number(value, low, high)
