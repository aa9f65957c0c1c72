"""Who people are: kept sealed, looked at only with an event of the audit, ended with the key of their class and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from fangxian.errors import FangxianError
from fangxian.store.store import Transaction
from fangxian.vault.vault import Vault


@dataclass(frozen=True, kw_only=True, repr=False)
class Identity:
    """Who somebody is. It has no printable form, so that it gets into no log."""

    person_id: str
    full_name: str
    id_type: str
    id_number: str
    phone: str | None = None
    at_desk: bool = False
    """Whether staff saw the document."""


def keep_identity(transaction: Transaction, vault: Vault, identity: Identity, *, retention: str) -> None:
    """Keep who the event's person is, in the place of what was kept before."""
    keep_identities(transaction, vault, [identity], retention=retention)


def keep_identities(transaction: Transaction, vault: Vault, identities: Sequence[Identity], *, retention: str) -> None:
    """Keep who people are, each once, sealed under the key of their retention class and the transaction's month.

    A number that another takes the place of is theirs until the transaction's instant; where none is given, the one that is kept stays.
    Raises FangxianError where the vault names people by another key than this store's, or refuses.
    """
    expect_named_by(transaction, vault)
    people, period = [each.person_id for each in identities], f"{transaction.at:%Y-%m}"
    with_phone = {each.person_id: each.phone for each in identities if each.phone}
    with_phone |= _phones_kept(transaction, vault, [person for person in people if person not in with_phone])

    def sealed(texts: Sequence[str], of: Sequence[str], field: str) -> list[bytes]:
        return vault.seal_many(texts, person_ids=of, retention=retention, period=period, field=field)

    phones, having = list(with_phone.values()), list(with_phone)
    sealed_phones = dict(zip(having, sealed(phones, having, "phone"), strict=True))
    indexes = dict(zip(having, vault.phone_indexes(phones), strict=True))
    rows = {
        "people": [UUID(person) for person in people],
        "id_types": [each.id_type for each in identities],
        "names": sealed([each.full_name for each in identities], people, "full_name"),
        "numbers": sealed([each.id_number for each in identities], people, "id_number"),
        "at_desk": [each.at_desk for each in identities],
        "phones": [sealed_phones.get(person) for person in people],
        "indexes": [indexes.get(person) for person in people],
        "retention": retention,
        "period": period,
        "event": transaction.event.event_id,
        "at": transaction.at,
    }
    for statement in (_KEEP, _LEAVE_PHONE, _TAKE_PHONE):
        transaction.connection.execute(statement, rows)


def _phones_kept(transaction: Transaction, vault: Vault, people: Sequence[str]) -> dict[str, str]:
    """Return the numbers that are kept of people, to be sealed anew; the vault is asked once for each class and month."""
    rows = transaction.connection.execute(
        "SELECT retention, period, array_agg(replace(person_id::text, '-', '')), array_agg(phone) FROM identities.identity "
        "WHERE person_id = ANY(%s) AND phone IS NOT NULL GROUP BY retention, period",
        [[UUID(person) for person in people]],
    ).fetchall()
    return {
        person: phone
        for retention, period, of, sealed in rows
        for person, phone in zip(
            of, vault.unseal_many(sealed, person_ids=of, retention=retention, period=period, field="phone"), strict=True
        )
    }


def identity_of(transaction: Transaction, vault: Vault, person_id: str) -> Identity | None:
    """Return who somebody is, or None where nobody kept it; the transaction's event, which is about this person, says who looked.

    Raises FangxianError where the event is about somebody else or nobody, or the key was destroyed.
    """
    if transaction.event.person_id != person_id:
        raise FangxianError(
            "A look at who somebody is needs an event of the audit about that very person.",
            done="Nothing was opened.",
            next_step="Begin the transaction with an event that names the person.",
        )
    row = transaction.connection.execute(
        "SELECT id_type, full_name, id_number, phone, retention, period, at_desk FROM identities.identity WHERE person_id = %s",
        [UUID(person_id)],
    ).fetchone()
    if row is None:
        return None
    id_type, full_name, id_number, phone, retention, period, at_desk = row

    def opened(sealed: bytes, field: str) -> str:
        return vault.unseal(sealed, person_id=person_id, retention=retention, period=period, field=field)

    return Identity(
        person_id=person_id,
        full_name=opened(full_name, "full_name"),
        id_type=id_type,
        id_number=opened(id_number, "id_number"),
        phone=opened(phone, "phone") if phone else None,
        at_desk=at_desk,
    )


def seen_at_desk(connection: psycopg.Connection[Any], person_id: str) -> bool:
    """Return whether staff saw the document of somebody who is kept."""
    return connection.execute("SELECT FROM identities.identity WHERE person_id = %s AND at_desk", [UUID(person_id)]).fetchone() is not None


def expect_named_by(transaction: Transaction, vault: Vault) -> None:
    """Raise FangxianError where the vault names people by another key than the store's; the first vault that comes is the store's."""
    connection, mark = transaction.connection, vault.mark()
    if named_by(connection) is None:
        connection.execute(
            "INSERT INTO identities.named_by (number, mark, event_id) VALUES (1, %s, %s) ON CONFLICT DO NOTHING",
            [mark, transaction.event.event_id],
        )
    if named_by(connection) != mark:
        raise FangxianError(
            "The vault names people by another key than this store does.",
            done="Nothing was kept: everybody would become somebody else.",
            next_step="Start the store's own vault; if its key was rotated, finish the renaming first (docs/vault.md).",
        )


def named_by(connection: psycopg.Connection[Any]) -> str | None:
    """Return the mark of the key by which the store's people are named, None where nobody was kept yet."""
    row = connection.execute("SELECT mark FROM identities.named_by ORDER BY number DESC LIMIT 1").fetchone()
    return str(row[0]) if row else None


_KEEP = """
    INSERT INTO identities.identity (person_id, id_type, full_name, id_number, phone, at_desk, retention, period, event_id)
    SELECT person_id, id_type, full_name, id_number, phone, at_desk, %(retention)s, %(period)s, %(event)s
    FROM unnest(%(people)s::uuid[], %(id_types)s::text[], %(names)s::bytea[], %(numbers)s::bytea[], %(phones)s::bytea[],
                %(at_desk)s::boolean[]) AS kept (person_id, id_type, full_name, id_number, phone, at_desk)
    ORDER BY person_id  -- in one order for everybody, so that two sets do not wait for each other
    ON CONFLICT (person_id) DO UPDATE SET
        id_type = excluded.id_type, full_name = excluded.full_name, id_number = excluded.id_number, phone = excluded.phone,
        at_desk = excluded.at_desk, retention = excluded.retention, period = excluded.period, event_id = excluded.event_id
"""
_KEPT = "unnest(%(people)s::uuid[], %(indexes)s::bytea[]) AS kept (person_id, phone_index)"
_LEAVE_PHONE = f"""
    UPDATE identities.phone SET until = %(at)s FROM {_KEPT}
    WHERE phone.person_id = kept.person_id AND until IS NULL AND phone.phone_index IS DISTINCT FROM kept.phone_index
"""
_TAKE_PHONE = f"""
    INSERT INTO identities.phone (person_id, phone_index, since, event_id)
    SELECT person_id, phone_index, %(at)s, %(event)s FROM {_KEPT}
    WHERE phone_index IS NOT NULL AND NOT EXISTS (
        SELECT FROM identities.phone WHERE phone.person_id = kept.person_id AND phone.phone_index = kept.phone_index AND until IS NULL
    )
"""
