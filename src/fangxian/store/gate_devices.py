"""The devices that stand at gates: registered with a code that opens one device once, known by a token, revoked at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from fangxian.errors import FangxianError
from fangxian.store.store import Event, Store

CODE_LASTS: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Device:
    """A gate's device: where it stands."""

    gate_id: UUID
    place_id: str
    place_name: str
    region_code: str
    revoked_at: datetime | None = None


def register(store: Store, event: Event, *, place_id: str, place_name: str, region_code: str, at: datetime) -> tuple[Device, str]:
    """Register a device for a place; return it and the code that opens it once, within an hour."""
    code, device = secrets.token_urlsafe(16), Device(gate_id=uuid4(), place_id=place_id, place_name=place_name, region_code=region_code)
    with store.transaction(event, at=at) as transaction:
        transaction.connection.execute(
            "INSERT INTO gate.device (gate_id, place_id, place_name, region_code, code_hash, code_until, event_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [device.gate_id, place_id, place_name, region_code, _hash(code), at + CODE_LASTS, event.event_id],
        )
    return device, code


def open_device(store: Store, code: str, *, at: datetime) -> str:
    """Return the token of the device that a code opens; raises FangxianError for a code that was used, has ended or is none."""
    token = secrets.token_urlsafe(32)
    event = Event(actor="gate", role="gate", purpose="open a gate", action="open gate")
    with store.transaction(event, at=at) as transaction:
        opened = transaction.connection.execute(
            "UPDATE gate.device SET code_hash = NULL, token_hash = %s, event_id = %s "
            "WHERE code_hash = %s AND code_until > %s AND revoked_at IS NULL",
            [_hash(token), event.event_id, _hash(code), at],
        )
        if not opened.rowcount:
            raise FangxianError(
                "This code opens no gate.",
                known="A code opens one device, once, within an hour of its making.",
                next_step="Make another with `fangxian gate register`.",
            )
    return token


def devices_of(store: Store, tokens: Sequence[str]) -> list[Device | None]:
    """Return the device that holds each token, None for a token that is unknown or was revoked."""
    with store.pool.connection() as connection:
        rows = connection.execute(
            "SELECT token_hash, gate_id, place_id, place_name, region_code FROM gate.device "
            "WHERE token_hash = ANY(%s) AND revoked_at IS NULL",
            [[_hash(token) for token in tokens]],
        ).fetchall()
    found = {row[0]: Device(gate_id=row[1], place_id=row[2], place_name=row[3], region_code=row[4]) for row in rows}
    return [found.get(_hash(token)) for token in tokens]


def revoke(store: Store, event: Event, gate_id: UUID, *, at: datetime) -> None:
    """Let a device no longer be believed; raises FangxianError where there is none of that id."""
    with store.transaction(event, at=at) as transaction:
        revoked = transaction.connection.execute(
            "UPDATE gate.device SET revoked_at = coalesce(revoked_at, %s), code_hash = NULL, event_id = %s WHERE gate_id = %s",
            [at, event.event_id, gate_id],
        )
        if not revoked.rowcount:
            raise FangxianError("There is no gate of this id.", done="Nothing was changed.", next_step="`fangxian gate show` shows them.")


def devices(store: Store) -> list[Device]:
    """Return every device, by place."""
    with store.pool.connection() as connection:
        rows = connection.execute(
            "SELECT gate_id, place_id, place_name, region_code, revoked_at FROM gate.device ORDER BY region_code, place_id, gate_id"
        ).fetchall()
    names = ("gate_id", "place_id", "place_name", "region_code", "revoked_at")
    return [Device(**dict(zip(names, row, strict=True))) for row in rows]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
