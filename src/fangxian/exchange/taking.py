"""Taking a message: believed, under an agreement in force, for the first time, and not one of too many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.errors import UniqueViolation

from fangxian.exchange.agreement import agreed_with
from fangxian.exchange.message import GOOD_FOR, Kind, Message, read
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.services.living import Living
from fangxian.store.store import Event, Transaction

REGION: Final = "region"
"""The role under which another region stands in the audit."""

PURPOSE: Final = "exchange"
MOST_A_MINUTE: Final = 120
"""Messages of one region; each about a person costs about a tenth of a second."""

Answer = tuple[Kind, Mapping[str, Any]]
Answering = Callable[[Living, Message], Answer]


def by_region(region_code: str, action: str, person_id: str | None = None, **details: Any) -> Event:
    """Return the event of what another region does here."""
    return Event(actor=f"region-{region_code}", role=REGION, purpose=PURPOSE, action=action, person_id=person_id, details=details)


def reply(living: Living, data: bytes, kind: Kind, answering: Answering) -> bytes:
    """Take a message of a kind and return the signed answer. Raises RefusedMessageError.

    A message that `take` refuses leaves nothing; one that it took is remembered with its event, also where `answering` refuses it then.
    """
    message = take(living, data, kind)
    answered, body = answering(living, message)
    return answer_to(living, message, answered, body)


def take(living: Living, data: bytes, kind: Kind) -> Message:
    """Return a message that counts, and remember it. Raises RefusedMessageError for every other."""
    at = living.clock()
    message = read(data, trust=living.signing.ring.trust_list(at=at), at=at)
    if message.kind is not kind:
        raise RefusedMessageError(Refusal.UNREADABLE)
    agreed_with(living.store, message.issuer, at=at)
    with living.store.transaction(by_region(message.issuer, "message_taken", kind=str(kind)), at=at) as transaction:
        _remember(transaction, message, at)
    return message


def answer_to(living: Living, message: Message, kind: Kind, body: Mapping[str, Any]) -> bytes:
    """Return a signed answer to a message."""
    at = living.clock()
    answer = Message(issuer=living.region_code, audience=message.issuer, kind=kind, body=body, issued_at=at, answers=message.message_id)
    return answer.write(by=living.signing.signer(at))


def _remember(transaction: Transaction, message: Message, at: datetime) -> None:
    """Keep a message's id as long as the message could come again. One region's messages are counted one after the other."""
    connection, region = transaction.connection, message.issuer
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [region])
    connection.execute("DELETE FROM exchange.message WHERE region_code = %s AND received_at < %s", [region, at - 2 * GOOD_FOR])
    query = "SELECT count(*) FROM exchange.message WHERE region_code = %s AND received_at > %s"
    row = connection.execute(query, [region, at - timedelta(minutes=1)]).fetchone()
    if row and row[0] >= MOST_A_MINUTE:
        raise RefusedMessageError(Refusal.TOO_MANY)
    try:
        connection.execute(
            "INSERT INTO exchange.message (region_code, message_id, kind, received_at, event_id) VALUES (%s, %s, %s, %s, %s)",
            [region, message.message_id, str(message.kind), at, transaction.event.event_id],
        )
    except UniqueViolation:
        raise RefusedMessageError(Refusal.REPLAYED) from None
