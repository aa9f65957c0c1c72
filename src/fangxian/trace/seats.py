"""What a seat's text says: its row and where in the row, or its berth; null where it says none.

Sources write `12A`, `07F`, `12排A座`, `8号下铺`, `软卧13上`. Every function takes and returns Ibis columns.
"""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

COLUMNS: Final = {"aircraft": "ABCDEFGHJK", "train": "ABCDF", "coach": "ABCD"}
"""The letters of a row from window to window, by mode; a narrow vehicle has the first of them."""

BERTHS_IN_COMPARTMENT: Final = 4
"""Soft sleepers number every berth, and a compartment has four of them."""

NUMBERS_IN_BAY: Final = 2
"""Hard sleepers number every tier of three berths, and a bay has two of them."""

SEATS_IN_BAY: Final = 10
"""Hard seats are numbered through a carriage; two rows of five face each other."""


def number(seat: ir.StringValue) -> ir.IntegerValue:
    """Return the first number in a seat's text: its row, or its berth's or seat's number."""
    return seat.re_extract(r"([0-9]+)", 1).nullif("").cast("int64")


def letter(seat: ir.StringValue, *, mode: str) -> ir.IntegerValue:
    """Return where in its row a seat is, counted from 0 at the window; null for a letter that the mode has not."""
    said = seat.upper().re_extract(r"[0-9]+[^0-9A-Z]*([A-Z])", 1)
    return ibis.cases(*((said == each, place) for place, each in enumerate(COLUMNS[mode])), else_=ibis.null("int64")).cast("int64")


def is_berth(seat: ir.StringValue) -> ir.BooleanValue:
    """Say whether a seat's text names a berth."""
    return seat.re_search("[上中下]|[卧铺]")


def is_soft_berth(seat: ir.StringValue) -> ir.BooleanValue:
    """Say whether a seat's text names a berth of a soft sleeper."""
    return seat.re_search("软")


def bay(seat: ir.StringValue) -> ir.IntegerValue:
    """Return which compartment of a soft sleeper, or which bay of a hard sleeper or of hard seats, a seat is in, counted from 0."""
    of_bay = ibis.cases((is_soft_berth(seat), BERTHS_IN_COMPARTMENT), (is_berth(seat), NUMBERS_IN_BAY), else_=SEATS_IN_BAY)
    return ((number(seat) - 1) / of_bay).floor().cast("int64")
