"""Disputes about what another region said: each goes there as a message, is an ordinary appeal there, and its answer comes back.

The ordinary appeal here stays open meanwhile, with its deadline: where no answer comes in time, the appeal office has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from fangxian.errors import FangxianError
from fangxian.exchange.message import Kind, Message
from fangxian.exchange.posting import send
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.taking import PURPOSE, Answer, by_region
from fangxian.facts import Text
from fangxian.services import appeal_words
from fangxian.services.living import Living
from fangxian.store.store import Event
from fangxian.work.appeal import OTHER_REGION, AppealState, Ground
from fangxian.work.appeal_rows import read, words_of
from fangxian.work.appealing import answer_appeal, open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

_TO_SEND: Final = """
    SELECT DISTINCT replace(a.person_id::text, '-', ''), a.appeal_id, f.region_code, f.statement_id
    FROM work.appeal AS a JOIN facts.recognised_code AS f USING (person_id, fact_id)
    WHERE a.fact_type = 'recognised_code' AND a.state = 'with_source'
        AND NOT EXISTS (SELECT FROM exchange.dispute AS d WHERE d.person_id = a.person_id AND d.dispute_id = a.appeal_id)
    LIMIT 50
"""
_TO_ANSWER: Final = """
    SELECT replace(d.person_id::text, '-', ''), d.dispute_id, d.region_code, d.appeal_id
    FROM exchange.dispute AS d JOIN work.appeal AS a USING (person_id, appeal_id)
    WHERE d.side = 'received' AND d.answered_at IS NULL AND a.closed_at IS NOT NULL LIMIT 50
"""
_WITHOUT_WORDS: Final = Text("该地区未附说明。", "That region gave no words.")


def send_disputes(living: Living) -> int:
    """Send the disputes that wait; return how many went. Raises the last error once all were tried."""
    return _each(living, _TO_SEND, _send_dispute)


def send_answers(living: Living) -> int:
    """Send the answers to disputes that other regions wait for; return how many went. Raises as `send_disputes`."""
    return _each(living, _TO_ANSWER, _send_answer)


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


def _each(living: Living, waiting: str, do: Callable[..., None]) -> int:
    """Do something for each of the few that wait: every one is a message over the network."""
    with living.store.pool.connection() as connection:
        rows = connection.execute(waiting.encode()).fetchall()
    failed: FangxianError | None = None
    for row in rows:
        try:
            do(living, *row)
        except FangxianError as error:
            failed = error
    if failed:
        raise failed
    return len(rows)


def _send_dispute(living: Living, person_id: str, appeal_id: UUID, region_code: str, statement_id: str) -> None:
    appeal = read(living.store, person_id, appeal_id)
    sealed, _ = words_of(living.store, _for_region(region_code), person_id=person_id, appeal_id=appeal_id, at=living.clock())
    body = {
        "dispute": appeal_id.bytes,
        "statement": bytes.fromhex(statement_id),
        "ground": str(appeal.ground),
        "words": appeal_words.opened(living, sealed, person_id, appeal_words.SAID, at=appeal.opened_at),
    }
    _expect_received(send(living, region_code, Kind.DISPUTE, lambda _: body))
    _keep(living, _event("dispute_sent", person_id, region_code), side="sent", dispute_id=appeal_id, appeal_id=appeal_id)


def _send_answer(living: Living, person_id: str, dispute_id: UUID, region_code: str, appeal_id: UUID) -> None:
    appeal = read(living.store, person_id, appeal_id)
    by = _on_behalf(region_code, person_id)
    _, sealed = words_of(living.store, by, person_id=person_id, appeal_id=appeal_id, at=living.clock())
    words = f"{_WITHOUT_WORDS.zh} {_WITHOUT_WORDS.en}"
    if sealed is not None and appeal.closed_at is not None:
        words = appeal_words.opened(living, sealed, person_id, appeal_words.ANSWERED, at=appeal.closed_at)
    # Taken back there by the person: there is nothing left to be upheld.
    said = AppealState.UPHELD if appeal.state is AppealState.UPHELD else AppealState.REFUSED
    body = {"dispute": dispute_id.bytes, "answer": str(said), "words": words}
    _expect_received(send(living, region_code, Kind.ANSWER, lambda _: body))
    _answered(living, _event("dispute_answer_sent", person_id, region_code), dispute_id)


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
    _keep(living, event, side="received", dispute_id=dispute_id, appeal_id=appeal_id)


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
    _answered(living, by_region(region_code, "dispute_answer_received", person_id, region=region_code), dispute_id)


def _keep(living: Living, event: Event, *, side: str, dispute_id: UUID, appeal_id: UUID) -> None:
    with living.store.transaction(event, at=living.clock()) as transaction:
        transaction.connection.execute(
            "INSERT INTO exchange.dispute (person_id, dispute_id, side, region_code, appeal_id, event_id) VALUES (%s, %s, %s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [UUID(event.person_id), dispute_id, side, event.details["region"], appeal_id, event.event_id],
        )


def _answered(living: Living, event: Event, dispute_id: UUID) -> None:
    with living.store.transaction(event, at=living.clock()) as transaction:
        transaction.connection.execute(
            "UPDATE exchange.dispute SET answered_at = %s, event_id = %s WHERE person_id = %s AND dispute_id = %s",
            [transaction.at, event.event_id, UUID(event.person_id), dispute_id],
        )


def _event(action: str, person_id: str, region_code: str) -> Event:
    details: Mapping[str, Any] = {"region": region_code}
    return Event(actor="system", role=Role.SYSTEM, purpose=PURPOSE, action=action, person_id=person_id, details=details)


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


def _expect_received(answer: Message) -> None:
    if answer.kind is not Kind.RECEIVED:
        raise RefusedMessageError(Refusal.FAILED)
