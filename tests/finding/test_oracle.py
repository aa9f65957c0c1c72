"""Random small worlds: every engine finds the people that the oracle finds, with the reasons, the places and the surety."""

import secrets
from datetime import date

import pytest

from fangxian.finding.agreements import readable
from fangxian.finding.arrivals import find
from fangxian.finding.search import Search
from tests.finding.oracle import Oracle
from tests.finding.test_arrivals import LOCAL, agreement
from tests.finding.worlds import KNOWN_AT, SINCE_AT, World, tables

AGREEMENTS = [agreement("spec"), agreement("railway", "trip", "region_stay", "residence", "enrolment")]
MAY_READ = readable(AGREEMENTS, purpose="arrivals", at=KNOWN_AT)
SOURCES = {fact.name: set(sources) for fact, sources in MAY_READ.sources.items()}


def expect_agreement(engine, worlds, area: str) -> int:
    search = Search(areas=(area,), since=date(2020, 1, 10))
    answer = find(engine, search, MAY_READ, known_at=KNOWN_AT, utc_offset=LOCAL)
    names = ("area_code", "placed_by", "reasons", "sources", "surety", "because_type", "because_id", "because_source")
    found = {row["person_id"]: tuple(row[name] for name in names) for row in answer.people.to_pylist()}
    assert len(found) == answer.people.num_rows, "nobody twice"
    expected = {}
    for world in worlds:
        oracle = Oracle(world.facts, prefixes=search.prefixes, since_at=SINCE_AT, known_at=KNOWN_AT, sources=SOURCES)
        expected |= oracle.arrivals()
    assert found == expected
    assert answer.reasons.num_rows == sum(each[2] for each in expected.values())
    return len(found)


@pytest.mark.parametrize("area", ["420100", "420000"])
def test_three_hundred_worlds_at_once_agree_on_every_engine(engine_factory, area):
    worlds = [World(number) for number in range(300)]
    assert expect_agreement(engine_factory(tables(worlds)), worlds, area) > 80


def test_worlds_that_nobody_knows_beforehand_agree(duckdb_engine):
    worlds = [World(secrets.randbits(40)) for _ in range(40)]
    expect_agreement(duckdb_engine(tables(worlds)), worlds, "420100")
