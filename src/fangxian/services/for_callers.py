"""For somebody who calls and has no phone of their own to do it on: an operator of the hotline asks and writes down, and it is said so.

The operator sees what the caller is told, and reads an answer again by the receipt number alone: no caller is searched for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Text
from fangxian.services import assessing, clues
from fangxian.services.clues import Answers, Intake, take_clues
from fangxian.services.consulting import Thread, threads_of
from fangxian.services.documents import document
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.services.receipts import new_receipt, receipt_hash
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.services.reported_words import Said, sealed
from fangxian.services.staff import staff_event
from fangxian.services.triage import Triage
from fangxian.store.store import Event
from fangxian.work import consulting
from fangxian.work.consultation_rows import select
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action

NAME: Final = "caller"
PURPOSE: Final = "hotline"
MOST_AT_ONCE: Final = 100
"""So many clues one call of the interface brings at most."""

_WHO: Final = Text("向医生咨询须填证件号码。", "To ask a doctor takes the number of a document.")
_NO_RECEIPT: Final = Text("没有这个回执号，请核对。", "There is no such receipt; compare it.")

Given = Mapping[str, Sequence[str]]


def assess_for_caller(living: Living, by: Principal, given: Given) -> Triage:
    """Return what a caller's answers come to, to be read out; without a document nothing is kept but a count.

    With one they are kept as the person's, said to be written down by an operator, and a high answer is a lead with how to reach them.
    """
    check(by, Action.REPORT_FOR_CALLER)
    if not _one(given, "id_number"):
        return assessing.assess_unnamed(living, given)
    caller, at = living.read(NAME, given), living.clock()
    expect_in_force(living, at)
    answers = living.read(assessing.NAME, given)
    event = _event(living, by, "caller_assessed", caller)
    with living.store.transaction(event, at=at) as transaction:
        contact = _contact(living, caller, event, Said.LEAD_CONTACT)
        return assessing.keep_assessment(living, transaction, answers, by_operator=True, contact=contact)


def ask_for_caller(living: Living, by: Principal, given: Given) -> str:
    """Put a caller into the queue of the doctors of where they live, and return the receipt by which the answer is read out."""
    caller, at, receipt = living.read(NAME, given), living.clock(), new_receipt()
    if not caller["id_number"]:
        raise BadAnswerError({"id_number": _WHO})
    expect_in_force(living, at)
    words = living.read("consultation", given)["words"]
    event = _event(living, by, "caller_asked_doctor", caller)
    with living.store.transaction(event, at=at) as transaction:
        consulting.open_consultation(
            transaction,
            region_code=caller["home"],
            words=sealed(living.vault, words, Said.CONSULTATION, of=str(event.person_id), begun_at=at),
            by_operator=True,
            contact=_contact(living, caller, event, Said.CONSULTATION),
            receipt_hash=receipt_hash(receipt),
        )
    return receipt


def answer_for_caller(living: Living, by: Principal, receipt: str) -> Thread:
    """Return the consultation of a receipt, to be read out; the look is an event about the person."""
    role = check(by, Action.REPORT_FOR_CALLER)
    person_id, consultation_id = _of_receipt(living, receipt)
    event = staff_event(by, "caller_told", purpose=PURPOSE, role=role, person_id=person_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        found = threads_of(living, transaction, person_id)
    return next(each for each in found if each.consultation.consultation_id == consultation_id)


def what_became(living: Living, by: Principal, receipt: str) -> Thread | clues.Followed:
    """Return what a receipt is of, to be read out: a consultation, or else a clue."""
    hashed = receipt_hash(receipt)
    with living.store.pool.connection() as connection:
        asked_doctor = bool(hashed and select(connection, sql.SQL("receipt_hash = %s"), [hashed], most=1))
    return answer_for_caller(living, by, receipt) if asked_doctor else clues.followed(living, receipt)


def more_for_caller(living: Living, by: Principal, receipt: str, words: str) -> None:
    """Write down what a caller answers to a doctor who asked back."""
    role = check(by, Action.REPORT_FOR_CALLER)
    consultation = answer_for_caller(living, by, receipt).consultation
    said = living.read("consultation", {"words": [words]})["words"]
    event = staff_event(by, "caller_said_more", purpose=PURPOSE, role=role, person_id=consultation.person_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        kept = sealed(living.vault, said, Said.CONSULTATION, of=consultation.person_id, begun_at=consultation.asked_at)
        consulting.reply(transaction, consultation, kept)


def report_for_caller(living: Living, by: Principal, given: Given) -> str:
    """Take a clue from a caller, and return the receipt to be read out."""
    answers = living.read(clues.NAME, given)
    return next(filter(None, _taken(living, by, [answers], [None])))


def report_many(living: Living, by: Principal, given: Sequence[tuple[str | None, Given]]) -> list[str | BadAnswerError | None]:
    """Take clues that the hotline's own system sends, at most a hundred, and return of each its receipt.

    None stands for one whose record came before, and a problem for one that cannot be read: it stops no other.
    """
    check(by, Action.REPORT_FOR_CALLER)
    read = [_read(living, answers) for _, answers in given]
    good = [(record, answers) for (record, _), answers in zip(given, read, strict=True) if not isinstance(answers, BadAnswerError)]
    receipts = iter(_taken(living, by, [answers for _, answers in good], [record for record, _ in good]) if good else ())
    return [answers if isinstance(answers, BadAnswerError) else next(receipts) for answers in read]


def _taken(living: Living, by: Principal, answers: Sequence[Answers], records: Sequence[str | None]) -> list[str | None]:
    role = check(by, Action.REPORT_FOR_CALLER)
    event = staff_event(by, "clue_for_caller", purpose=PURPOSE, role=role)
    return take_clues(Intake.of(living), answers, event, channel="hotline", records=records)


def _read(living: Living, given: Given) -> Answers | BadAnswerError:
    try:
        return living.read(clues.NAME, given)
    except BadAnswerError as bad:
        return bad


def _event(living: Living, by: Principal, action: str, caller: Answers) -> Event:
    role = check(by, Action.REPORT_FOR_CALLER)
    shown = document(caller["id_type"], caller["id_number"], on=living.today(living.clock()))
    person_id = living.vault.person_id(shown.id_type, shown.number)
    return Event(actor=by.subject, role=role, purpose=PURPOSE, action=action, person_id=person_id)


def _contact(living: Living, caller: Answers, event: Event, said: Said) -> bytes | None:
    if not caller["reach"]:
        return None
    return sealed(living.vault, caller["reach"], said, of=str(event.person_id), begun_at=living.clock())


def _of_receipt(living: Living, receipt: str) -> tuple[str, UUID]:
    hashed = receipt_hash(receipt)
    with living.store.pool.connection() as connection:
        found = select(connection, sql.SQL("receipt_hash = %s"), [hashed]) if hashed else ()
    if not found:
        raise RefusedError(_NO_RECEIPT)
    return found[0].person_id, found[0].consultation_id


def _one(given: Given, name: str) -> Any:
    return next(iter(given.get(name, ())), "").strip()
