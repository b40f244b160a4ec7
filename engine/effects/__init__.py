"""The rack of effects: what it is set to, its files, and the factory's."""

from .files import RackError, find_rack, list_racks, read_rack, write_rack
from .rack import NONE, Rack

__all__ = ["NONE", "Rack", "RackError", "find_rack", "list_racks", "read_rack", "write_rack"]
