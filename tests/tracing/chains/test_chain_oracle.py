"""Random small worlds: around the cases and over everything, on DuckDB and on Spark, candidates and shares are those of the oracle."""

import secrets
from functools import cache

import pytest
from lakes import lake_with

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.trace.chain.chaining import Chaining, Chains
from fangxian.trace.chain.scheme import chain_scheme
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import diagnosed
from tracing.chains.oracle import ChainOracle, Member
from tracing.chains.worlds import ChainWorld
from tracing.oracle import Oracle, day_of
from tracing.worlds import KNOWN_AT, tables, together

SECOND = 3e-4
"""Engines round the microseconds of a meeting's ends their own way: its length is right to a second."""

WORLDS = [ChainWorld(number) for number in range(120)]


@cache
def chaining(dialect: str) -> Chaining:
    return Chaining(chain_scheme("cn-2020"), trace_scheme("cn-2020"), known_at=KNOWN_AT, dialect=dialect)


@cache
def expected_of(number: int) -> ChainOracle:
    world = ChainWorld(number)
    oracle = ChainOracle(Oracle(world.facts, KNOWN_AT))
    oracle.everything = world.facts
    return oracle


def expect(found: Chains, worlds: list[ChainWorld]) -> None:
    """Expect what the oracle finds; a failure names the first world that differs."""
    for world in worlds:
        mark, oracle = f"{world.number:016x}", expected_of(world.number)
        cases = [row for row in found.cases.iter_rows(named=True) if row["person_id"].startswith(mark)]
        theirs = {Member(*(row[name] for name in Member._fields[:-1]), day_of(row["day_at"])) for row in cases}
        assert theirs == set(oracle.members.values()), f"world {world.number}"
        candidates = [row for row in found.candidates.iter_rows(named=True) if row["person_id"].startswith(mark)]
        named = {(row["infector_person_id"], row["person_id"]): row for row in candidates}
        expected = oracle.candidates()
        assert named.keys() == expected.keys(), f"world {world.number}"
        for pair, (origin, days, percent, share) in expected.items():
            row = named[pair]
            assert (row["origin"], row["days"]) == (origin, days), f"world {world.number}"
            found_here = row["attack_percent"] or 0.0, row["share"]
            assert found_here == pytest.approx((percent, share), rel=SECOND, abs=1e-9), f"world {world.number}"
        for row in cases:
            rest = 1 - sum(share for (_, infected), (*_, share) in expected.items() if infected == row["person_id"])
            assert row["unknown_share"] == pytest.approx(rest, abs=SECOND)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with DuckDBEngine(lake_with(tmp_path_factory.mktemp("worlds") / "lake", tables(together(WORLDS)))) as opened:
        yield opened


def test_over_everything_it_finds_what_the_oracle_finds(engine):
    expect(chaining("duckdb").chain_all(engine), WORLDS)


def test_around_the_cases_it_finds_the_same(engine):
    expect(chaining("duckdb").chain(engine, diagnosed(engine, known_at=KNOWN_AT)), WORLDS)


def test_the_same_request_gives_the_same_rows_in_the_same_order(engine):
    first, second = (chaining("duckdb").chain(engine, diagnosed(engine, known_at=KNOWN_AT)) for _ in range(2))
    assert first.cases.equals(second.cases)
    assert first.candidates.equals(second.candidates)
    assert first.clusters.equals(second.clusters)


def test_a_world_that_nobody_knows_beforehand(tmp_path):
    world = ChainWorld(secrets.randbits(40))
    with DuckDBEngine(lake_with(tmp_path / "lake", tables(world.facts))) as opened:
        expect(chaining("duckdb").chain(opened, world.people), [world])


def test_spark_finds_what_the_oracle_finds(engine_on, spark_master):
    opened = engine_on("spark", tables(together(WORLDS)), master=spark_master)
    expect(chaining(opened.dialect).chain_all(opened), WORLDS)


def test_worlds_reach_every_origin_and_rivals_of_several_shares():
    """A generator in which nobody has two candidates would prove nothing about shares."""
    origins, rivals = set(), 0
    for world in WORLDS:
        candidates = expected_of(world.number).candidates()
        origins |= {origin for origin, *_ in candidates.values()}
        infected = [pair[1] for pair, (*_, share) in candidates.items() if 0.01 < share < 0.99]
        rivals += len(infected) - len(set(infected))
    assert origins == {"traced", "added", "struck"}
    assert rivals > 50


def test_nobody_is_infected_along_a_circle_and_generations_count_from_the_first(engine):
    found = chaining("duckdb").chain_all(engine)
    of = {row["person_id"]: row for row in found.cases.iter_rows(named=True)}
    numbers = {row["number"]: row for row in of.values()}
    for row in of.values():
        infector = of.get(row["infector_person_id"])
        assert row["generation"] == (infector["generation"] + 1 if infector else 0)
        root = row
        while root["infector_person_id"]:
            root = of[root["infector_person_id"]]
        tree = [each for each in of.values() if each["tree"] == row["tree"]]
        assert root in tree
        assert row["tree"] == min(each["number"] for each in tree)
        assert numbers[row["tree"]]["component"] == row["component"]
