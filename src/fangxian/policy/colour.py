"""The colours of a code, from the mildest to the gravest."""

from enum import StrEnum

from fangxian.facts import Text


class Colour(StrEnum):
    """A colour of the code; orange exists in the national four-colour form only."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"

    @property
    def words(self) -> Text:
        """The colour's name for people."""
        return {
            Colour.GREEN: Text("绿码", "green"),
            Colour.YELLOW: Text("黄码", "yellow"),
            Colour.ORANGE: Text("橙码", "orange"),
            Colour.RED: Text("红码", "red"),
        }[self]

    @property
    def level(self) -> str:
        """The national risk level: 00 low, 01 medium, 10 high; orange, a colour of the national form, is medium."""
        return {Colour.GREEN: "00", Colour.YELLOW: "01", Colour.ORANGE: "01", Colour.RED: "10"}[self]
