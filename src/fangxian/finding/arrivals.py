"""Everybody who came: one row a person, with why, how sure that is, and where they are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fangxian.engine.opening import Engine
from fangxian.facts.known import Known, instant
from fangxian.finding.agreements import Readable
from fangxian.finding.reasons import reasons
from fangxian.finding.search import Search, Surety
from fangxian.finding.whereabouts import whereabouts

LATEST: Final = ("from_at", "fact_type", "fact_id")
"""By what reasons are ordered, the highest first."""

_CAME: Final = "who_came"
_ARRIVED: Final = "who_arrived"


@dataclass(frozen=True)
class Found:
    """What a search found. Shapes: as `arrivals` and `reasons.reasons` say; reasons only of people who are in `people`."""

    people: pa.Table
    reasons: pa.Table


def find(engine: Engine, search: Search, may_read: Readable, *, known_at: datetime, utc_offset: timedelta) -> Found:
    """Find everybody who came, as known at an instant (UTC, without a zone), on clocks so far ahead of UTC."""
    known = Known(instant(known_at), utc_offset)
    every = reasons(known, search, may_read)
    came = _registered(engine, _CAME, engine.rows(every))
    people = engine.rows(arrivals(known, search, may_read, came))
    theirs = _registered(engine, _ARRIVED, people.select(["person_id"]))
    why = came.semi_join(theirs, "person_id").order_by("person_id", *(ibis.desc(column) for column in LATEST))
    return Found(people, engine.rows(why))


def arrivals(known: Known, search: Search, may_read: Readable, came: ir.Table) -> ir.Table:
    """Return one row for each person of `came` (shape of `reasons.reasons`) who is not in the searched areas now.

    Shape: person_id, area_code (where they are; null where no fact says), placed_by (null then), reasons, sources (how many),
    surety, because_type, because_id, because_source, came_at (the latest reason, and when it had them there last).
    """
    order = ibis.window(group_by="person_id", order_by=[came[column].desc() for column in LATEST])
    ranked = came.mutate(place=ibis.row_number().over(order))
    latest = ranked.filter(ranked.place == 0).select(
        "person_id",
        because_type=ranked.fact_type,
        because_id=ranked.fact_id,
        because_source=ranked.source,
        came_at=ibis.least(ranked.until_at.fill_null(known.known_at), known.known_at),
    )
    counted = came.group_by("person_id").agg(
        reasons=came.count(), sources=came.source.nunique(), recorded=(~came.own_word).cast("int8").max()
    )
    where = whereabouts(known, search, may_read, counted.select("person_id"))
    joined = counted.inner_join(latest, "person_id").left_join(where, "person_id").drop("person_id_right")
    surety = ibis.cases(
        (joined.sources > 1, str(Surety.SEVERAL_SOURCES)), (joined.recorded == 1, str(Surety.ONE_RECORD)), else_=str(Surety.OWN_WORD)
    )
    return joined.filter(joined.area_code.isnull() | ~search.contains(joined.area_code)).select(
        "person_id",
        "area_code",
        "placed_by",
        "reasons",
        "sources",
        "because_type",
        "because_id",
        "because_source",
        "came_at",
        surety=surety,
    )


def _registered(engine: Engine, name: str, table: pa.Table) -> ir.Table:
    engine.register(name, table)
    return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)
