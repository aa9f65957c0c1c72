"""A backup is whole, also of a store at work; what is restored goes on as if nothing had been, and loses nothing that the lake has."""

import tempfile
import threading
from pathlib import Path
from uuid import UUID

import duckdb
import psycopg
import pytest

from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import HealthDeclaration
from fangxian.policy.policy import policy
from fangxian.store.backing_up import back_up, run
from fangxian.store.deciding import decide_pending
from fangxian.store.feeding import feed
from fangxian.store.flow import flow
from fangxian.store.opening import database as open_database
from fangxian.store.opening import open_store
from fangxian.store.recording import record
from fangxian.store.restoring import restore
from fangxian.store.sealing import seal
from fangxian.store.server import PostgresServer
from fangxian.store.serving import Serving
from fangxian.store.store import Store
from fangxian.store.verifying import verify

from .conftest import NOON, declaration, event

HANGZHOU = policy("hangzhou")
RESTORE = event(None, "restore")


@pytest.fixture
def folder():
    """Give a folder that an unprivileged server may reach even where the test is run by root."""
    with tempfile.TemporaryDirectory(prefix="fangxian-test-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


def person(number: int) -> str:
    return f"{number:032x}"


def declare(store, number: int) -> None:
    """Let one person more declare; every second had a contact."""
    said = "yes" if number % 2 else "no"
    facts = {HealthDeclaration: [declaration(person(number), number=number, contacted_case=said)]}
    record(store, facts, event(person(number)), policies=[HANGZHOU], at=NOON)


def declared(store) -> list[int]:
    with store.pool.connection() as connection:
        return [row[0] for row in connection.execute("SELECT fact_id FROM facts.health_declaration ORDER BY 1").fetchall()]


def in_lake(lake) -> list[int]:
    files = [str(file) for file in lake.path.glob("deliveries/*/health_declaration.parquet")]
    return [row[0] for row in duckdb.execute("SELECT fact_id FROM read_parquet(?) ORDER BY 1", [files]).fetchall()]


def test_a_backup_under_load_has_all_that_was_acknowledged_before_and_the_restored_store_answers_the_same(store, database, folder):
    acknowledged, end = [], threading.Event()

    def work() -> None:
        number = 0
        while not end.is_set():
            number += 1
            declare(store, number)
            acknowledged.append(number)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while len(acknowledged) < 20:
            end.wait(0.01)
        seal(store, at=NOON)
        before = list(acknowledged)
        back_up(database, folder / "backup", at=NOON)
    finally:
        end.set()
        worker.join()
    found = restore(folder / "backup", str(folder / "store"), RESTORE, at=NOON)
    assert (found.seals, found.events >= 20) == (1, True)
    with open_store(str(folder / "store")) as restored, Serving(restored, HANGZHOU, clock=lambda: NOON) as serving:
        kept = declared(restored)
        assert set(before) <= set(kept) <= set(acknowledged)
        assert len(kept) == len(set(kept))
        with Serving(store, HANGZHOU, clock=lambda: NOON) as served:
            assert [serving.colour_at(person(n), NOON) for n in kept] == [served.colour_at(person(n), NOON) for n in kept]
        declare(restored, 1_000_001)
        assert seal(restored, at=NOON) > 0
        assert (verify(restored).seals, verify(restored).unsealed) == (2, 0)


def test_the_lake_stays_exactly_once_and_gives_back_what_the_backup_had_not(store, database, folder):
    lake = Lake.create(folder / "lake")
    for number in (1, 2):
        declare(store, number)
    flow(store, lake, at=NOON)
    declare(store, 3)  # in the backup, and not in the lake yet
    back_up(database, folder / "backup", at=NOON)
    declare(store, 5)  # in neither, but for the lake
    flow(store, lake, at=NOON)
    declare(store, 7)  # lost for good
    restore(folder / "backup", str(folder / "store"), RESTORE, at=NOON)
    with open_store(str(folder / "store")) as restored:
        assert declared(restored) == [1, 2, 3]
        with pytest.raises(FangxianError, match="after the backup"):
            flow(restored, lake, at=NOON)
        assert [fed.facts for fed in feed(restored, lake, event(None, "feed"), at=NOON)] == [1]
        assert list(feed(restored, lake, event(None, "feed"), at=NOON)) == []
        decide_pending(restored, event(None, "decide"), policies=[HANGZHOU], at=NOON)
        assert flow(restored, lake, at=NOON) is None
        declare(restored, 8)
        flow(restored, lake, at=NOON)
        assert declared(restored) == in_lake(lake) == [1, 2, 3, 5, 8]
        with restored.pool.connection() as connection:
            red = connection.execute("SELECT DISTINCT person_id FROM code.hit WHERE colour = 'red' ORDER BY 1").fetchall()
        assert red == [(UUID(person(n)),) for n in (1, 3, 5)]


def test_a_store_that_was_restored_in_another_way_brings_nothing_to_a_lake_that_is_ahead(store, database, folder):
    lake = Lake.create(folder / "lake")
    declare(store, 1)
    flow(store, lake, at=NOON)
    with PostgresServer(folder / "other") as server:
        back_up(database, folder / "backup", at=NOON)
        with pytest.raises(FangxianError, match="numbered lower"):
            restore(folder / "backup", server.conninfo, RESTORE, at=NOON)
        with psycopg.connect(server.conninfo) as connection:
            connection.execute("CREATE ROLE fangxian_service NOLOGIN")
        run(server.conninfo, "pg_restore", ["--no-owner", "--single-transaction", "--dbname=postgres", str(folder / "backup")])
        with Store.open(server.conninfo) as lower, pytest.raises(FangxianError, match="lake is ahead"):
            flow(lower, lake, at=NOON)


def test_what_is_not_whole_or_not_empty_is_refused(store, database, folder):
    back_up(database, folder / "backup", at=NOON)
    with pytest.raises(FangxianError, match="holds a store already"):
        restore(folder / "backup", database, RESTORE, at=NOON)
    (folder / "full").mkdir()
    (folder / "full" / "something").touch()
    with pytest.raises(FangxianError, match="not empty"):
        restore(folder / "backup", str(folder / "full"), RESTORE, at=NOON)
    with (folder / "backup").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"?")
    with pytest.raises(FangxianError, match="SHA-256"):
        restore(folder / "backup", str(folder / "store"), RESTORE, at=NOON)
    assert not (folder / "store").exists()


def test_commands_use_the_server_that_runs_on_a_folder(folder):
    with PostgresServer(folder / "store") as server, open_database(str(folder / "store")) as conninfo:
        assert conninfo == server.conninfo
        psycopg.connect(conninfo).close()
