"""Companions in space and time: the rule that is shipped and not in use, by hand-made stays and against another, slow program."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pyarrow as pa
import pytest
from ibis.formats.pyarrow import PyArrowSchema
from lakes import lake_with
from store.conftest import database, migrated, store  # fixtures

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts import CellPresence, Diagnosis
from fangxian.store.meeting_tables import around
from fangxian.trace.scheme import all_trace_schemes, trace_scheme
from fangxian.trace.tracing import Tracing
from tracing.test_in_store import fill

__all__ = ["database", "migrated", "store"]

FOUND = datetime(2021, 11, 20, 4)
FROM = datetime(2021, 11, 19, 16) - timedelta(days=4)
"""Midnight in Chengdu four days before the onset on the 20th."""

KNOWN = FOUND + timedelta(days=1)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def person(world: int, who: int) -> str:
    return f"{world:016x}{who:016x}"


def tables(stays, worlds) -> dict:
    """Return the facts of stays (person, cell, from, until), and that person 0 of each world is a case."""
    filler = {"source": "test", "delivery_id": "test", "known_at": FOUND}
    cells = [
        {**filler, "fact_id": number, "person_id": who, "cell_id": cell, "from_at": since, "until_at": until}
        for number, (who, cell, since, until) in enumerate(stays)
    ]
    cases = [
        {
            **filler,
            "fact_id": 10**9 + world,
            "person_id": person(world, 0),
            "from_at": FOUND,
            "status": "confirmed",
            "onset_on": FOUND.date(),
        }
        for world in worlds
    ]
    rows = {CellPresence: cells, Diagnosis: cases}
    return {kind: pa.Table.from_pylist(each, PyArrowSchema.from_ibis(kind.schema())) for kind, each in rows.items()}


def some_stays(world: int) -> Iterator[tuple]:
    random = Random(world)
    for who in range(6):
        for _ in range(random.randrange(1, 6)):
            since = FOUND - random.choice((1, 2, 4, 5, 13, 14, 15)) * DAY - random.choice((0, 1, 10, 30)) * HOUR
            length = random.choice((9 * MINUTE, 10 * MINUTE, HOUR, 10 * HOUR, 20 * HOUR, 30 * HOUR, 30 * HOUR + timedelta(seconds=1)))
            yield person(world, who), f"{world}-{random.choice('ab')}", since, since + length


def slowly(stays, world: int) -> set[tuple]:
    """Return whom the rule's text names, stay by stay."""
    case, found = person(world, 0), set()

    def dwelt(who, cell) -> timedelta:
        mine = {(since, until) for p, c, since, until in stays if (p, c) == (who, cell)}
        spans = ((max(since, FOUND - 14 * DAY), min(until, FOUND)) for since, until in mine)
        return sum((until - since for since, until in spans if since < until), timedelta())

    for _, cell, since, until in (stay for stay in stays if stay[0] == case):
        for who, other_cell, came, left in stays:
            from_at, until_at = max(since, came, FROM), min(until, left, FOUND)
            together = who != case and other_cell == cell and until_at - from_at >= 10 * MINUTE
            if together and max(dwelt(case, cell), dwelt(who, cell)) > 30 * HOUR:
                found.add((who, from_at, until_at))
    return found


def named(traced, world: int) -> set[tuple]:
    rows = traced.meetings.to_pylist()
    assert {row["nearness"] for row in rows} <= {"same_cell"}
    return {(row["person_id"], row["from_at"], row["until_at"]) for row in rows if row["case_person_id"] == person(world, 0)}


def test_it_is_said_not_to_be_in_use_and_no_other_scheme_has_it():
    assert "not in use" in trace_scheme("companion-2021").title.en
    using = {each.name for each in all_trace_schemes() if any(wording.rule == "companion" for wording in each.rules())}
    assert using == {"companion-2021"}


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_random_stays_name_whom_the_slow_program_names(dialect, tmp_path, store):
    worlds = range(80)
    of_world = {world: list(some_stays(world)) for world in worlds}
    facts = tables([stay for stays in of_world.values() for stay in stays], worlds)
    tracing = Tracing(trace_scheme("companion-2021"), known_at=KNOWN, dialect=dialect)
    people = [person(world, 0) for world in worlds]
    if dialect == "duckdb":
        with DuckDBEngine(lake_with(tmp_path / "lake", facts)) as engine:
            found = tracing.trace(engine, people)
            assert found.contacts.equals(tracing.trace_all(engine).contacts)
    else:
        fill(store, facts)
        with store.together() as connection:
            found = tracing.trace_around(lambda ids, kinds: around(connection, ids, kinds), people)
    for world, stays in of_world.items():
        assert named(found, world) == slowly(stays, world), world
    assert found.meetings.num_rows > 40
