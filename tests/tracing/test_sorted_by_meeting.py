"""Facts a second time, sorted by where people meet: written by compaction, ended with the rest, and done without where there are none."""

from datetime import datetime

import duckdb
import pytest

from fangxian.engine.compaction import compact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.ending import end_in_lake
from fangxian.facts import CellPresence, CrewDuty, GateVisit, Household, PersonFact, Trip, Workplace, all_fact_types
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Traced, Tracing, diagnosed
from tracing.case import expect, rows
from tracing.town import CONTACTS, town

KNOWN_AT = datetime(2020, 3, 13)


@pytest.fixture
def lake(tmp_path):
    return town(tmp_path / "lake")


def trace(lake) -> Traced:
    with DuckDBEngine(lake, threads=1) as engine:
        return Tracing(trace_scheme("cn-2020"), known_at=KNOWN_AT).trace(engine, diagnosed(engine, known_at=KNOWN_AT))


def by_meeting(lake, fact_type):
    return sorted((lake.path / "compacted").glob(f"*/{fact_type.name}.by_meeting.*.parquet"))


def count(paths, where="true"):
    return duckdb.execute(f"SELECT count(*) FROM read_parquet($paths) WHERE {where}", {"paths": [str(path) for path in paths]}).fetchone()[
        0
    ]


def test_compaction_writes_them_sorted_and_the_same_facts_are_read_once(lake):
    before = rows(trace(lake).meetings)
    compact(lake)
    for fact_type in (GateVisit, Trip, Household):
        files = by_meeting(lake, fact_type)
        keys = [row for file in files for row in duckdb.sql(f"SELECT meets, from_at FROM read_parquet('{file}')").fetchall()]
        assert keys == sorted(keys)
        assert count(files) == count(lake.files(fact_type)), "and the facts by person are not doubled"
    assert rows(trace(lake).meetings) == before
    expect(trace(lake).contacts, CONTACTS)


def test_what_came_after_a_compaction_is_met_too(lake):
    whole = rows(trace(lake).meetings)
    compact(lake)
    current = lake.current()
    assert current["absorbed"] == ["spec"]
    lake.switch(current["generation"], [])
    assert set(rows(trace(lake).meetings)) == set(whole)


def test_a_lake_from_before_has_none_and_still_answers(lake):
    before = rows(trace(lake).meetings)
    compact(lake)
    for fact_type in all_fact_types():
        for file in by_meeting(lake, fact_type):
            file.unlink()
    assert rows(trace(lake).meetings) == before


def test_what_ends_leaves_them_too(lake):
    compact(lake)
    before = datetime(2020, 3, 11)
    ended = end_in_lake(lake, {GateVisit: before})
    names = {each.path.name for each in ended}
    assert {"gate_visit.0000.parquet", "gate_visit.by_meeting.0000.parquet"} <= names
    for file in lake.path.rglob("gate_visit*.parquet"):
        assert count([file], f"known_at < '{before}'") == 0, file.name
    assert count(by_meeting(lake, GateVisit)) == count(lake.files(GateVisit)) == 2
    expect(
        trace(lake).contacts,
        """
        person_id | setting   | contact_class
        bob       | household | close
        bob       | venue     | close
        cat       | train     | close
        eve       | train     | general
        """,
    )


def test_only_what_says_where_people_meet_is_kept_twice():
    kept = {fact_type for fact_type in all_fact_types() if issubclass(fact_type, PersonFact) and fact_type.meets_by}
    assert kept == {CellPresence, CrewDuty, GateVisit, Household, Trip, Workplace}
