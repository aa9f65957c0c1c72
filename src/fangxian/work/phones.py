"""The phones that hold rounds: registered by their worker, known by a token, shut out by a supervisor at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from psycopg import sql

from fangxian.facts import Text
from fangxian.store.store import Event, Store
from fangxian.work.permissions import Principal, check, may, role_for, visible_where
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action

PURPOSE: Final = "phones of grid workers"
_NO_PHONE: Final = Text("没有这部手机，请刷新列表。", "There is no such phone; load the list again.")
_NO_AREA: Final = Text("您的账号没有辖区，请联系管理员。", "Your account has no area; ask its administrator.")


@dataclass(frozen=True, kw_only=True)
class Phone:
    """One phone: whose, since when, when it last fetched a round of how many tasks, and when it was shut out."""

    phone_id: UUID
    worker: str
    registered_at: datetime
    fetched_at: datetime | None = None
    tasks: int | None = None
    revoked_at: datetime | None = None


def register_phone(store: Store, by: Principal, *, at: datetime) -> tuple[UUID, str]:
    """Register the phone that asks as one of the worker's; return its id and the token by which it is known."""
    role, token, phone_id = role_for(by, Action.WORK_ON_TASK), secrets.token_urlsafe(32), uuid4()
    if not by.region_codes:
        raise RefusedError(_NO_AREA)
    event = Event(actor=by.subject, role=role, purpose=PURPOSE, action="phone_registered", details={"phone_id": str(phone_id)})
    with store.transaction(event, at=at) as transaction:
        transaction.connection.execute(
            "INSERT INTO work.phone (phone_id, worker, area_codes, token_hash, registered_at, event_id) VALUES (%s, %s, %s, %s, %s, %s)",
            [phone_id, by.subject, sorted(by.region_codes), _hash(token), at, event.event_id],
        )
    return phone_id, token


def phone_of(store: Store, token: str) -> Phone | None:
    """Return the phone of a token, None where there is none or it was shut out."""
    with store.pool.connection() as connection:
        row = connection.execute(
            "SELECT phone_id, worker, registered_at FROM work.phone WHERE token_hash = %s AND revoked_at IS NULL", [_hash(token)]
        ).fetchone()
    return Phone(phone_id=row[0], worker=row[1], registered_at=row[2]) if row else None


def shut_out(store: Store, by: Principal, phone_id: UUID, *, at: datetime) -> None:
    """Let a phone no longer be believed, and end every session of its worker, who logs in again on another.

    Raises RefusedError where there is no such phone, Forbidden where none of its worker's areas is the supervisor's.
    """
    with store.pool.connection() as connection:
        row = connection.execute("SELECT worker, area_codes FROM work.phone WHERE phone_id = %s", [phone_id]).fetchone()
    if row is None:
        raise RefusedError(_NO_PHONE)
    worker, area_codes = row
    role = check(by, Action.SUPERVISE_TASKS, region_code=_first_within(by, area_codes))
    event = Event(actor=by.subject, role=role, purpose=PURPOSE, action="phone_shut_out", details={"phone_id": str(phone_id)})
    with store.transaction(event, at=at) as transaction:
        transaction.connection.execute(
            "UPDATE work.phone SET revoked_at = coalesce(revoked_at, %s), event_id = %s WHERE phone_id = %s", [at, event.event_id, phone_id]
        )
        transaction.connection.execute("DELETE FROM account.staff_session WHERE subject = %s", [worker])


def phones(store: Store, by: Principal) -> list[Phone]:
    """Return the phones of those who work in a supervisor's area, those that stand first, and of each the last round that it fetched."""
    role_for(by, Action.SUPERVISE_TASKS)
    query = sql.SQL(_PHONES).format(visible_where(by, Action.SUPERVISE_TASKS, region_code="area_code"))
    with store.pool.connection() as connection:
        rows = connection.execute(query).fetchall()
    names = ("phone_id", "worker", "registered_at", "fetched_at", "tasks", "revoked_at")
    return [Phone(**dict(zip(names, row, strict=True))) for row in rows]


def _first_within(by: Principal, area_codes: Sequence[str]) -> str:
    """Return one of some areas that somebody supervises, otherwise the first."""
    return next((code for code in area_codes if may(by, Action.SUPERVISE_TASKS, region_code=code)), area_codes[0])


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


_PHONES: Final = """
    SELECT phone_id, worker, registered_at, last.at, last.tasks, revoked_at
    FROM work.phone LEFT JOIN LATERAL (
        SELECT at, tasks FROM work.round WHERE round.phone_id = phone.phone_id ORDER BY at DESC LIMIT 1
    ) AS last ON true
    WHERE EXISTS (SELECT FROM unnest(area_codes) AS of_worker (area_code) WHERE {})
    ORDER BY revoked_at IS NOT NULL, worker, registered_at DESC LIMIT 500
"""
