"""Opening a store by what a person names: a connection string, or a folder in which we run PostgreSQL ourselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.store.database_folder import DatabaseFolder
from fangxian.store.migrating import migrate
from fangxian.store.server import PostgresServer
from fangxian.store.service_login import LOGIN, let_in
from fangxian.store.store import CONNECTIONS, Store


@contextmanager
def database(named: str, *, make: bool = False) -> Iterator[str]:
    """Give the connection string of a database: `named` itself, or that of the owner of the server on the folder `named`.

    One that runs there already is used as it is; else one runs meanwhile. Where the folder holds none, `make` makes it.

    Raises FangxianError where nothing answers, and where nothing is there: a name that was typed wrong must not look like an empty store.
    """
    if "=" in named or "://" in named:
        try:
            psycopg.connect(named, connect_timeout=10).close()
        except psycopg.OperationalError:
            # Not the driver's own words: they may repeat the password.
            raise FangxianError(
                "The database named by the connection string does not answer, or does not let us in.",
                next_step="Check host, port, user and password, and that the server runs.",
            ) from None
        yield named
    elif running := PostgresServer(Path(named)).running_conninfo():
        yield running
    elif make or DatabaseFolder(Path(named).absolute()).data.exists():
        with PostgresServer(Path(named), watched=True) as server:
            yield server.conninfo
    else:
        raise FangxianError(
            f"There is no store in {named}.",
            done="Nothing was done.",
            next_step="Name the folder that `fangxian serve --store` has, or make a new one: `fangxian store migrate`.",
        )


@contextmanager
def migrated_database(named: str, *, make: bool = False) -> Iterator[str]:
    """Give the connection string under which programs work on a database.

    One in a folder is ours: it is migrated first, and they have a login of their own there, which is not the owner's.
    """
    with database(named, make=make) as conninfo:
        if conninfo == named:
            yield named
        else:
            migrate(conninfo)
            login = make_conninfo(conninfo, user=LOGIN, password=DatabaseFolder(Path(named)).password_of(LOGIN))
            let_in(conninfo, login)
            yield login


@contextmanager
def open_store(named: str, *, connections: int = CONNECTIONS, make: bool = False) -> Iterator[Store]:
    """Give the store that is named, with room for what becomes known this month and the next."""
    with migrated_database(named, make=make) as conninfo, Store.open(conninfo, connections=connections) as store:
        make_room(store, now().date())
        yield store


def make_room(store: Store, today: date) -> None:
    """Make the partitions for everything that becomes known up to the end of the month after this one."""
    with store.pool.connection() as connection:
        connection.execute("SELECT store.make_partitions(%s, %s)", [today, today.replace(day=1) + timedelta(days=35)])
