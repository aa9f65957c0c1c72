"""What goes when somebody is no longer known here: who they are, their places on phones, their codes, and facts that are taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

from fangxian.facts import Withdrawal
from fangxian.store.numbering import fact_number
from fangxian.store.store import Transaction
from fangxian.store.tokens import revoke_all


def forget(transaction: Transaction) -> None:
    """Remove who the event's person is, end their places on every phone, and let none of their codes count any more."""
    connection, event_id, person = transaction.connection, transaction.event.event_id, UUID(transaction.event.person_id)
    connection.execute(
        "UPDATE account.member SET ended_at = coalesce(ended_at, %s), masked_name = NULL, period = NULL, event_id = %s "
        "WHERE person_id = %s",
        [transaction.at, event_id, person],
    )
    connection.execute("DELETE FROM identities.identity WHERE person_id = %s", [person])
    # Whom a worker is on the way to is still found: that ends with the key under which it is sealed.
    connection.execute(
        "DELETE FROM identities.reach WHERE person_id = %(person)s "
        "AND NOT EXISTS (SELECT FROM work.task WHERE person_id = %(person)s AND closed_at IS NULL)",
        {"person": person},
    )
    connection.execute("UPDATE gate.visitor SET host = NULL, masked_name = NULL, event_id = %s WHERE person_id = %s", [event_id, person])
    revoke_all(transaction, person_id=person.hex)


def log_out_phone(connection: psycopg.Connection[Any], phone_index: bytes) -> None:
    """End every session of a phone, and the code that was sent to it."""
    connection.execute("DELETE FROM account.session WHERE phone_index = %s", [phone_index])
    connection.execute("DELETE FROM account.one_time_code WHERE phone_index = %s", [phone_index])


def withdrawal(transaction: Transaction, fact_type: str, fact_id: int, *, source: str, reason: str) -> dict[str, object]:
    """Return the fact that takes back a fact about the event's person."""
    number = fact_number(source, f"{transaction.event.event_id}#{fact_type}#{fact_id}")
    stored = {"person_id": transaction.event.person_id, "fact_id": number, "known_at": transaction.at, "from_at": transaction.at}
    said = {"source": source, "delivery_id": "online", "fact_type": fact_type, "withdrawn_fact_id": fact_id, "reason": reason}
    return dict.fromkeys(Withdrawal.columns) | stored | said
