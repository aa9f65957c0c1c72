"""The actions on consultations: ask, take the next, answer, ask back, pass on, hand back. Each is one transaction with one event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from fangxian.facts import Text
from fangxian.store.recording import hold_person
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.consultation import Consultation, ConsultationState, consultation_action
from fangxian.work.consultation_rows import in_hand, next_for
from fangxian.work.leads import Origin, raise_lead
from fangxian.work.permissions import Forbidden, Principal, check, role_for
from fangxian.work.refusals import RefusedError
from fangxian.work.reporting_numbers import number, within
from fangxian.work.roles import Action, Role

PURPOSE: Final = "consultation"
PASSED_ON_BY_DOCTOR: Final = "doctor"
"""Stands in a lead for the rule that fired: a doctor thought so."""

_OPEN: Final = Text("您有一次咨询还在办，请在其中补充。", "You have a consultation that is open: say it there.")
_MOVED: Final = Text("此咨询刚有变化，请重新打开。", "This consultation has just moved; open it again.")
_NOBODY: Final = Text("没有人在等。", "Nobody waits.")
_RECENT: Final = timedelta(days=3)
_TRIES: Final = 10


def open_consultation(
    transaction: Transaction,
    *,
    region_code: str,
    words: bytes,
    by_operator: bool = False,
    contact: bytes | None = None,
    receipt_hash: bytes | None = None,
) -> UUID:
    """Put the event's person into the queue with what they say, sealed; return which consultation it is.

    The deadline is sooner for whoever assessed themselves as of high risk within three days. Raises RefusedError where one is open.
    """
    person_id, at = hold_person(transaction), transaction.at
    span = "urgent_consultation_within" if _is_urgent(transaction, person_id) else "consultation_within"
    consultation_id = uuid4()
    try:
        transaction.connection.execute(
            "INSERT INTO work.consultation (person_id, consultation_id, region_code, asked_at, due_at, state, by_operator, receipt_hash, "
            "event_id) VALUES (%s, %s, %s, %s, %s, 'waiting', %s, %s, %s)",
            [
                UUID(person_id),
                consultation_id,
                region_code,
                at,
                at + within(span, at.date()),
                by_operator,
                receipt_hash,
                transaction.event.event_id,
            ],
        )
    except psycopg.errors.UniqueViolation:
        raise RefusedError(_OPEN) from None
    if contact:
        _say(transaction, consultation_id, at, "contact", contact)
    _say(transaction, consultation_id, at, "person", words)
    return consultation_id


def reply(transaction: Transaction, consultation: Consultation, words: bytes) -> None:
    """Say more where a doctor asked back: it waits again, at its old place, and for the same doctor first."""
    consultation_action(consultation, ConsultationState.WAITING)
    _say(transaction, consultation.consultation_id, consultation.asked_at, "person", words)
    _move(transaction, consultation, ConsultationState.WAITING)


def withdraw(transaction: Transaction, consultation: Consultation) -> None:
    """Take a question back that no doctor has in hand."""
    consultation_action(consultation, ConsultationState.WITHDRAWN)
    _move(transaction, consultation, ConsultationState.WITHDRAWN, closed_at=transaction.at)


def take_next(store: Store, by: Principal, *, at: datetime) -> Consultation:
    """Give a doctor the next who waits: nobody else has that one then. Raises RefusedError where nobody waits, or the doctor has enough."""
    most = number("most_in_hand", at.date())
    with store.pool.connection() as connection:
        role_for(by, Action.TAKE_CONSULTATION)
        if len(in_hand(connection, by.subject)) >= most:
            raise RefusedError(Text(f"您手上已有 {most} 位，请先答复。", f"You have {most} in hand: answer them first."))
        found = next_for(connection, by, most=_TRIES)
    for each in found:
        role = check(by, consultation_action(each, ConsultationState.WITH_DOCTOR), region_code=each.region_code)
        try:
            with store.transaction(_event(by, role, "consultation taken", each), at=at) as transaction:
                _move(transaction, each, ConsultationState.WITH_DOCTOR, doctor=by.subject, taken_at=at)
            return each
        except RefusedError:
            continue  # another doctor was quicker
    raise RefusedError(_NOBODY)


def answer(store: Store, by: Principal, consultation: Consultation, to: ConsultationState, words: bytes, *, at: datetime) -> None:
    """Answer and close, or ask back: then it waits for the person."""
    role = _holder(by, consultation_action(consultation, to), consultation)
    closed = {"closed_at": at} if to is ConsultationState.ANSWERED else {}
    with store.transaction(_event(by, role, f"consultation {to}", consultation), at=at) as transaction:
        _say(transaction, consultation.consultation_id, consultation.asked_at, "doctor", words)
        _move(transaction, consultation, to, last_doctor=by.subject, **closed)


def pass_on(
    store: Store, by: Principal, consultation: Consultation, words: bytes, *, contact: Callable[[], bytes | None], at: datetime
) -> None:
    """Pass somebody on as of high risk: the county of residence has a lead at once. `contact` seals how to reach who called."""
    role = _holder(by, consultation_action(consultation, ConsultationState.PASSED_ON), consultation)
    with store.transaction(_event(by, role, "consultation passed_on", consultation), at=at) as transaction:
        _say(transaction, consultation.consultation_id, consultation.asked_at, "doctor", words)
        _move(transaction, consultation, ConsultationState.PASSED_ON, last_doctor=by.subject, closed_at=at)
        raise_lead(
            transaction,
            origin=Origin.CONSULTATION,
            origin_id=consultation.consultation_id,
            region_code=consultation.region_code,
            fired=[PASSED_ON_BY_DOCTOR],
            contact=contact(),
        )


def hand_back(store: Store, by: Principal, consultation: Consultation, *, at: datetime) -> None:
    """Hand one back to the queue, at its old place."""
    role = _holder(by, consultation_action(consultation, ConsultationState.WAITING), consultation)
    with store.transaction(_event(by, role, "consultation handed back", consultation), at=at) as transaction:
        _move(transaction, consultation, ConsultationState.WAITING, last_doctor=by.subject)


def hand_back_all(store: Store, by: Principal, *, at: datetime) -> int:
    """Hand back whatever a doctor has in hand who goes; return how many that were. Without any, nothing is written."""
    return _return_those(store, by, "doctor = %s", by.subject, at=at)


def hand_back_held(store: Store, by: Principal, *, at: datetime) -> int:
    """Hand back whatever a doctor has held for too long without an answer; return how many that were."""
    return _return_those(store, by, "doctor IS NOT NULL AND taken_at <= %s", at - within("held_for", at.date()), at=at)


def _return_those(store: Store, by: Principal, which: str, given: Any, *, at: datetime) -> int:
    role = role_for(by, Action.RETURN_CONSULTATION)
    with store.pool.connection() as connection:
        if not connection.execute(f"SELECT FROM work.consultation WHERE {which} LIMIT 1", [given]).rowcount:
            return 0
    event = Event(actor=by.subject, role=role, purpose=PURPOSE, action="consultations handed back")
    with store.transaction(event, at=at) as transaction:
        return transaction.connection.execute(
            "UPDATE work.consultation SET state = 'waiting', last_doctor = doctor, doctor = NULL, taken_at = NULL, event_id = %s "
            f"WHERE {which}",
            [event.event_id, given],
        ).rowcount


def _is_urgent(transaction: Transaction, person_id: str) -> bool:
    row = transaction.connection.execute(
        "SELECT level FROM work.assessment WHERE person_id = %s AND assessed_at > %s ORDER BY assessed_at DESC LIMIT 1",
        [UUID(person_id), transaction.at - _RECENT],
    ).fetchone()
    return row is not None and row[0] in ("emergency", "high")


def _holder(by: Principal, action: Action, consultation: Consultation) -> Role:
    """Return the doctor's role; raise `Forbidden` for whoever does not have the consultation in hand."""
    role = check(by, action, region_code=consultation.region_code)
    if consultation.doctor != by.subject:
        raise Forbidden(Text("这次咨询不在您手上。", "You do not have this consultation in hand."))
    return role


def _event(by: Principal, role: Role, action: str, consultation: Consultation) -> Event:
    details = {"consultation_id": str(consultation.consultation_id)}
    return Event(actor=by.subject, role=role, purpose=PURPOSE, action=action, person_id=consultation.person_id, details=details)


def _say(transaction: Transaction, consultation_id: UUID, asked_at: datetime, said_by: str, words: bytes) -> None:
    person = UUID(transaction.event.person_id)
    transaction.connection.execute(
        "INSERT INTO work.consultation_word (person_id, consultation_id, number, said_by, words, asked_at, said_at, event_id) "
        "SELECT %s, %s, CASE WHEN %s = 'contact' THEN 0 ELSE 1 + coalesce(max(number), 0) END, %s, %s, %s, %s, %s "
        "FROM work.consultation_word WHERE person_id = %s AND consultation_id = %s",
        [person, consultation_id, said_by, said_by, words, asked_at, transaction.at, transaction.event.event_id, person, consultation_id],
    )


def _move(transaction: Transaction, consultation: Consultation, to: ConsultationState, **changed: Any) -> None:
    """Move a consultation as it was read; raise where it moved meanwhile."""
    values = {"state": str(to), "doctor": None, "taken_at": None, "event_id": transaction.event.event_id} | changed
    moved = transaction.connection.execute(
        f"UPDATE work.consultation SET {', '.join(f'{name} = %s' for name in values)} "
        "WHERE person_id = %s AND consultation_id = %s AND state = %s AND doctor IS NOT DISTINCT FROM %s",
        [*values.values(), UUID(consultation.person_id), consultation.consultation_id, str(consultation.state), consultation.doctor],
    )
    if not moved.rowcount:
        raise RefusedError(_MOVED)
