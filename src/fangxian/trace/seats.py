"""What a seat's text says: its row and where in the row, or its berth; null where it says none.

Sources write `12A`, `07F`, `12排A座`, `8号下铺`, `软卧13上`. Every function takes and returns Ibis columns; letters are upper case.
"""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

COLUMNS: Final = {"aircraft": "ABCDEFGHJKL", "train": "ABCDF", "coach": "ABCD"}
"""The letters of a row from window to window, by mode.

A narrow vehicle leaves some out, and no seat says how wide the vehicle is: across the aisle of an aircraft with the letters
ABCJKL, C and J are taken to be far apart. A scheme that goes by rows is not concerned.
"""

SEATS_IN_ROW: Final = {"train": 5, "coach": 4}
"""Seats without a letter are numbered through the carriage or coach, so many to a row."""

BERTHS_IN_COMPARTMENT: Final = 4
"""Soft sleepers number every berth, and a compartment has four of them."""

NUMBERS_IN_BAY: Final = 2
"""Hard sleepers number every tier of three berths, and a bay has two of them."""

SEATS_IN_BAY: Final = 10
"""Hard seats are numbered through a carriage; two rows of five face each other."""


def row(seat: ir.StringValue, *, mode: str) -> ir.IntegerValue:
    """Return which row of a vehicle of a mode a seat is in, counted from 1; null of a berth."""
    counted = ((_number(seat) - 1) / SEATS_IN_ROW[mode]).floor().cast("int64") + 1 if mode in SEATS_IN_ROW else _number(seat)
    return ibis.cases((is_berth(seat), ibis.null("int64")), (_letter(seat) != "", _number(seat)), else_=counted)


def place(seat: ir.StringValue, *, mode: str) -> ir.IntegerValue:
    """Return where in its row a seat is, counted from 0 at the window; null where it does not say, and of a berth."""
    steps = [(_letter(seat) == each, at) for at, each in enumerate(COLUMNS[mode])]
    counted = (_number(seat) - 1) % SEATS_IN_ROW[mode] if mode in SEATS_IN_ROW else ibis.null("int64")
    by_number = ibis.ifelse(_letter(seat) == "", counted, ibis.null("int64"))
    return ibis.cases((is_berth(seat), ibis.null("int64")), *steps, else_=by_number).cast("int64")


def _number(seat: ir.StringValue) -> ir.IntegerValue:
    """Return the first number in a seat's text: its row, or its berth's or seat's number."""
    return seat.re_extract(r"([0-9]+)", 1).nullif("").cast("int64")


def _letter(seat: ir.StringValue) -> ir.StringValue:
    """Return the letter behind a seat's number, or an empty string, also where there is no seat."""
    # PostgreSQL says null where the others say an empty string.
    return seat.re_extract(r"[0-9]+[^0-9A-Z]*([A-Z])", 1).fill_null("")


def is_berth(seat: ir.StringValue) -> ir.BooleanValue:
    """Say whether a seat's text names a berth."""
    return seat.re_search("[上中下]|[卧铺]")


def is_soft_berth(seat: ir.StringValue) -> ir.BooleanValue:
    """Say whether a seat's text names a berth of a soft sleeper."""
    return seat.re_search("软卧")


def bay(seat: ir.StringValue, *, soft: ir.BooleanValue) -> ir.IntegerValue:
    """Return the compartment of a `soft` sleeper, or the bay of a hard sleeper or of hard seats, that a seat is in, from 0."""
    of_bay = ibis.cases((soft, BERTHS_IN_COMPARTMENT), (is_berth(seat), NUMBERS_IN_BAY), else_=SEATS_IN_BAY)
    lettered = row(seat, mode="train") * SEATS_IN_ROW["train"]
    return ((ibis.ifelse(_letter(seat) != "", lettered, _number(seat)) - 1) / of_bay).floor().cast("int64")
