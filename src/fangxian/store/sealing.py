"""Sealing the audit: every committed event enters a chain of hashes, so that none can be changed or taken out unseen.

Events are written by many transactions at once, which cannot all wait for one chain. A seal therefore covers, in one statement,
every event of the transactions that have ended since the last one. Between its commit and its seal an event is kept by the
database's rights alone; seal every second or so. Whoever owns the database can still throw away the newest seals: publish the
last hash somewhere else every day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import psycopg

from fangxian.errors import FangxianError
from fangxian.store.store import Store

BEGINNING: Final = bytes(32)


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How many seals and sealed events were found to follow from one another, how many wait for a seal, and the last hash."""

    seals: int
    events: int
    unsealed: int
    last_hash: str


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
                [number, at, since, until, events, content, previous, _hash(number, since, until, events, content, previous)],
            )
        return events


class BrokenSealError(FangxianError):
    """The audit was changed: a seal that does not follow, or whose events are not those that were sealed."""

    def __init__(self, seal: int, *, follows: bool) -> None:
        """Keep the seal's number."""
        self.seal = seal
        super().__init__(
            f"The audit is broken at seal {seal}: "
            + ("its events are not those that were sealed." if follows else "it does not follow from the seal before it."),
            next_step="Somebody changed it. Keep the database as it is and compare it with a backup.",
        )


def verify(store: Store) -> Verified:
    """Compute every seal again. Raises BrokenSealError at the first that does not follow from the events and the seal before it."""
    with store.pool.connection() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        seals = connection.execute(
            "SELECT number, from_transaction::text, until_transaction::text, seal.events, seal.content, previous, hash, "
            "found.events, found.content FROM audit.seal, audit.content_of(from_transaction, until_transaction) AS found ORDER BY number"
        ).fetchall()
        previous, since, sealed = BEGINNING, "0", 0
        for place, (number, first, until, events, content, before, hashed, events_found, content_found) in enumerate(seals):
            follows = (number, first, before) == (place, since, previous) and hashed == _hash(place, first, until, events, content, before)
            if not follows or (events, content) != (events_found, content_found):
                raise BrokenSealError(place, follows=follows)
            previous, since, sealed = hashed, until, sealed + events
        waiting = connection.execute("SELECT count(*) FROM audit.event WHERE written_by >= %s::xid8", [since]).fetchone()
    return Verified(seals=len(seals), events=sealed, unsealed=waiting[0] if waiting else 0, last_hash=previous.hex())


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


def _hash(number: int, since: str, until: str, events: int, content: bytes, previous: bytes) -> bytes:
    return sha256(f"{number} {since} {until} {events} ".encode() + content + previous).digest()
