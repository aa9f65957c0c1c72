"""The colour that a signed code carries, and the level of GB/T 38961's practice that goes with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fangxian.facts import Text


class Colour(StrEnum):
    """A colour on a signed code, from the mildest to the gravest."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"

    @property
    def level(self) -> str:
        """The national risk level: 00 low, 01 medium, 10 high; orange, a colour of the national form, is medium."""
        return _LEVELS[self]

    @property
    def words(self) -> Text:
        """The colour's name for people."""
        return _WORDS[self]


_LEVELS: Final = {Colour.GREEN: "00", Colour.YELLOW: "01", Colour.ORANGE: "01", Colour.RED: "10"}
_WORDS: Final = {
    Colour.GREEN: Text("绿码", "green"),
    Colour.YELLOW: Text("黄码", "yellow"),
    Colour.ORANGE: Text("橙码", "orange"),
    Colour.RED: Text("红码", "red"),
}
