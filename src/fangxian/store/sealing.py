"""Sealing the audit: every committed event enters a chain of hashes, so that none can be changed or taken out unseen.

Events are written by many transactions at once, which cannot all wait for one chain. A seal therefore covers, in one statement,
every event of the transactions that have ended since the last one. Between its commit and its seal an event is kept by the
database's rights alone; seal every second or so. Whoever owns the database can still throw away the newest seals: publish the
last hash somewhere else every day.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import psycopg

from fangxian.store.store import Store

BEGINNING: Final = bytes(32)


def seal(store: Store, *, at: datetime) -> int:
    """Seal what was committed since the last seal, and return how many events that was; without any, no seal is made."""
    with store.pool.connection() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('fangxian seal'))")
        number, since, previous = _end(connection)
        until = _ended(connection)
        events, content = _content(connection, since, until)
        if events:
            connection.execute(
                "INSERT INTO audit.seal (number, sealed_at, from_transaction, until_transaction, events, content, previous, hash) "
                "VALUES (%s, %s, %s::xid8, %s::xid8, %s, %s, %s, %s)",
                [number, at, since, until, events, content, previous, hash_of(number, since, until, events, content, previous)],
            )
            connection.execute(_COUNT, [since, until])
        return events


_COUNT: Final = """
    INSERT INTO audit.counted (hour, role, action, times)
    SELECT date_trunc('hour', at), role, action, count(*) FROM audit.event
    WHERE written_by >= %s::xid8 AND written_by < %s::xid8 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (hour, role, action) DO UPDATE SET times = counted.times + excluded.times
"""
"""What auditors are shown is counted here, once for each event: nobody has to read a day's events for it."""


def _end(connection: psycopg.Connection[Any]) -> tuple[int, str, bytes]:
    """Return the number of the next seal, the transaction it begins with, and the hash it follows."""
    last = connection.execute("SELECT number + 1, until_transaction::text, hash FROM audit.seal ORDER BY number DESC LIMIT 1").fetchone()
    return (last[0], last[1], last[2]) if last else (0, "0", BEGINNING)


def _ended(connection: psycopg.Connection[Any]) -> str:
    """Return the transaction before which all have ended: what they wrote is seen, and nothing can come among it late."""
    row = connection.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text").fetchone()
    assert row is not None  # noqa: S101
    return str(row[0])


def _content(connection: psycopg.Connection[Any], since: str, until: str) -> tuple[int, bytes]:
    row = connection.execute("SELECT events, content FROM audit.content_of(%s::xid8, %s::xid8)", [since, until]).fetchone()
    assert row is not None  # noqa: S101
    return row[0], row[1]


def hash_of(number: int, since: str, until: str, events: int, content: bytes, previous: bytes) -> bytes:
    """Return the hash of a seal."""
    return sha256(f"{number} {since} {until} {events} ".encode() + content + previous).digest()
