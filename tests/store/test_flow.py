"""What the store records reaches the lake exactly once, whoever dies on the way."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from uuid import UUID, uuid4

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fangxian.engine.compaction import compact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import CheckIn, HealthDeclaration
from fangxian.store.flow import flow
from fangxian.store.recording import record

from .conftest import ANN, BO, NOON, check_in, declaration, event


@pytest.fixture
def lake(tmp_path):
    return Lake.create(tmp_path / "lake")


def declare(store, person=ANN, *, number=1, **said):
    return record(store, {HealthDeclaration: [declaration(person, number=number, **said)]}, event(person), policies=[], at=NOON)


def numbers(lake, fact_type=HealthDeclaration):
    with DuckDBEngine(lake) as engine:
        return [row[0] for row in engine.connection.execute(f"SELECT fact_id FROM {fact_type.name} ORDER BY 1").fetchall()]


def test_what_was_recorded_is_in_the_lake_as_it_was_said(store, lake):
    declare(store, symptoms="cough", temperature_c=None)
    declare(store, BO, number=2, symptoms="")
    flow(store, lake, at=NOON)
    with DuckDBEngine(lake) as engine:
        stored = engine.connection.execute("FROM health_declaration ORDER BY fact_id").to_arrow_table().to_pylist()
    expected = [declaration(symptoms="cough", temperature_c=None), declaration(BO, number=2, symptoms="")]
    assert stored == expected


def test_each_fact_flows_once(store, lake):
    declare(store)
    assert flow(store, lake, at=NOON).facts == {"health_declaration": 1}
    assert flow(store, lake, at=NOON) is None
    declare(store, number=2)
    record(store, {CheckIn: [check_in()]}, event(action="check in"), policies=[], at=NOON)
    assert flow(store, lake, at=NOON).facts == {"check_in": 1, "health_declaration": 1}
    compact(lake)
    assert flow(store, lake, at=NOON) is None
    assert numbers(lake) == [1, 2]


def test_a_transaction_that_ends_late_is_not_lost(store, lake):
    with store.transaction(event(), at=NOON) as slow:
        slow.add(HealthDeclaration, [declaration()])
        declare(store, BO, number=2)
        flow(store, lake, at=NOON)
    flow(store, lake, at=NOON)
    assert numbers(lake) == [1, 2]


def test_a_delivery_that_is_called_like_what_is_recorded_here_keeps_nothing_from_the_lake(store, lake):
    with store.transaction(event(None, "feed"), at=NOON) as transaction:
        called = [declaration()["delivery_id"], transaction.event.event_id]
        transaction.connection.execute("INSERT INTO store.fed_delivery (delivery_id, event_id) VALUES (%s, %s)", called)
    declare(store)
    assert flow(store, lake, at=NOON).facts == {"health_declaration": 1}


def test_a_receipt_is_read_once(store, lake):
    for number in (1, 2, 3):
        declare(store, number=number)
        assert flow(store, lake, at=NOON)
        assert len(lake.receipts()) == number
        for receipt in lake.path.glob("deliveries/*/receipt.json"):
            receipt.write_text("whoever reads it again finds it damaged")
    assert numbers(lake) == [1, 2, 3]


MANY = 60_000


def test_a_flow_holds_a_row_group_in_memory_and_not_what_it_brings(store, lake, database, monkeypatch):
    with psycopg.connect(database) as connection:
        brings, nobody = uuid4(), UUID(int=0)
        connection.execute("INSERT INTO audit.event VALUES (%s, %s, %s, 'test', 'test', 'test', 'fill', '{}')", [nobody, brings, NOON])
        connection.execute(
            "INSERT INTO facts.check_in (person_id, fact_id, known_at, from_at, source, delivery_id, temperature_c, symptoms, event_id) "
            "SELECT md5(n::text)::uuid, n, %s, %s, 'test', 'test', 36.5, '', %s FROM generate_series(1, %s) AS n",
            [NOON, NOON, brings, MANY],
        )
    monkeypatch.setattr("fangxian.store.flow.ROW_GROUP", 1_000)
    before, counting = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    pa.set_memory_pool(counting)
    try:
        assert flow(store, lake, at=NOON).facts == {"check_in": MANY}
    finally:
        pa.set_memory_pool(before)
    (file,) = lake.files(CheckIn)
    assert pq.ParquetFile(file).metadata.num_row_groups == MANY / 1_000
    people = pq.read_table(file, columns=["person_id"])["person_id"].to_pylist()
    assert people == sorted(set(people))
    assert len(people) == MANY
    assert counting.max_memory() < pq.read_table(file).nbytes / 3


FLOWS_FOR_EVER = """
import sys
from datetime import datetime
from pathlib import Path
from fangxian.engine.lake import Lake
from fangxian.store.flow import flow
from fangxian.store.store import Store
with Store.open(sys.argv[1]) as store:
    lake = Lake.open(Path(sys.argv[2]))
    print("ready", flush=True)
    while True:
        flow(store, lake, at=datetime(2020, 2, 24, 4))
"""


def test_nothing_is_lost_or_double_when_the_flow_is_killed_again_and_again(store, lake, database):
    number = 0
    for turn in range(6):
        flowing = subprocess.Popen([sys.executable, "-c", FLOWS_FOR_EVER, database, str(lake.path)], stdout=subprocess.PIPE)
        assert flowing.stdout.readline() == b"ready\n"
        until = time.monotonic() + 1.0 + 0.13 * turn
        while time.monotonic() < until:
            number += 1
            declare(store, number=number, at=NOON + timedelta(seconds=number))
        os.kill(flowing.pid, signal.SIGKILL)
        flowing.communicate()
    flow(store, lake, at=NOON)
    assert number > 20
    assert numbers(lake) == list(range(1, number + 1))
    receipts = [receipt for receipt in lake.receipts() if receipt["source"] == "store"]
    assert len(receipts) > 1
    assert duckdb.execute("SELECT sum(n) FROM (SELECT unnest($1) AS n)", [[r["rows"]["read"] for r in receipts]]).fetchone()[0] == number
