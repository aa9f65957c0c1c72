"""Random small worlds: every engine finds the differences between register and data that the oracle finds."""

import secrets
from collections import Counter

import pytest

from fangxian.finding.agreements import readable
from fangxian.finding.discrepancy import FIELDS_OF_CHECK, Difference
from fangxian.finding.register_check import check_register
from tests.finding.register_oracle import RegisterOracle
from tests.finding.test_arrivals import LOCAL
from tests.finding.test_registers import agreement
from tests.finding.worlds import KNOWN_AT, World, tables

AGREEMENTS = [agreement("spec"), agreement("railway", "trip", "region_stay", "residence", "gate_visit", "enrolment")]
MAY_READ = readable(AGREEMENTS, purpose="register", at=KNOWN_AT, needs=FIELDS_OF_CHECK)
SOURCES = {fact.name: set(sources) for fact, sources in MAY_READ.sources.items()}
NAMES = ("area_code", "because_type", "because_id", "other_type", "other_id", "sources")


def expect_agreement(engine, worlds) -> Counter[str]:
    rows = check_register(engine, MAY_READ, region_code="000000", known_at=KNOWN_AT, utc_offset=LOCAL).to_pylist()
    found = {(row["person_id"], row["difference"]): tuple(row[name] for name in NAMES) for row in rows}
    assert len(found) == len(rows), "no difference twice"
    expected = {}
    for world in worlds:
        oracle = RegisterOracle(world.facts, known_at=KNOWN_AT, sources=SOURCES)
        for person in {row["person_id"] for its in world.facts.values() for row in its}:
            expected |= {(person, name): each for name, each in oracle.differences(person).items()}
    assert found == expected
    asked = [row["person_id"] for row in rows if row["ask"]]
    assert len(asked) == len(set(asked)) == len({person for person, _ in found})
    return Counter(name for _, name in found)


def test_four_hundred_worlds_at_once_agree_on_every_engine(engine_factory):
    worlds = [World(number) for number in range(400)]
    counted = expect_agreement(engine_factory(tables(worlds)), worlds)
    assert set(counted) == set(Difference)
    assert min(counted.values()) > 5, counted


@pytest.mark.parametrize("turn", range(3))
def test_worlds_that_nobody_knows_beforehand_agree(duckdb_engine, turn):
    worlds = [World(secrets.randbits(40)) for _ in range(60)]
    expect_agreement(duckdb_engine(tables(worlds)), worlds)
