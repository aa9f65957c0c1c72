"""Sealing the audit: every committed event enters a chain of hashes, so that none can be changed or taken out unseen.

Events are written by many transactions at once, which cannot all wait for one chain. A seal therefore covers, in one statement,
every event of the transactions that have ended since the last one. The database makes it: who serves people asks for a seal, and
can forge none. Between its commit and its seal an event is kept by the database's rights alone; seal every second or so. Whoever
owns the database can still throw away the newest seals: publish the last hash somewhere else every day.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Final

from fangxian.store.store import Store

BEGINNING: Final = bytes(32)


def seal(store: Store, *, at: datetime) -> int:
    """Seal what was committed since the last seal, and return how many events that was; without any, no seal is made."""
    with store.pool.connection() as connection:
        row = connection.execute("SELECT audit.add_seal(%s)", [at]).fetchone()
    assert row is not None  # noqa: S101
    return int(row[0])


def hash_of(number: int, since: str, until: str, events: int, content: bytes, previous: bytes) -> bytes:
    """Return the hash of a seal, as the database must have made it."""
    return sha256(f"{number} {since} {until} {events} ".encode() + content + previous).digest()
