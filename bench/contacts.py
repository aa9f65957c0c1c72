"""Tracing contacts in a lake: one case, a thousand, as history grows; beside a plain interval join written by hand."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from bench.contact_lake import KNOWN_AT, LakeSize, make_lake
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import GateVisit
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Traced, Tracing, diagnosed

ONE_BY_ONE: Final = 20
"""Cases that are traced one after the other."""

AT_ONCE: Final = (1, 10, 100, 1_000)
"""Cases that are traced at once."""

BY_HAND: Final = """
WITH visit AS (
    SELECT person_id, fact_id, place_id, from_at, coalesce(until_at, from_at + INTERVAL 60 MINUTES) AS until_at
    FROM {visits}
), case_visit AS (
    SELECT person_id, fact_id, place_id, from_at, coalesce(until_at, from_at + INTERVAL 60 MINUTES) AS until_at
    FROM {own_visits}
), own AS (
    SELECT case_fact_id, case_person_id, place_id, fact_id AS case_because, greatest(case_visit.from_at, traced.from_at) AS came_at,
        least(case_visit.until_at, traced.until_at) AS left_at
    FROM case_visit JOIN traced
        ON person_id = case_person_id AND case_visit.from_at < traced.until_at AND case_visit.until_at > traced.from_at
), met AS (
    SELECT case_fact_id, case_because, visit.person_id, visit.fact_id AS because, greatest(from_at, came_at) AS from_at,
        least(until_at, left_at) AS until_at
    FROM own JOIN visit USING (place_id)
    WHERE visit.person_id <> case_person_id AND visit.from_at < left_at AND visit.until_at > came_at
)
SELECT *, until_at - from_at >= INTERVAL 15 MINUTES
    AND count(DISTINCT person_id) OVER (PARTITION BY case_fact_id, case_because) <= 30 AS close
FROM met
"""
"""The rule for venues as somebody would write it who knows that one rule: what is known, withdrawn, and all other rules left out."""

SAME: Final = ["case_fact_id", "case_because", "person_id", "because", "from_at", "until_at", "close"]


@dataclass(frozen=True, kw_only=True)
class ContactsFigures:
    """How long it takes to trace some cases in a lake of some size, and how long by hand on unsorted and on sorted visits."""

    visits: int
    trips: int
    cases: int
    seconds: float
    unsorted_s: float
    sorted_s: float
    contacts: int
    venue_meetings: int
    different_rows: int


def measure_contacts(scratch: Path, *, sizes: Sequence[int]) -> list[ContactsFigures]:
    """Trace in lakes of so many visits, smallest first; a lake is made where it is not there already."""
    found = []
    for visits in sizes:
        path, size = scratch / f"contacts-{visits}", LakeSize(visits=visits)
        lake = Lake.open(path) if (path / "current.json").exists() else make_lake(path, size)
        with DuckDBEngine(lake) as engine:
            tracing = Tracing(trace_scheme("cn-2020"), known_at=KNOWN_AT)
            people = diagnosed(engine, known_at=KNOWN_AT)
            found += [_measure(engine, tracing, people, size, cases) for cases in AT_ONCE]
    return found


def _measure(engine: DuckDBEngine, tracing: Tracing, people: list[str], size: LakeSize, cases: int) -> ContactsFigures:
    turns = [people[number : number + 1] for number in range(ONE_BY_ONE)] if cases == 1 else [people[:cases]] * 3
    tracing.trace(engine, turns[0])  # reads the footers of the lake's files, as a process does once
    seconds = []
    for asked in turns:
        started = time.perf_counter()
        traced = tracing.trace(engine, asked)
        seconds.append(time.perf_counter() - started)
    ours = _venue_meetings(traced)
    folder, name = engine.lake.path, GateVisit.name
    delivered = f"{folder}/deliveries/bench/{name}.parquet"
    unsorted_s, by_hand = _by_hand(engine, traced.cases, visits=delivered, own_visits=delivered)
    by_meeting, by_person = f"{folder}/compacted/1/{name}.by_meeting.*.parquet", f"{folder}/compacted/1/{name}.[0-9]*.parquet"
    sorted_s, by_hand_sorted = _by_hand(engine, traced.cases, visits=by_meeting, own_visits=by_person)
    return ContactsFigures(
        visits=size.visits,
        trips=size.trips,
        cases=cases,
        seconds=statistics.median(seconds),
        unsorted_s=unsorted_s,
        sorted_s=sorted_s,
        contacts=traced.contacts.num_rows,
        venue_meetings=len(ours),
        different_rows=len(ours ^ by_hand) + len(ours ^ by_hand_sorted),
    )


def _venue_meetings(traced: Traced) -> set[tuple[object, ...]]:
    venue = traced.meetings.filter(pc.equal(traced.meetings["setting"], "venue"))
    close = pc.equal(venue["contact_class"], "close")
    return _rows(venue.append_column("close", close).select(SAME))


def _by_hand(engine: DuckDBEngine, cases: pa.Table, *, visits: str, own_visits: str) -> tuple[float, set[tuple[object, ...]]]:
    """Return the median time of three runs by hand, after one to warm up, and what it finds."""
    engine.register("traced", cases)
    read = "(SELECT * FROM read_parquet('{}') WHERE outcome <> 'refused')"
    query = BY_HAND.format(visits=read.format(visits), own_visits=read.format(own_visits))
    seconds = []
    for _ in range(4):
        started = time.perf_counter()
        found = engine.connection.execute(query).to_arrow_table()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:]), _rows(found.select(SAME))


def _rows(table: pa.Table) -> set[tuple[object, ...]]:
    return set(zip(*(column.to_pylist() for column in table.columns), strict=True))
