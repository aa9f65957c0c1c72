"""Agreements with agencies: what each lets us read, for which purpose, from when until when, and which two people signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row

from fangxian.errors import FangxianError
from fangxian.finding.agreements import SourceAgreement, expect_fields
from fangxian.sources.catalogue import source_named
from fangxian.store.store import Event, Store

_COLUMNS: Final = "agreement_id, source, purpose, fields, from_at, until_at, first_signer, second_signer, ended_at"


@dataclass(frozen=True, kw_only=True)
class SignedAgreement:
    """One agreement as two people signed it; ended early where `ended_at` says so."""

    agreement_id: UUID
    source: str
    purpose: str
    fields: list[str]
    from_at: datetime
    until_at: datetime
    first_signer: str
    second_signer: str
    ended_at: datetime | None = None

    @property
    def terms(self) -> SourceAgreement:
        """What it lets us read, and until when as things stand."""
        until_at = min(self.ended_at, self.until_at) if self.ended_at else self.until_at
        return SourceAgreement(
            source=self.source, purpose=self.purpose, fields=frozenset(self.fields), from_at=self.from_at, until_at=until_at
        )


def agree(
    store: Store,
    *,
    actor: str,
    role: str,
    source: str,
    purpose: str,
    fields: Iterable[str],
    until_at: datetime,
    signers: tuple[str, str],
    at: datetime,
) -> SignedAgreement:
    """Record an agreement with an agency that two people signed, in force from now on.

    Raises FangxianError where one for the same source and purpose stands, where one person signed twice, and where a source or a field
    does not exist.
    """
    source_named(source)
    given = sorted(expect_fields(fields))
    if len({signer.strip().upper() for signer in signers} - {""}) != len(signers):
        raise FangxianError("Two different people sign an agreement.", done="Nothing was recorded.", next_step="Name both.")
    if not purpose.strip() or until_at <= at:
        raise FangxianError("An agreement has a purpose and an end that is to come.", done="Nothing was recorded.", next_step="Give both.")
    made = SignedAgreement(
        agreement_id=uuid4(),
        source=source,
        purpose=purpose,
        fields=given,
        from_at=at,
        until_at=until_at,
        first_signer=signers[0],
        second_signer=signers[1],
    )
    event = _event("source_agreed", actor, role, made.purpose, source=source, fields=given)
    with store.transaction(event, at=at) as transaction:
        if any(each.terms.in_force(purpose, at) for each in _read(transaction.connection, "WHERE source = %s", source)):
            raise FangxianError(
                "An agreement with this source for this purpose stands.",
                done="Nothing was recorded.",
                next_step="End it first with `fangxian agreement end`.",
            )
        # One whose time is over makes room: it stays on record as it was.
        transaction.connection.execute(
            "UPDATE work.agreement SET ended_at = until_at, event_id = %s WHERE source = %s AND purpose = %s AND ended_at IS NULL",
            [event.event_id, source, purpose],
        )
        values = {**vars(made), "event_id": event.event_id}
        places = ", ".join(f"%({name})s" for name in values)
        transaction.connection.execute(f"INSERT INTO work.agreement ({', '.join(values)}) VALUES ({places})".encode(), values)
    return made


def end(store: Store, *, actor: str, role: str, source: str, purpose: str, at: datetime) -> None:
    """End the agreement with a source for a purpose at once. Raises FangxianError where none stands."""
    event = _event("source_agreement_ended", actor, role, purpose, source=source)
    with store.transaction(event, at=at) as transaction:
        ended = transaction.connection.execute(
            "UPDATE work.agreement SET ended_at = %s, event_id = %s WHERE source = %s AND purpose = %s AND ended_at IS NULL",
            [at, event.event_id, source, purpose],
        )
        if not ended.rowcount:
            raise FangxianError(
                "No agreement with this source for this purpose stands.", next_step="`fangxian agreement list` shows those that do."
            )


def agreements(store: Store) -> list[SignedAgreement]:
    """Return every agreement with an agency that was ever recorded, the newest first."""
    with store.pool.connection() as connection:
        return _read(connection, "")


def _read(connection: psycopg.Connection[Any], where: str, *values: Any) -> list[SignedAgreement]:
    query = f"SELECT {_COLUMNS} FROM work.agreement {where} ORDER BY from_at DESC, agreement_id"
    with connection.cursor(row_factory=class_row(SignedAgreement)) as cursor:
        return cursor.execute(query.encode(), values).fetchall()


def _event(action: str, actor: str, role: str, purpose: str, **details: Any) -> Event:
    return Event(actor=actor, role=role, purpose=purpose, action=action, details=details)
