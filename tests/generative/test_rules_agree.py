"""One rule, every engine: on random worlds, DuckDB and Spark conclude what the oracle concludes, and nothing else."""

import secrets
from collections import Counter
from datetime import date, timedelta

import pytest
from oracle.life import midnight
from oracle.policies import POLICIES

from generative.comparing import (
    by_person,
    difference,
    engine_codes,
    engine_hits,
    opened,
    oracle_codes,
    oracle_hits,
    rules_reached,
)
from generative.worlds import World, world

NOON = timedelta(hours=12)
KNOWN = (midnight(date(2020, 3, 15)), midnight(date(2020, 4, 20)) + NOON)
"""Known times: one in the middle of most lives, one near their end."""

PEOPLE = 250
SEEDS = range(12)
"""The worlds that every run makes; one more has a seed of the day, which a failure prints."""

each_policy = pytest.mark.parametrize("name", sorted(POLICIES))


def worlds_of_a_run() -> list[World]:
    """Return the worlds of the fixed seeds and of one that nobody knows beforehand."""
    seeds = [*SEEDS, secrets.token_hex(4)]
    return [world(seed, people=PEOPLE, known_at=KNOWN[number % 2]) for number, seed in enumerate(seeds)]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    made = [(each, opened(each, "duckdb", tmp_path_factory.mktemp("worlds"))) for each in worlds_of_a_run()]
    yield made
    for _, engine in made:
        engine.close()


@each_policy
def test_duckdb_finds_what_the_oracle_finds(name, worlds):
    for each, engine in worlds:
        hits = engine_hits(engine, name, each.known_at)
        found = by_person(hits)
        assert difference(each, name, found, oracle_hits(each, name)) == ""
        assert hits.num_rows == sum(map(len, found.values())), "a hit came out twice"


@each_policy
def test_every_rule_is_reached_by_the_worlds(name, worlds):
    reached = sum((rules_reached(oracle_hits(each, name)) for each, _ in worlds), Counter())
    assert {rule: reached[rule] for rule in POLICIES[name].rules if reached[rule] < 20} == {}


@each_policy
def test_the_code_at_an_instant_is_the_worst_colour_that_the_oracle_sees(name, worlds):
    for each, engine in worlds[:4]:
        hits = engine_hits(engine, name, each.known_at)
        edges = sorted({at for at in hits["from_at"].to_pylist() if at} | {at for at in hits["until_at"].to_pylist() if at})
        for at in (edges[len(edges) // 2], edges[len(edges) // 3] - timedelta(microseconds=1), each.known_at):
            assert engine_codes(engine, name, hits, each.known_at, at) == oracle_codes(each, name, at), f"world {each.seed}, at {at}"


@pytest.fixture(scope="module")
def world_on_spark(tmp_path_factory, spark_master):
    each = world("spark", people=800, known_at=KNOWN[0])
    with opened(each, "spark", tmp_path_factory.mktemp("spark"), master=spark_master) as engine:
        yield each, engine


@each_policy
def test_spark_finds_what_the_oracle_finds(name, world_on_spark):
    each, engine = world_on_spark
    hits = engine_hits(engine, name, each.known_at)
    found = by_person(hits)
    assert difference(each, name, found, oracle_hits(each, name)) == ""
    assert hits.num_rows == sum(map(len, found.values())), "a hit came out twice"


@pytest.mark.spark
def test_spark_gives_the_codes_that_the_oracle_gives(world_on_spark):
    each, engine = world_on_spark
    hits = engine_hits(engine, "hubei", each.known_at)
    assert engine_codes(engine, "hubei", hits, each.known_at, each.known_at) == oracle_codes(each, "hubei", each.known_at)
