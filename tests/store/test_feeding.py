"""What agencies deliver to the lake stands in the store too, once, and the store's codes are the lake's."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import psycopg
import pyarrow as pa
import pytest
from generative.worlds import world
from ibis.formats.pyarrow import PyArrowSchema
from lakes import lake_with
from psycopg.rows import dict_row
from spec_tables import rows_as_text

from fangxian.code.hits import HITS, all_hits
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import HealthDeclaration
from fangxian.facts.known import Known, instant
from fangxian.policy.policy import policy
from fangxian.store.deciding import decide_pending
from fangxian.store.feeding import feed
from fangxian.store.flow import flow
from fangxian.store.recording import record
from fangxian.store.store import Event

from .conftest import NOON, declaration, event

HANGZHOU = policy("hangzhou")
POLICIES = [HANGZHOU, policy("hubei")]
FEEDS = Event(actor="test", role="system", purpose="feed", action="feed")
DELIVERIES = 3


@pytest.fixture
def lake(tmp_path) -> Lake:
    """A lake with a random world's facts in three deliveries, a person's facts spread over all of them."""
    made = world(5, people=120, known_at=NOON)
    for number in range(DELIVERIES):
        parts = {}
        for fact_type, facts in made.tables().items():
            rows = facts.take(pa.array(range(number, facts.num_rows, DELIVERIES), pa.int64()))
            name = pa.array([f"spec-{number}"] * rows.num_rows, pa.string())
            parts[fact_type] = rows.set_column(rows.schema.get_field_index("delivery_id"), "delivery_id", name)
        lake_with(tmp_path / "lake", parts, delivery_id=f"spec-{number}")
    return Lake.open(tmp_path / "lake")


def bring(store, lake, *, at=NOON):
    """Feed everything and decide everybody whom it concerns."""
    fed = list(feed(store, lake, FEEDS, at=at))
    while decide_pending(store, event(None, "decide"), policies=POLICIES, at=at):
        pass
    return fed


def stored_hits(store, chosen):
    query = (
        "SELECT replace(person_id::text, '-', '') AS person_id, rule, colour, from_at, until_at, because FROM code.hit WHERE policy = %s"
    )
    with store.pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return pa.Table.from_pylist(cursor.execute(query, [chosen.name]).fetchall(), PyArrowSchema.from_ibis(HITS))


def expect_the_lakes_codes(store, lake, *, at=NOON):
    for chosen in POLICIES:
        with DuckDBEngine(lake) as engine:
            expected = engine.rows(all_hits(chosen, Known(instant(at), chosen.utc_offset)))
        assert expected.num_rows > 20
        assert rows_as_text(stored_hits(store, chosen), list(HITS)) == rows_as_text(expected, list(HITS))


def test_the_stores_codes_are_the_lakes(store, lake):
    fed = bring(store, lake)
    assert [each.delivery_id for each in fed] == ["spec-0", "spec-1", "spec-2"]
    expect_the_lakes_codes(store, lake)


def test_feeding_again_changes_nothing_and_nothing_flows_back(store, lake, database):
    bring(store, lake)
    assert bring(store, lake) == []
    assert flow(store, lake, at=NOON) is None
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM audit.event WHERE action = 'feed'").fetchone() == (DELIVERIES,)


FEEDS_UNTIL_KILLED = """
import sys
from datetime import datetime
from pathlib import Path
from fangxian.engine.lake import Lake
from fangxian.policy.policy import policy
from fangxian.store.deciding import decide_pending
from fangxian.store.feeding import feed
from fangxian.store.store import Event, Store
at, who = datetime(2020, 2, 24, 4), dict(actor="test", role="system", purpose="feed")
with Store.open(sys.argv[1]) as store:
    print("ready", flush=True)
    for fed in feed(store, Lake.open(Path(sys.argv[2])), Event(**who, action="feed"), at=at):
        print(fed.delivery_id, flush=True)
    while decide_pending(store, Event(**who, action="decide"), policies=[policy("hangzhou"), policy("hubei")], at=at):
        print("decided", flush=True)
"""


@pytest.mark.parametrize("after", range(1, 5))
def test_a_feed_that_is_killed_is_taken_up_where_it_was(store, lake, database, after):
    feeding = subprocess.Popen([sys.executable, "-c", FEEDS_UNTIL_KILLED, database, str(lake.path)], stdout=subprocess.PIPE)
    for _ in range(after):
        feeding.stdout.readline()
    os.kill(feeding.pid, signal.SIGKILL)
    feeding.communicate()
    bring(store, lake)
    expect_the_lakes_codes(store, lake)


def test_people_who_record_meanwhile_are_decided_from_both(store, lake):
    people = sorted(set(world(5, people=120, known_at=NOON).people))[:40]
    at = NOON + timedelta(minutes=1)

    def declare():
        for number, person in enumerate(people):
            said = declaration(person, at=at, number=10_000 + number, temperature_c=39.0)
            record(store, {HealthDeclaration: [said]}, event(person), policies=POLICIES, at=at)

    declaring = threading.Thread(target=declare)
    declaring.start()
    bring(store, lake, at=at)
    declaring.join()
    bring(store, lake, at=at)
    flow(store, lake, at=at)
    expect_the_lakes_codes(store, lake, at=at)


def test_who_is_pending_and_records_while_another_delivery_comes_in_stays_pending_for_it(store, lake, database):
    people, at = sorted(set(world(5, people=120, known_at=NOON).people))[:40], NOON + timedelta(minutes=1)
    deliveries = feed(store, lake, event(None, "feed"), at=at)
    for _ in range(DELIVERIES - 1):
        next(deliveries)

    def declare(some=people[1:]):
        for number, person in enumerate(some):
            said = declaration(person, at=at, number=10_000 + number, temperature_c=39.0)
            record(store, {HealthDeclaration: [said]}, event(person), policies=POLICIES, at=at)

    declare(people[:1])  # the rules are compiled by it, so that the others are quick
    declaring, feeding = threading.Thread(target=declare), threading.Thread(target=lambda: next(deliveries))
    with psycopg.connect(database) as holding:
        holding.execute("LOCK TABLE store.fed_delivery IN SHARE MODE")  # the feed waits for this, its list of people written
        feeding.start()
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'store.fed_delivery'::regclass"
        while not holding.execute(waiting).fetchall():
            feeding.join(0.05)
        declaring.start()
        declaring.join(5)
    feeding.join()
    declaring.join()
    list(deliveries)
    bring(store, lake, at=at)
    flow(store, lake, at=at)
    expect_the_lakes_codes(store, lake, at=at)
