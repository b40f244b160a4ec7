"""A rack: every setting of every unit, by the names of the table of parameters."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import DdspLiveError
from ..native._kernel import ffi
from ..parameters import BY_NAME, RACK, names_of
from ..parameters.effects import UNITS
from ..ranges import is_number

NAMES = names_of(RACK)


class RackError(DdspLiveError):
    """A rack that cannot be used; one sentence says why."""


class Rack(Mapping[str, float]):
    """What a rack of effects is set to. It is not changed: `replace` makes another.

    Parameters
    ----------
    name : str
        What it is called.
    about : str
        What it is for, in a phrase.
    settings
        By the names of the table of parameters, ``reverb_decay=2.5``; what is not there is at its default. Choices are
        numbers or names: ``echo_first="right"``.

    Raises
    ------
    RackError
        For a setting that there is not, or that is out of its range.

    Examples
    --------
    >>> rack = Rack(reverb_on=1, reverb_decay=2.5)
    >>> rack["reverb_decay"]
    2.5
    >>> synth.rack = rack.replace(echo_on=1)
    """

    def __init__(self, name: str = "", about: str = "", **settings: float | str) -> None:
        self.name, self.about = name, about
        self._values = {setting: BY_NAME[setting].default for setting in NAMES}
        for setting, value in settings.items():
            self._values[setting] = checked(setting, value)

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Rack({self.name!r}, {', '.join(self.units) or 'all off'})"

    @property
    def units(self) -> tuple[str, ...]:
        """The units that are on."""
        return tuple(unit for unit in UNITS if self[f"{unit}_on"])

    def replace(self, **settings: float | str) -> "Rack":
        """Return a rack with other settings. Raises RackError."""
        return Rack(self.name, self.about, **(self._values | settings))

    def compiled(self) -> Any:
        """Return the kernel's `RackSettings *`."""
        units: dict[str, dict[str, float]] = {unit: {} for unit in UNITS}
        for name, value in self._values.items():
            unit, _, field = name.partition("_")
            units[unit][field] = int(value) if BY_NAME[name].is_whole else value
        return ffi.new("RackSettings *", units)


def checked(name: str, value: object) -> float:
    """Return a setting's value as a number. Raises RackError, in one sentence, if it is none of its values."""
    if name not in NAMES:
        raise RackError(f"A rack has no setting {str(name)[:40]!r}; docs/reference/parameters.md lists them.")
    row = BY_NAME[name]
    if row.choices and isinstance(value, str) and value in row.choices:
        return float(row.choices.index(value)) + row.low
    if isinstance(value, bool) and row.is_whole and not row.choices:
        return float(value)
    if not is_number(value, row.low, row.high) or (row.is_whole and value != int(value)):  # type: ignore[call-overload]
        raise RackError(f"{name} is {repr(value)[:40]}: give {row.range}.")
    return float(value)  # type: ignore[arg-type]


NONE = Rack("none", "all units off")
