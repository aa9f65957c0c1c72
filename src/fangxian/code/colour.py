"""The colours of a code, from the mildest to the gravest."""

from enum import StrEnum

import ibis
import ibis.expr.types as ir

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


_BY_GRAVITY = tuple(Colour)


def gravity(colour: ir.StringValue) -> ir.IntegerValue:
    """Return how grave a colour is: green 0, yellow 1, orange 2, red 3."""
    return ibis.cases(*((colour == str(c), rank) for rank, c in enumerate(_BY_GRAVITY)), else_=0)


def of_gravity(rank: ir.IntegerValue) -> ir.StringValue:
    """Return the colour of a gravity."""
    return ibis.cases(*((rank == number, str(c)) for number, c in enumerate(_BY_GRAVITY)), else_=str(Colour.GREEN))
