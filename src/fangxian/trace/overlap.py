"""Who was at one place at one time: stays that overlap, found by the hour in which they began."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

SHORT_HOURS: Final = 4
"""Stays of less are looked for among those that began so many hours before; the few that are longer, among all of their place."""

SECONDS_OF_HOUR: Final = 3600


def at_the_same_time(stays: ir.Table, own: ir.Table, *, key: str) -> ir.Table:
    """Return the pairs of a stay and an own stay with the same `key` that overlap by more than an instant.

    Shape: the columns of both. `stays` has came_at and left_at, `own` has own_came_at and own_left_at. At a station with a million
    visits a join by place alone would compare each visit of a case with all of them.
    """
    short = stays.left_at < stays.came_at + ibis.interval(hours=SHORT_HOURS)
    brief = stays.filter(short).mutate(hour=_hour(stays.came_at) + SHORT_HOURS)
    # The difference is on this side and not the other: Ibis forgets the brackets of a range's start on Spark, which is then empty.
    hours = ibis.range(_hour(own.own_came_at), _hour(own.own_left_at) + SHORT_HOURS + 1)
    pairs = [brief.inner_join(own.mutate(hour=hours.unnest()), [key, "hour"]).drop("hour"), stays.filter(~short).inner_join(own, key)]
    met = ibis.union(*(pair.select(*stays.columns, *(name for name in own.columns if name != key)) for pair in pairs))
    begins, ends = ibis.greatest(met.came_at, met.own_came_at), ibis.least(met.left_at, met.own_left_at)
    return met.filter(begins < ends)


def _hour(at: ir.TimestampValue) -> ir.IntegerValue:
    return (at.epoch_seconds() / SECONDS_OF_HOUR).floor().cast("int64")
