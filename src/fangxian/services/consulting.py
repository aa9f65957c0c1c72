"""Asking a doctor: what a person asks and is answered, sealed; the queue and what a doctor has in hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.services.acting import Acting
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.services.reported_words import Said, opened, sealed
from fangxian.services.staff import staff_event
from fangxian.store.store import Event, Transaction
from fangxian.work import consulting
from fangxian.work.consultation import Consultation, ConsultationState
from fangxian.work.consultation_rows import (
    Queue,
    SealedWord,
    consultations_of,
    in_hand,
    place_in_queue,
    queue_of,
    read,
    words_in,
)
from fangxian.work.permissions import Forbidden, Principal, check, role_for
from fangxian.work.reporting_numbers import number
from fangxian.work.roles import Action
from fangxian.work.subject import home_of

CONTACT: Final = "contact"


@dataclass(frozen=True, repr=False)
class Word:
    """Something that was said: by whom, when, what; None once the person deleted their data."""

    said_by: str
    said_at: datetime
    words: str | None


@dataclass(frozen=True, repr=False)
class Thread:
    """A consultation with what was said, and while it waits its place in the queue."""

    consultation: Consultation
    words: tuple[Word, ...]
    place: int | None

    @property
    def contact(self) -> str | None:
        """How to reach whoever called."""
        return next((each.words for each in self.words if each.said_by == CONTACT), None)


@dataclass(frozen=True, repr=False)
class Desk:
    """What a doctor sees first: how many wait, and what is in hand, each with its reference."""

    queue: Queue
    in_hand: tuple[tuple[str, Consultation], ...]


def ask(living: Living, person_id: str, words: str, *, acting: Acting = Acting.PERSON) -> None:
    """Put a person into the queue with a question. Raises RefusedError where one of theirs is open."""
    at = living.clock()
    expect_in_force(living, at)
    said = _sealed(living, words, person_id, at)
    with living.store.transaction(_own("consultation_asked", person_id, acting), at=at) as transaction:
        region_code = home_of(transaction.connection, person_id, living.policy)
        consulting.open_consultation(transaction, region_code=region_code, words=said)


def reply(living: Living, person_id: str, words: str, *, acting: Acting = Acting.PERSON) -> None:
    """Answer what a doctor asked back."""
    consultation = _open_one(living, person_id)
    said = _sealed(living, words, person_id, consultation.asked_at)
    with living.store.transaction(_own("consultation_said_more", person_id, acting), at=living.clock()) as transaction:
        consulting.reply(transaction, consultation, said)


def withdraw(living: Living, person_id: str, *, acting: Acting = Acting.PERSON) -> None:
    """Take one's open question back."""
    consultation = _open_one(living, person_id)
    with living.store.transaction(_own("consultation_withdrawn", person_id, acting), at=living.clock()) as transaction:
        consulting.withdraw(transaction, consultation)


def own_consultations(living: Living, person_id: str, *, acting: Acting = Acting.PERSON) -> list[Thread]:
    """Return a person's consultations with what was said, newest first; of one that waits also its place in the queue."""
    with living.store.transaction(_own("consultations_seen", person_id, acting), at=living.clock()) as transaction:
        return threads_of(living, transaction, person_id)


def threads_of(living: Living, transaction: Transaction, person_id: str) -> list[Thread]:
    """Return a person's consultations; the transaction's event is the look."""
    return [_thread(living, transaction, each) for each in consultations_of(transaction.connection, person_id)]


def consultations_kept(living: Living, transaction: Transaction, person_id: str) -> list[dict[str, Any]]:
    """Return a person's consultations for the file of their own data."""
    return [
        {
            "asked_at": each.consultation.asked_at,
            "state": each.consultation.state,
            "said": [vars(word) for word in each.words],
        }
        for each in threads_of(living, transaction, person_id)
    ]


def doctors_desk(living: Living, by: Principal) -> Desk:
    """Return how many wait whom a doctor may take, and what the doctor has in hand; nothing is read of anybody."""
    role_for(by, Action.TAKE_CONSULTATION)
    with living.store.pool.connection() as connection:
        queue, found = queue_of(connection, by, at=living.clock()), in_hand(connection, by.subject)
    references = refer(living, by, Named.CONSULTATION, [_meaning(each) for each in found])
    return Desk(queue, tuple(zip(references, found, strict=True)))


def take_next(living: Living, by: Principal) -> str:
    """Give a doctor the next who waits, and return its reference."""
    taken = consulting.take_next(living.store, by, at=living.clock())
    return refer(living, by, Named.CONSULTATION, [_meaning(taken)])[0]


def open_one(living: Living, by: Principal, reference: str) -> Thread:
    """Return a consultation with what was said, for the doctor who has it in hand; the look is an event about the person."""
    consultation = _meant(living, by, reference)
    role = check(by, Action.ANSWER_CONSULTATION, region_code=consultation.region_code)
    if consultation.doctor != by.subject:
        raise Forbidden(Text("这次咨询不在您手上。", "You do not have this consultation in hand."))
    event = staff_event(by, "consultation_read", purpose=consulting.PURPOSE, role=role, person_id=consultation.person_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        return _thread(living, transaction, consultation)


def answer(living: Living, by: Principal, reference: str, to: ConsultationState, words: str) -> None:
    """Answer and close, ask back, or pass on as of high risk, with words for the person."""
    consultation, at = _meant(living, by, reference), living.clock()
    said = _sealed(living, words, consultation.person_id, consultation.asked_at)
    if to is not ConsultationState.PASSED_ON:
        consulting.answer(living.store, by, consultation, to, said, at=at)
        return
    contact = open_one(living, by, reference).contact
    consulting.pass_on(living.store, by, consultation, said, contact=lambda: _for_lead(living, contact, consultation, at), at=at)


def hand_back(living: Living, by: Principal, reference: str) -> None:
    """Hand one back to the queue."""
    consulting.hand_back(living.store, by, _meant(living, by, reference), at=living.clock())


def doctor_goes(living: Living, by: Principal) -> int:
    """Hand back whatever a doctor has in hand who logs out; return how many that were."""
    return consulting.hand_back_all(living.store, by, at=living.clock())


def _for_lead(living: Living, contact: str | None, consultation: Consultation, at: datetime) -> bytes | None:
    return sealed(living.vault, contact, Said.LEAD_CONTACT, of=consultation.person_id, begun_at=at) if contact else None


def _own(action: str, person_id: str, acting: Acting) -> Event:
    return by_citizen(action, person_id, acting=acting, purpose=consulting.PURPOSE)


def _open_one(living: Living, person_id: str) -> Consultation:
    with living.store.pool.connection() as connection:
        found = [each for each in consultations_of(connection, person_id) if each.closed_at is None]
    if not found:
        raise RefusedError(Text("没有在办的咨询。", "No consultation of yours is open."))
    return found[0]


def _sealed(living: Living, words: str, person_id: str, asked_at: datetime) -> bytes:
    longest = number("longest_report", living.today(living.clock()))
    if not 0 < len(words.strip()) <= longest:
        raise RefusedError(Text(f"请写明情况，最多 {longest} 个字符。", f"Say something, and at most {longest} characters."))
    return sealed(living.vault, words, Said.CONSULTATION, of=person_id, begun_at=asked_at)


def _thread(living: Living, transaction: Transaction, consultation: Consultation) -> Thread:
    waiting = consultation.state is ConsultationState.WAITING
    said = tuple(_opened(living, each, consultation) for each in words_in(transaction, consultation))
    return Thread(consultation, said, place_in_queue(transaction.connection, consultation) if waiting else None)


def _opened(living: Living, word: SealedWord, consultation: Consultation) -> Word:
    where = {"of": consultation.person_id, "begun_at": consultation.asked_at}
    text = opened(living.vault, word.words, Said.CONSULTATION, **where) if word.words else None  # type: ignore[arg-type]
    return Word(word.said_by, word.said_at, text)


def _meaning(consultation: Consultation) -> tuple[str, str]:
    return consultation.person_id, str(consultation.consultation_id)


def _meant(living: Living, by: Principal, reference: str) -> Consultation:
    person_id, consultation_id = meant(living, by, Named.CONSULTATION, reference)
    return read(living.store, person_id, UUID(consultation_id))
