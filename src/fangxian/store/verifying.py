"""Verifying the audit: every seal is computed again, all of them or from where the last time ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import psycopg

from fangxian.errors import FangxianError
from fangxian.store.sealing import BEGINNING, hash_of
from fangxian.store.store import Event, Store

AT_ONCE: Final = 1000
"""How many seals are computed in one statement."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How many seals and sealed events were found to follow from one another, how many wait for a seal, and the last hash."""

    seals: int
    events: int
    unsealed: int
    last_hash: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What stands of the last time: when it was, up to which seal all hold, over how many events, and whether the next does not."""

    verified_at: datetime
    seals: int
    events: int
    broken: bool


@dataclass(frozen=True, kw_only=True)
class _Held:
    """The seals that hold from the first on: how many, over how many events, up to which transaction, and the hash of the last."""

    seals: int = 0
    events: int = 0
    until: str = "0"
    hash: bytes = BEGINNING

    def with_next(self, row: tuple[Any, ...]) -> Self:
        """Return these and the next. Raises FangxianError where it does not follow from its events and the seal before it."""
        number, first, until, events, content, before, hashed, events_found, content_found = row
        follows = (number, first, before) == (self.seals, self.until, self.hash)
        follows = follows and hashed == hash_of(number, first, until, events, content, before)
        if not follows or (events, content) != (events_found, content_found):
            raise _broken(
                self.seals, "its events are not those that were sealed." if follows else "it does not follow from the seal before it."
            )
        return type(self)(seals=self.seals + 1, events=self.events + events, until=until, hash=hashed)


def verify(store: Store) -> Verified:
    """Compute every seal again. Raises FangxianError at the first that does not follow from the events and the seal before it."""
    held, broken = _further(store, _Held())
    if broken:
        raise broken
    with store.pool.connection() as connection:
        waiting = connection.execute("SELECT count(*) FROM audit.event WHERE written_by >= %s::xid8", [held.until]).fetchone()
    return Verified(seals=held.seals, events=held.events, unsealed=waiting[0] if waiting else 0, last_hash=held.hash.hex())


def verify_further(store: Store, event: Event, *, at: datetime) -> None:
    """Compute the seals since the last time again and keep what was found; FangxianError as `verify`, once that is kept.

    What was verified before is believed: it is computed again by `verify`, which whoever distrusts it runs.
    """
    with store.pool.connection() as connection:
        held, broken = _last_held(connection)
    if not broken:
        held, broken = _further(store, held)
    with store.transaction(event, at=at) as transaction:
        transaction.connection.execute(
            "INSERT INTO audit.verification (verified_at, seals, events, hash, broken, event_id) VALUES (%s, %s, %s, %s, %s, %s)",
            [at, held.seals, held.events, held.hash, broken is not None, event.event_id],
        )
    if broken:
        raise broken


def last_verification(connection: psycopg.Connection[Any]) -> Verification | None:
    """Return what was found the last time, None where that has not been."""
    row = connection.execute("SELECT verified_at, seals, events, broken FROM audit.verification ORDER BY number DESC LIMIT 1").fetchone()
    return Verification(**dict(zip(("verified_at", "seals", "events", "broken"), row, strict=True))) if row else None


def _last_held(connection: psycopg.Connection[Any]) -> tuple[_Held, FangxianError | None]:
    """Return the seals that held the last time, and what is wrong where the last of them is no longer what it was."""
    row = connection.execute(
        "SELECT seals, verification.events, coalesce(until_transaction::text, '0'), verification.hash, seal.hash "
        "FROM audit.verification LEFT JOIN audit.seal ON seal.number = seals - 1 ORDER BY verification.number DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return _Held(), None
    held = _Held(seals=row[0], events=row[1], until=row[2], hash=row[3])
    return held, None if held.seals == 0 or row[4] == held.hash else _broken(held.seals - 1, "it is not the seal that was verified.")


def _further(store: Store, held: _Held) -> tuple[_Held, FangxianError | None]:
    """Return the seals that hold, and what is wrong with the next one, if there is one that does not."""
    while True:
        with store.pool.connection() as connection:
            rows = connection.execute(_SEALS, [held.seals, AT_ONCE]).fetchall()
        for row in rows:
            try:
                held = held.with_next(row)
            except FangxianError as broken:
                return held, broken
        if not rows:
            return held, None


def _broken(number: int, why: str) -> FangxianError:
    return FangxianError(
        f"The audit is broken at seal {number}: {why}",
        next_step="Somebody changed it. Keep the database as it is and compare it with a backup.",
    )


_SEALS: Final = """
    SELECT number, from_transaction::text, until_transaction::text, seal.events, seal.content, previous, hash, found.events, found.content
    FROM audit.seal, audit.content_of(from_transaction, until_transaction) AS found WHERE number >= %s ORDER BY number LIMIT %s
"""
