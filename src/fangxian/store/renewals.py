"""Whether a policy is in force: renewed by two people, and not yet lapsed. Who records anything asks here first."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import psycopg

from fangxian.policy.policy import Policy
from fangxian.store.store import Store

_IN_FORCE: Final = "policy = %s AND closed_at <= %s AND until_at > %s"


def in_force_until(store: Store, policy: Policy, at: datetime) -> datetime | None:
    """Return until when a policy is in force at an instant, None where nobody renewed it or it has lapsed."""
    return _one(store, _IN_FORCE, [policy.name, at, at])


def may_record(store: Store, policy: Policy, at: datetime) -> bool:
    """Return whether anything may be recorded under a policy at an instant: only while it is in force."""
    return in_force_until(store, policy, at) is not None


def may_record_by(connection: psycopg.Connection[Any], policy: Policy, at: datetime) -> bool:
    """Do what `may_record` does by a connection that is held already: whoever asks for another meanwhile may wait for all the others."""
    return _read(connection, _IN_FORCE, [policy.name, at, at]) is not None


def ever_renewed(store: Store, policy: Policy) -> bool:
    """Return whether two people ever renewed a policy."""
    return _one(store, "policy = %s AND until_at IS NOT NULL", [policy.name]) is not None


def lapsed_since(store: Store, at: datetime) -> datetime | None:
    """Return since when no policy at all is in force in a store, None while one is or where none ever was."""
    last = _one(store, "closed_at <= %s", [at])
    return last if last is not None and last <= at else None


def _one(store: Store, condition: str, given: list[object]) -> datetime | None:
    with store.pool.connection() as connection:
        return _read(connection, condition, given)


def _read(connection: psycopg.Connection[Any], condition: str, given: list[object]) -> datetime | None:
    row = connection.execute(f"SELECT max(until_at) FROM store.renewal WHERE {condition}".encode(), given).fetchone()
    return row[0] if row else None
