"""Disputes that another region brings us, and its answers to ours: each dispute is an ordinary appeal here, for our own people."""

from __future__ import annotations

from uuid import UUID

from fangxian.exchange.message import Kind, Message
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.taking import Answer, by_region
from fangxian.services import appeal_words
from fangxian.services.living import Living
from fangxian.store.store import Event
from fangxian.work.appeal import OTHER_REGION, AppealState, Ground
from fangxian.work.appeal_rows import read
from fangxian.work.appealing import answer_appeal, open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role


def take_dispute(living: Living, message: Message) -> Answer:
    """Open an appeal here about the fact behind what we said to a region; the same dispute again changes nothing."""
    match message.body:
        case {"dispute": bytes(named), "statement": bytes(statement), "ground": str(ground), "words": str(words), **more} if not more:
            if len(named) == len(statement) == 16 and ground in (Ground.WRONG_PERSON, Ground.WRONG_FACT):
                _open(living, message.issuer, UUID(bytes=named), UUID(bytes=statement), Ground(ground), words)
                return Kind.RECEIVED, {}
    raise RefusedMessageError(Refusal.UNREADABLE)


def take_answer(living: Living, message: Message) -> Answer:
    """Close the appeal here as the other region answered it; the same answer again changes nothing."""
    match message.body:
        case {"dispute": bytes(named), "answer": str(answer), "words": str(words), **more} if not more:
            if len(named) == 16 and answer in (AppealState.UPHELD, AppealState.REFUSED):
                _close(living, message.issuer, UUID(bytes=named), AppealState(answer), words)
                return Kind.RECEIVED, {}
    raise RefusedMessageError(Refusal.UNREADABLE)


def _open(living: Living, region_code: str, dispute_id: UUID, statement_id: UUID, ground: Ground, words: str) -> None:
    with living.store.pool.connection() as connection:
        row = connection.execute(
            "SELECT replace(s.person_id::text, '-', ''), s.fact_type, s.fact_id, d.appeal_id, "
            "(SELECT appeal_id FROM work.appeal AS a WHERE a.person_id = s.person_id AND a.fact_type = s.fact_type "
            " AND a.fact_id = s.fact_id AND a.closed_at IS NULL) "
            "FROM exchange.statement AS s LEFT JOIN exchange.dispute AS d ON d.person_id = s.person_id AND d.dispute_id = %s "
            "WHERE s.statement_id = %s AND s.region_code = %s AND s.fact_id IS NOT NULL",
            [dispute_id, statement_id, region_code],
        ).fetchone()
    if row is None:
        raise RefusedMessageError(Refusal.UNKNOWN)
    person_id, fact_type, fact_id, taken, open_already = row
    if taken:
        return
    at = living.clock()
    appeal_id = (
        open_already
        or open_appeal(
            living.store,
            _on_behalf(region_code, person_id),
            person_id=person_id,
            fact_type=fact_type,
            fact_id=fact_id,
            ground=ground,
            words=words,
            seal=appeal_words.sealing(living, person_id, appeal_words.SAID, at=at),
            policy=living.policy,
            at=at,
        ).appeal_id
    )
    event = by_region(region_code, "dispute_received", person_id, region=region_code)
    with living.store.transaction(event, at=at) as transaction:
        transaction.connection.execute(
            "INSERT INTO exchange.dispute (person_id, dispute_id, side, region_code, appeal_id, event_id) "
            "VALUES (%s, %s, 'received', %s, %s, %s) ON CONFLICT DO NOTHING",
            [UUID(person_id), dispute_id, region_code, appeal_id, event.event_id],
        )


def _close(living: Living, region_code: str, dispute_id: UUID, answer: AppealState, words: str) -> None:
    with living.store.pool.connection() as connection:
        row = connection.execute(
            "SELECT replace(person_id::text, '-', ''), answered_at FROM exchange.dispute "
            "WHERE dispute_id = %s AND region_code = %s AND side = 'sent'",
            [dispute_id, region_code],
        ).fetchone()
    if row is None:
        raise RefusedMessageError(Refusal.UNKNOWN)
    person_id, answered_at = row
    if answered_at:
        return
    at = living.clock()
    # Whoever took the appeal back, or the office that has it since its deadline, is not overruled from elsewhere.
    if read(living.store, person_id, dispute_id).state is AppealState.WITH_SOURCE:
        answer_appeal(
            living.store,
            _for_region(region_code),
            person_id=person_id,
            appeal_id=dispute_id,
            answer=answer,
            words=words,
            seal=appeal_words.sealing(living, person_id, appeal_words.ANSWERED, at=at),
            policies=[living.policy],
            at=at,
        )
    keep_answered(living, by_region(region_code, "dispute_answer_received", person_id, region=region_code), dispute_id)


def keep_answered(living: Living, event: Event, dispute_id: UUID) -> None:
    """Keep that a dispute's answer is where it belongs; the event says whose dispute it is."""
    with living.store.transaction(event, at=living.clock()) as transaction:
        transaction.connection.execute(
            "UPDATE exchange.dispute SET answered_at = %s, event_id = %s WHERE person_id = %s AND dispute_id = %s",
            [transaction.at, event.event_id, UUID(event.person_id), dispute_id],
        )


def _for_region(region_code: str) -> Principal:
    """Return the region as the owner of what it said; a message signed by its agreed key stands for the second factor."""
    return Principal(
        subject=f"region-{region_code}",
        roles=frozenset({Role.SOURCE_OWNER}),
        organisation_ids=frozenset({OTHER_REGION}),
        second_factor=True,
    )


def _on_behalf(region_code: str, person_id: str) -> Principal:
    """Return the region that brings the words of a person of ours, as that person."""
    return Principal(subject=f"region-{region_code}", roles=frozenset({Role.CITIZEN}), person_ids=frozenset({person_id}))
