"""In the store tracing finds what the oracle finds, and what it finds in a lake."""

import secrets

import pytest
from lakes import lake_with
from store.conftest import database, migrated, store  # fixtures

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.store.copying import copy_in
from fangxian.store.meeting_tables import around
from fangxian.store.store import Event, write_events
from tracing.test_oracle import WORLDS, expect, tracing
from tracing.worlds import KNOWN_AT, World, tables, together

__all__ = ["database", "migrated", "store"]


def fill(store, facts) -> None:
    """Put facts into the store as an agency's delivery is put there."""
    event = Event(actor="test", role="system", purpose="test", action="feed")
    with store.together() as connection:
        connection.execute("SELECT store.make_partitions('2018-12-01', '2021-12-31')")
        write_events(connection, [event], at=KNOWN_AT)
        for fact_type, table in facts.items():
            copy_in(connection, f"facts.{fact_type.name}", table.append_column("event_id", [[str(event.event_id)] * table.num_rows]))


def traced_in(store, person_ids):
    with store.pool.connection() as connection, connection.transaction():
        return tracing("postgres").trace_around(lambda people, kinds: around(connection, people, kinds), person_ids)


def cases_of(worlds) -> list[str]:
    return [row["person_id"] for world in worlds for row in world.facts["diagnosis"]]


def test_in_the_store_it_finds_what_the_oracle_finds_and_what_a_lake_holds(store, tmp_path):
    facts = tables(together(WORLDS))
    fill(store, facts)
    found = traced_in(store, cases_of(WORLDS))
    expect(found, WORLDS)
    with DuckDBEngine(lake_with(tmp_path / "lake", facts)) as engine:
        assert found.contacts.equals(tracing("duckdb").trace(engine, cases_of(WORLDS)).contacts)


@pytest.mark.parametrize("number", [3, 11, secrets.randbits(40)], ids=["3", "11", "new"])
def test_a_world_by_itself_is_traced_the_same(store, number):
    world = World(number)
    fill(store, tables(world.facts))
    expect(traced_in(store, world.people), [world])
