"""How grave a colour is, in tables: the worst of a person's hits is the colour of the code."""

import ibis
import ibis.expr.types as ir

from fangxian.policy.colour import Colour

_BY_GRAVITY = tuple(Colour)


def gravity(colour: ir.StringValue) -> ir.IntegerValue:
    """Return how grave a colour is: green 0, yellow 1, orange 2, red 3."""
    return ibis.cases(*((colour == str(c), rank) for rank, c in enumerate(_BY_GRAVITY)), else_=0)


def of_gravity(rank: ir.IntegerValue) -> ir.StringValue:
    """Return the colour of a gravity."""
    return ibis.cases(*((rank == number, str(c)) for number, c in enumerate(_BY_GRAVITY)), else_=str(Colour.GREEN))
