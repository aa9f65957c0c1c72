"""Random small worlds: every engine gives the spans that the oracle gives."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from area import oracle
from area.counts import end_of, facts
from area.worlds import Worlds, random_worlds
from fangxian.area.levels import area_levels, level_spans
from fangxian.area.scheme import scheme

STARTS = {"zhejiang-five-colour": date(2020, 2, 1), "cn-2020-02": date(2020, 2, 5), "ecdc-2021": date(2021, 5, 25)}
DAYS = 34


LOOKS = (-2, 0, 60)
"""Days after the last count at which a world is looked at: while facts come in, when the last has come, long after."""


def expect_agreement(engine_with, name: str, worlds: Worlds, looks: Sequence[int]) -> None:
    last = end_of(STARTS[name] + timedelta(days=DAYS - 1))
    engine = engine_with(facts(worlds.cases, worlds.clusters, worlds.withdrawals))
    for known_at in (last + timedelta(days=days) for days in looks):
        rows = area_levels(engine, scheme=scheme(name), known_at=known_at).to_pylist()
        found = {oracle.Span(**row) for row in rows}
        assert len(found) == len(rows), "no span twice"
        assert found == oracle.spans(name, worlds.cases, worlds.clusters, worlds.withdrawals, known_at=known_at)


@pytest.mark.parametrize("name", STARTS)
@given(random=st.randoms(use_true_random=False), look=st.sampled_from(LOOKS))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_spans_of_random_worlds_are_the_oracle_s(duckdb_engine, name, random, look):
    expect_agreement(duckdb_engine, name, random_worlds(random, areas=2, since=STARTS[name], days=DAYS), [look])


@pytest.mark.parametrize("name", STARTS)
def test_two_hundred_worlds_at_once_agree_on_every_engine(engine_factory, name):
    expect_agreement(engine_factory, name, random_worlds(Random(7), areas=200, since=STARTS[name], days=DAYS), [0])


@pytest.mark.parametrize("name", STARTS)
def test_forty_worlds_agree_on_postgresql(postgres, name):
    worlds = random_worlds(Random(11), areas=40, since=STARTS[name], days=DAYS)
    for fact_type, table in facts(worlds.cases, worlds.clusters, worlds.withdrawals).items():
        postgres.load(fact_type, table)
    known_at = end_of(STARTS[name] + timedelta(days=DAYS - 1))
    sql = str(ibis.to_sql(level_spans(scheme(name), known_at=known_at), dialect="postgres"))
    postgres.connection.execute(f'SET search_path TO "{postgres.schema}"')
    found = [oracle.Span(*row) for row in postgres.connection.execute(sql).fetchall()]
    assert len(set(found)) == len(found)
    assert set(found) == oracle.spans(name, worlds.cases, worlds.clusters, worlds.withdrawals, known_at=known_at)


def test_random_worlds_reach_every_level():
    """A generator that never made a red area would prove nothing about red."""
    for name, start in STARTS.items():
        worlds = random_worlds(Random(7), areas=200, since=start, days=DAYS)
        known_at = end_of(start + timedelta(days=DAYS))
        found = oracle.spans(name, worlds.cases, worlds.clusters, worlds.withdrawals, known_at=known_at)
        assert {span.level for span in found} == set(scheme(name).levels)
        assert {span.until_at is None for span in found} == {True, False}
