"""Disputes about what another region said on their way there, and our answers to its: each is a message, and tried until it came.

The ordinary appeal here stays open meanwhile, with its deadline: where no answer comes in time, the appeal office has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from fangxian.errors import FangxianError
from fangxian.exchange.disputing import keep_answered
from fangxian.exchange.message import Kind, Message
from fangxian.exchange.posting import send
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.taking import PURPOSE
from fangxian.facts import Text
from fangxian.services import appeal_words
from fangxian.services.living import Living
from fangxian.store.store import Event
from fangxian.work.appeal import AppealState
from fangxian.work.appeal_rows import read, sealed_words
from fangxian.work.roles import Role

# Nothing is tried without an agreement, and what failed waits: longer each time, from a minute to four hours, and behind the rest.
_DUE: Final = """
    JOIN exchange.agreement AS agreed ON agreed.region_code = {region}.region_code
        AND agreed.ended_at IS NULL AND agreed.from_at <= %(at)s AND agreed.until_at > %(at)s
    LEFT JOIN exchange.dispute AS last ON (last.person_id, last.dispute_id) = ({dispute})
    WHERE (last.tried_at IS NULL OR last.tried_at + interval '1 minute' * power(2, least(last.tries, 9) - 1) <= %(at)s) AND {waits}
    ORDER BY last.tried_at NULLS FIRST, appeal.due_at LIMIT 50
"""
_TO_SEND: Final = """
    SELECT DISTINCT said.region_code, replace(appeal.person_id::text, '-', ''), appeal.appeal_id, said.statement_id,
        last.tried_at, appeal.due_at
    FROM work.appeal JOIN facts.recognised_code AS said USING (person_id, fact_id)
""" + _DUE.format(
    region="said",
    dispute="appeal.person_id, appeal.appeal_id",
    waits="appeal.fact_type = 'recognised_code' AND appeal.state = 'with_source' AND last.sent_at IS NULL",
)
_TO_ANSWER: Final = """
    SELECT dispute.region_code, replace(dispute.person_id::text, '-', ''), dispute.appeal_id, dispute.dispute_id
    FROM exchange.dispute JOIN work.appeal USING (person_id, appeal_id)
""" + _DUE.format(
    region="dispute",
    dispute="dispute.person_id, dispute.dispute_id",
    waits="dispute.side = 'received' AND dispute.answered_at IS NULL AND appeal.closed_at IS NOT NULL",
)
_WITHOUT_WORDS: Final = Text("该地区未附说明。", "That region gave no words.")


def send_disputes(living: Living) -> int:
    """Send the disputes that wait and may be tried; return how many went. Raises the last error once all were tried."""
    return _each(living, _TO_SEND, _send_dispute)


def send_answers(living: Living) -> int:
    """Send the answers to disputes that other regions wait for; return how many went. Raises as `send_disputes`."""
    return _each(living, _TO_ANSWER, _send_answer)


def _each(living: Living, waiting: str, do: Callable[..., None]) -> int:
    """Do something for each of the few that wait: every one is a message over the network.

    A region that gave no answer is left alone until the next turn: others do not wait for it over and over.
    """
    with living.store.pool.connection() as connection:
        rows = connection.execute(waiting.encode(), {"at": living.clock()}).fetchall()
    failed: FangxianError | None = None
    silent: set[str] = set()
    for region_code, person_id, appeal_id, named, *_ in rows:
        if region_code in silent:
            continue
        try:
            do(living, region_code, person_id, appeal_id, named)
        except FangxianError as error:
            failed = error
            if isinstance(error, RefusedMessageError) and error.reason is Refusal.FAILED:
                silent.add(region_code)
    if failed:
        raise failed
    return len(rows)


def _send_dispute(living: Living, region_code: str, person_id: str, appeal_id: UUID, statement_id: str) -> None:
    appeal = read(living.store, person_id, appeal_id)
    sealed, _ = _try(living, "dispute_tried", region_code, person_id, side="sent", dispute_id=appeal_id, appeal_id=appeal_id)
    body = {
        "dispute": appeal_id.bytes,
        "statement": bytes.fromhex(statement_id),
        "ground": str(appeal.ground),
        "words": appeal_words.opened(living, sealed, person_id, appeal_words.SAID, at=appeal.opened_at),
    }
    _expect_received(send(living, region_code, Kind.DISPUTE, lambda _: body))
    event = _event("dispute_sent", person_id, region_code)
    with living.store.transaction(event, at=living.clock()) as transaction:
        transaction.connection.execute(
            "UPDATE exchange.dispute SET sent_at = %s, event_id = %s WHERE person_id = %s AND dispute_id = %s",
            [transaction.at, event.event_id, UUID(person_id), appeal_id],
        )


def _send_answer(living: Living, region_code: str, person_id: str, appeal_id: UUID, dispute_id: UUID) -> None:
    appeal = read(living.store, person_id, appeal_id)
    _, sealed = _try(living, "dispute_answer_tried", region_code, person_id, side="received", dispute_id=dispute_id, appeal_id=appeal_id)
    words = f"{_WITHOUT_WORDS.zh} {_WITHOUT_WORDS.en}"
    if sealed is not None and appeal.closed_at is not None:
        words = appeal_words.opened(living, sealed, person_id, appeal_words.ANSWERED, at=appeal.closed_at)
    # Taken back there by the person: there is nothing left to be upheld.
    said = AppealState.UPHELD if appeal.state is AppealState.UPHELD else AppealState.REFUSED
    body = {"dispute": dispute_id.bytes, "answer": str(said), "words": words}
    _expect_received(send(living, region_code, Kind.ANSWER, lambda _: body))
    keep_answered(living, _event("dispute_answer_sent", person_id, region_code), dispute_id)


def _try(
    living: Living, action: str, region_code: str, person_id: str, *, side: str, dispute_id: UUID, appeal_id: UUID
) -> tuple[bytes, bytes | None]:
    """Keep that a message about a dispute is tried, and return the sealed words that it takes along, of the appeal and its answer.

    It is kept first: what failed on the way may have arrived, and the person sees that it was tried, and what came of it.
    """
    event = _event(action, person_id, region_code)
    with living.store.transaction(event, at=living.clock()) as transaction:
        transaction.connection.execute(
            "INSERT INTO exchange.dispute (person_id, dispute_id, side, region_code, appeal_id, tried_at, tries, event_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, 1, %s) ON CONFLICT (person_id, dispute_id) DO UPDATE "
            "SET tried_at = excluded.tried_at, tries = dispute.tries + 1, event_id = excluded.event_id",
            [UUID(person_id), dispute_id, side, region_code, appeal_id, transaction.at, event.event_id],
        )
        return sealed_words(transaction, person_id, appeal_id)


def _event(action: str, person_id: str, region_code: str) -> Event:
    details = {"region": region_code}
    return Event(actor="system", role=Role.SYSTEM, purpose=PURPOSE, action=action, person_id=person_id, details=details)


def _expect_received(answer: Message) -> None:
    if answer.kind is not Kind.RECEIVED:
        raise RefusedMessageError(Refusal.FAILED)
