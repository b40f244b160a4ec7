"""The note level: six performance attributes a note, tables of them, rules that fill them, and tunings."""

from .attributes import attributes, player_units

__all__ = ["attributes", "player_units"]
