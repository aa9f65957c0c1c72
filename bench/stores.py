"""Stores to measure on: a server of our own under the scratch folder, and databases in it that are filled once and then copied."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from fangxian.store.migrating import migrate
from fangxian.store.server import PostgresServer

NOON = datetime(2020, 2, 20, 4)
"""Noon of 20 February 2020 in Shanghai."""


@contextmanager
def server(scratch: Path) -> Iterator[str]:
    """Give the connection string of a server's `postgres` database; its files stay under the scratch folder."""
    scratch.chmod(0o755)  # the server is another user where we are root
    with PostgresServer(scratch / "live") as running:
        yield running.conninfo


def filled(conninfo: str, name: str, fill: Callable[[str], None]) -> str:
    """Return the connection string of the migrated database `name`, made and filled where it is not there already."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchall():
            part = _in(conninfo, f"{name}_part")
            connection.execute(f"DROP DATABASE IF EXISTS {name}_part WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}_part")
            migrate(part)
            with psycopg.connect(part, autocommit=True) as connected:
                connected.execute("SELECT store.make_partitions('2020-01-01', '2020-03-31')")
                fill(part)
                connected.execute("VACUUM ANALYZE")
                connected.execute("CHECKPOINT")
            connection.execute(f"ALTER DATABASE {name}_part RENAME TO {name}")
    return _in(conninfo, name)


@contextmanager
def filling(conninfo: str) -> Iterator[tuple[psycopg.Connection[Any], UUID]]:
    """Give a transaction that fills a store, and its event: everything that it brings must name it."""
    with psycopg.connect(conninfo, options="-c work_mem=64MB") as connection:
        event = uuid4()
        connection.execute(
            "INSERT INTO audit.event VALUES (%s, %s, %s, 'bench', 'system', 'measure', 'fill', '{}')", [UUID(int=0), event, NOON]
        )
        yield connection, event


@contextmanager
def copy_of(conninfo: str, name: str) -> Iterator[str]:
    """Give the connection string of a copy of the database `name`, thrown away afterwards."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}_copy WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name} STRATEGY file_copy")
        try:
            yield _in(conninfo, f"{name}_copy")
        finally:
            connection.execute(f"DROP DATABASE {name}_copy WITH (FORCE)")


def _in(conninfo: str, database: str) -> str:
    return conninfo.replace("dbname=postgres", f"dbname={database}")
