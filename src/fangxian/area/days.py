"""Local days of areas' counts: as numbers, and the midnights that end them."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known


def days_since_1970(day: ir.DateValue) -> ir.IntegerValue:
    """Return a day as a number: days compare alike as integers on every engine, and as intervals they do not."""
    return day.delta(ibis.literal(date(1970, 1, 1)), unit="day")


def local_day(known: Known, at: ir.TimestampValue) -> ir.IntegerValue:
    """Return the local day that an instant lies in, as a number."""
    return days_since_1970((at + known.offset).date())


def midnight_after(known: Known, day: ir.DateValue, *, days: int = 0) -> ir.TimestampValue:
    """Return the instant at which a local day ends, or the same so many `days` later."""
    return (day.cast(INSTANT) + ibis.interval(days=days + 1) - known.offset).cast(INSTANT)
