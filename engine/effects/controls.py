"""The rack as attributes of whoever has a kernel's synth: whole, and setting by setting."""

import threading
from pathlib import Path
from typing import Any

from ..native._kernel import lib
from .files import find_rack
from .rack import NAMES, NONE, Rack


class Setting:
    """One setting of a rack, as an attribute: to set it sets the rack."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, racked: "Racked | None", owner: type) -> Any:
        return self if racked is None else racked.rack[self._name]

    def __set__(self, racked: "Racked", value: float | str) -> None:
        with racked._racking:
            racked.rack = racked.rack.replace(**{self._name: value})


class Racked:
    """Has a rack behind its kernel's synth `c`; each setting is an attribute, too: ``synth.reverb_decay = 2.5``."""

    c: Any
    _racking: threading.RLock  # the kernel takes racks from one thread at a time
    _rack: Rack = NONE

    @property
    def rack(self) -> Rack:
        """The rack of effects; set to another, to a factory rack's name, to a file or to ``"none"``.

        It is heard within 32 ms. Raises `RackError` if it cannot be used: then the one before stays.
        """
        return self._rack

    @rack.setter
    def rack(self, wanted: Rack | str | Path) -> None:
        rack = find_rack(wanted)
        with self._racking:
            lib.synth_rack(self.c, rack.compiled())
            self._rack = rack


for _name in NAMES:
    _setting = Setting()
    _setting.__set_name__(Racked, _name)
    setattr(Racked, _name, _setting)
