"""The store: a migrated PostgreSQL database, and transactions in which every row names an event of the audit."""

from __future__ import annotations

import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID, uuid4

import orjson
import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from fangxian.engine.one_person import SESSION
from fangxian.errors import FangxianError, UnavailableError
from fangxian.facts import Fact
from fangxian.store.migrating import expect_migrated

SERVICE: Final = "fangxian_service"
"""The database role under which everything but migrations happens: it reads and adds, and changes or removes only what migrations name.

Facts and events it only adds to.
"""

CONNECTIONS: Final = 4
"""How many connections a process has to its store at most, unless it says otherwise."""

WAITS_FOR_CONNECTION: Final = 5.0
"""Seconds that whoever asks waits for the database: then they are told, rather than left before a page that does not come."""

NOBODY: Final = UUID(int=0)
"""Stands in an event that is about no single person."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Who does what to whom, in which role and for which purpose; `details` carry no names, numbers or movements."""

    actor: str
    role: str
    purpose: str
    action: str
    person_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    event_id: UUID = field(default_factory=uuid4)


@dataclass
class Transaction:
    """One transaction with its event: what is written in it is committed with the event, or not at all."""

    connection: psycopg.Connection[Any]
    event: Event
    at: datetime

    def add(self, fact_type: type[Fact], facts: Sequence[Mapping[str, Any]]) -> None:
        """Add facts of a type, each a mapping from every stored column to its value.

        Raises psycopg.Error where one breaks its table's promises; the transaction is lost then, and ends in a FangxianError.
        """
        names = [*fact_type.columns, "event_id"]
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier("facts", fact_type.name),
            sql.SQL(", ").join(map(sql.Identifier, names)),
            sql.SQL(", ").join(sql.Placeholder() * len(names)),
        )
        with self.connection.cursor() as cursor:
            cursor.executemany(statement, [[*(fact[name] for name in fact_type.columns), self.event.event_id] for fact in facts])


class Store:
    """A migrated database and a pool of connections to it. Make one with `Store.open`, and close it."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection[Any]], conninfo: str) -> None:
        """Keep a pool whose connections work under the role `SERVICE`."""
        self.pool, self.conninfo = pool, conninfo

    @classmethod
    def open(cls, conninfo: str, *, connections: int = CONNECTIONS) -> Self:
        """Open the database at `conninfo`. Raises FangxianError where it does not have this version's schema."""
        with psycopg.connect(conninfo) as connection:
            expect_migrated(connection)
        options = f"{SESSION} -c role={SERVICE}"
        pool = ConnectionPool(
            conninfo,
            min_size=1,
            max_size=connections,
            timeout=WAITS_FOR_CONNECTION,
            check=_check,
            open=True,
            kwargs={"autocommit": True, "options": options},
            name="fangxian-store",
        )
        return cls(pool, conninfo)

    @contextmanager
    def transaction(self, event: Event, *, at: datetime) -> Iterator[Transaction]:
        """Give a transaction that writes `event` first, at the instant `at` (UTC).

        Raises FangxianError where the database refuses something or goes away: the driver's own words repeat the row.
        """
        with _without_rows(), self.pool.connection() as connection, connection.transaction():
            transaction = Transaction(connection, event, at)
            write_events(connection, [event], at=at)
            yield transaction

    @contextmanager
    def together(self) -> Iterator[psycopg.Connection[Any]]:
        """Give one transaction for what many do at once; `write_events` goes before all else that is written in it.

        Raises FangxianError as `transaction` does.
        """
        with _without_rows(), self.pool.connection() as connection, connection.transaction():
            yield connection

    def close(self) -> None:
        """Give back the connections."""
        self.pool.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the store."""
        self.close()


def _check(connection: psycopg.Connection[Any]) -> None:
    """See that an idle connection is alive; raises psycopg.OperationalError where it is not.

    A database that went away leaves dead connections, and nobody is to be refused because of one when it is back. It says so as it
    goes: there is something to read. Where there is nothing, no question need be asked.
    """
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if line.poll(0):
        ConnectionPool.check_connection(connection)


_WRITE: Final = """
    INSERT INTO audit.event (person_id, event_id, at, actor, role, purpose, action, details)
    SELECT person_id, event_id, %s, actor, role, purpose, action, details FROM json_to_recordset(%s)
        AS done (person_id uuid, event_id uuid, actor text, role text, purpose text, action text, details jsonb)
"""


def write_events(connection: psycopg.Connection[Any], events: Sequence[Event], *, at: datetime) -> None:
    """Write what is done in this transaction, at the instant `at` (UTC), before the rows that name it."""
    rows = [vars(event) | {"person_id": event.person_id or NOBODY, "details": dict(event.details)} for event in events]
    connection.execute(_WRITE, [at, orjson.dumps(rows).decode()])


@contextmanager
def _without_rows() -> Iterator[None]:
    """Say what the database said in words that hold nothing of a row: names of tables, columns and promises, never values."""
    try:
        yield
    except psycopg.Error as error:
        raise _gone() if _lost(error) else _refused(error) from None


def _lost(error: psycopg.Error) -> bool:
    """Whether the database was not reached, went away or has no room, rather than refusing something."""
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate is None or error.sqlstate[:2] in ("08", "53", "57", "58"))


def _gone() -> UnavailableError:
    return UnavailableError(
        "The database does not answer, or went away.",
        known="What it had not acknowledged may be there or not; it is there whole or not at all.",
        next_step="Ask what is there once it answers, and do again what is missing.",
    )


def _refused(error: psycopg.Error) -> FangxianError:
    about = {
        "table": error.diag.table_name,
        "column": error.diag.column_name,
        "promise": error.diag.constraint_name,
        "SQLSTATE": error.sqlstate,
    }
    return FangxianError(
        f"The database refused what was to be written: {type(error).__name__}.",
        known=", ".join(f"{name} {value}" for name, value in about.items() if value),
        done="Nothing of this was written.",
        next_step="Correct what was to be written.",
    )
