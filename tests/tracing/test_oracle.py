"""Random small worlds: around the cases and over everything, on DuckDB and on Spark, tracing finds what the oracle finds."""

import secrets
from collections import Counter
from collections.abc import Iterable
from functools import cache

import pytest
from lakes import lake_with

from fangxian.engine.compaction import compact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.trace.rule import CLASSES, Certainty, Nearness
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Traced, Tracing, diagnosed
from tracing.oracle import Case, Meeting, Oracle
from tracing.worlds import KNOWN_AT, World, tables, together

WORLDS = [World(number) for number in range(150)]


@cache
def tracing(dialect: str) -> Tracing:
    return Tracing(trace_scheme("cn-2020"), known_at=KNOWN_AT, secondary=True, dialect=dialect)


@cache
def expected_of(number: int) -> tuple[set[Case], set[Meeting]]:
    oracle = Oracle(World(number).facts, KNOWN_AT)
    return oracle.cases(), oracle.meetings() | oracle.secondary_meetings()


def expect(found: Traced, worlds: Iterable[World]) -> None:
    """Expect what the oracle finds; a failure names the first world that differs, whose facts can be looked at."""
    cases, meetings = {Case(**row) for row in found.cases.to_pylist()}, {Meeting(**row) for row in found.meetings.to_pylist()}
    for world in worlds:
        mark = f"{world.number:016x}"
        theirs = {case for case in cases if case.case_person_id.startswith(mark)}
        met = {meeting for meeting in meetings if meeting.case_person_id.startswith(mark)}
        expected_cases, expected_meetings = expected_of(world.number)
        assert theirs == expected_cases, f"world {world.number}"
        assert (met - expected_meetings, expected_meetings - met) == (set(), set()), f"world {world.number}"
    assert len(meetings) == found.meetings.num_rows, "no meeting twice"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with DuckDBEngine(lake_with(tmp_path_factory.mktemp("worlds") / "lake", tables(together(WORLDS)))) as opened:
        yield opened


def test_over_everything_it_finds_what_the_oracle_finds(engine):
    expect(tracing("duckdb").trace_all(engine), WORLDS)


def test_around_the_cases_it_finds_the_same_before_and_after_compaction(engine):
    everything = tracing("duckdb").trace_all(engine)
    for before in (True, False):
        found = tracing("duckdb").trace(engine, diagnosed(engine, known_at=KNOWN_AT))
        expect(found, WORLDS)
        assert found.contacts.equals(everything.contacts)
        if before:
            compact(engine.lake)
            engine.refresh()


def test_a_world_by_itself_is_traced_the_same(engine):
    for world in WORLDS[:15]:
        cases = [row["person_id"] for row in world.facts["diagnosis"]]
        expect(tracing("duckdb").trace(engine, cases), [world])


def test_a_world_that_nobody_knows_beforehand(tmp_path):
    world = World(secrets.randbits(40))
    with DuckDBEngine(lake_with(tmp_path / "lake", tables(world.facts))) as opened:
        expect(tracing("duckdb").trace_all(opened), [world])
        expect(tracing("duckdb").trace(opened, world.people), [world])


def test_spark_finds_what_the_oracle_finds(engine_on, spark_master):
    opened = engine_on("spark", tables(together(WORLDS)), master=spark_master)
    expect(tracing(opened.dialect).trace_all(opened), WORLDS)


def test_worlds_reach_every_class_nearness_and_certainty_and_what_a_case_is_reckoned_from():
    """A generator that never made a reused seat would prove nothing about one."""
    cases, meetings = (set().union(*(expected_of(world.number)[part] for world in WORLDS)) for part in (0, 1))
    # Squares are told of by no world: the one rule that reads them has tests of its own.
    met = set(Nearness) - {Nearness.SAME_CELL}, set(Certainty) - {Certainty.POSITION_ROUGH}
    for said, words in (("contact_class", CLASSES), ("nearness", met[0]), ("certainty", met[1])):
        reached = Counter(getattr(meeting, said) for meeting in meetings)
        assert {str(word): reached[str(word)] for word in words if reached[str(word)] < 5} == {}
    assert {case.basis for case in cases} == {"onset", "sample", "diagnosis"}
    assert any(case.from_at == case.until_at for case in cases), "isolated before their time"
