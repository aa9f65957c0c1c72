"""Telling another region about a person of ours who showed it their code: the look is in the person's own list."""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID, uuid4

from fangxian.code.explain import explain_person
from fangxian.exchange.message import GOOD_FOR, Kind, Message
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.statement import stated
from fangxian.exchange.subject import BYTES, proof
from fangxian.exchange.taking import Answer, by_region
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.signed.credential import PaperCredential
from fangxian.signed.reading import Reading, read
from fangxian.store.identities import identity_of
from fangxian.store.one_person import person_tables
from fangxian.store.tokens import holders
from fangxian.work.subject import DISPUTABLE


def tell(living: Living, message: Message) -> Answer:
    """Answer what a region asks about a code that somebody showed it; a code is the only way to ask about a person.

    With a proof of papers the answer is given only where they are the holder's. Raises RefusedMessageError, and RefusedError where
    the policy has lapsed.
    """
    expect_in_force(living, living.clock())
    match message.body:
        case {"code": str(code), "subject": bytes(subject), **more} if not more and len(subject) == BYTES:
            person_id = _holder(living, code, at=message.issued_at)
            _check_subject(living, message, person_id, subject)
        case {"code": str(code), **more} if not more:
            person_id = _holder(living, code, at=message.issued_at)
        case _:
            raise RefusedMessageError(Refusal.UNREADABLE)
    at, statement_id = living.clock(), uuid4()
    event = by_region(message.issuer, "code_told_to_region", person_id, region=message.issuer)
    with living.store.transaction(event, at=at) as transaction:
        with person_tables(transaction.connection, person_id, living.policy) as tables:
            statement, fact = stated(explain_person(tables, living.policy, at=at, known_at=at), statement_id)
        disputable = fact if fact and fact.fact_type.name in DISPUTABLE else None
        transaction.connection.execute(
            "INSERT INTO exchange.statement (person_id, statement_id, region_code, reason_class, said_at, fact_type, fact_id, event_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                UUID(person_id),
                statement_id,
                message.issuer,
                statement.reason_class,
                statement.said_at,
                disputable.fact_type.name if disputable else None,
                disputable.values["fact_id"] if disputable else None,
                event.event_id,
            ],
        )
    return Kind.STATEMENT, statement.body()


def _holder(living: Living, code: str, *, at: datetime) -> str:
    """Return whose code was shown. Raises RefusedMessageError for what is no code of ours that counts, shown within the last minutes."""
    reading = read(code, trust=living.signing.ring.trust_list(at=at))
    if isinstance(reading, Reading) and reading.key.region_code == living.region_code and not reading.key.is_revoked(at):
        credential, shown_at = reading.credential, reading.signed_at
        shown_now = isinstance(credential, PaperCredential) or (shown_at is not None and abs(at - shown_at) < GOOD_FOR)
        with living.store.pool.connection() as connection:
            holder = holders(connection, [credential.token_id]).get(credential.token_id)
        revoked = holder is None or (holder.revoked_at is not None and holder.revoked_at <= at)
        if holder and not revoked and shown_now and at < credential.valid_until:
            return holder.person_id
    raise RefusedMessageError(Refusal.UNKNOWN)


def _check_subject(living: Living, message: Message, person_id: str, subject: bytes) -> None:
    """Refuse where the papers of whoever showed the code are not the holder's; that they were compared is an event about the holder."""
    event = by_region(message.issuer, "papers_compared_for_region", person_id, region=message.issuer)
    with living.store.transaction(event, at=living.clock()) as transaction:
        identity = identity_of(transaction, living.vault, person_id)
    if identity is None or not hmac.compare_digest(proof(identity, message_id=message.message_id), subject):
        raise RefusedMessageError(Refusal.UNKNOWN)
