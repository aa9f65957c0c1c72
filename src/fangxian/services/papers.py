"""Codes on paper: for oneself and a child in one's care, by phone; for whoever has no phone at all, at a service point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.services.declaring import enrolment_facts
from fangxian.services.documents import Document
from fangxian.services.issuing import lifetime, stored_colour
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import NOBODY_THERE, RETENTION, Member, hold_members
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.services.staff import staff_event
from fangxian.signed.credential import PaperCredential, masked, token_id
from fangxian.signed.issue import issue
from fangxian.signed.limits import LIMITS
from fangxian.signed.paper import paper_pdf
from fangxian.store.identities import Identity, keep_identity
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Transaction
from fangxian.store.tokens import Token, remember_tokens, revoke_papers
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action

A_DAY: Final = 1
MOST_DAYS: Final = LIMITS.paper_longest // timedelta(days=1)
_PURPOSE: Final = "service point"


@dataclass(frozen=True, repr=False)
class Paper:
    """A printed code: the page as PDF, its text, its colour and its end. It has no printable form but the page."""

    pdf: bytes
    text: str
    colour: Colour
    valid_until: datetime


def paper_of_member(living: Living, member: Member, *, days: int = A_DAY) -> Paper:
    """Return a code on paper of somebody on the phone's list; papers that were printed before no longer count."""
    at = living.clock()
    expect_in_force(living, at)
    with living.store.transaction(by_citizen("paper_issued", member.person_id, acting=member.acting), at=at) as transaction:
        hold_person(transaction)
        if not hold_members(transaction.connection, [member]):
            raise RefusedError(NOBODY_THERE)
        return _print(living, transaction, member.person_id, member.masked_name, days=days)


def enrol_without_phone(
    living: Living, by: Principal, identity: Mapping[str, Any], document: Document, answers: Mapping[str, Any], *, days: int = A_DAY
) -> Paper:
    """Enrol somebody who stands at a service point, with a declaration, and return their code on paper.

    Everything is there together or not at all. Whoever has a code already declares anew. Raises Forbidden for staff who may not.
    """
    role = check(by, Action.ENROL_AT_SERVICE_POINT)
    at = living.clock()
    expect_in_force(living, at)
    person_id = living.vault.person_id(document.id_type, document.number)
    event = staff_event(by, "enrolled_without_phone", purpose=_PURPOSE, role=role, person_id=person_id)
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        who = Identity(
            person_id=person_id, full_name=identity["full_name"], id_type=document.id_type, id_number=document.number, at_desk=True
        )
        keep_identity(transaction, living.vault, who, retention=RETENTION)
        record_in(transaction, enrolment_facts(living, transaction, identity, document, answers), policies=[living.policy])
        number = document.number if document.id_type == "none" else ""
        return _print(living, transaction, person_id, masked(identity["full_name"]), days=days, number=number)


def expect_days(days: int) -> None:
    """Raise BadAnswerError for days that no paper lasts."""
    if not 1 <= days <= MOST_DAYS:
        raise BadAnswerError({"days": Text(f"有效期为 1 到 {MOST_DAYS} 天。", f"It lasts from 1 to {MOST_DAYS} days.")})


def _print(living: Living, transaction: Transaction, person_id: str, masked_name: str, *, days: int, number: str = "") -> Paper:
    expect_days(days)
    at = transaction.at
    standing = stored_colour(transaction.connection, living.policy.name, person_id, at=at)
    lasts = lifetime(standing, at, longest=timedelta(days=days))
    if isinstance(lasts, Text):
        raise RefusedError(lasts)
    colour, (issued_at, valid_until) = standing.colour, lasts
    revoke_papers(transaction, person_id=person_id)
    credential = PaperCredential(
        token_id=token_id(living.vault.day_salt(living.today(at)), person_id, paper=_number(living, transaction, person_id)),
        region_code=living.region_code,
        colour=colour,
        masked_name=masked_name,
        issued_at=issued_at,
        valid_until=valid_until,
    )
    text = issue(credential, by=living.signing.signer(at))
    token = Token(
        person_id=person_id,
        token_id=credential.token_id,
        on=living.today(at),
        colour=colour,
        issued_at=issued_at,
        valid_until=valid_until,
        event_id=transaction.event.event_id,
        paper=True,
    )
    remember_tokens(transaction.connection, [token])
    return Paper(paper_pdf(text, credential, number=number), text, colour, credential.valid_until)


def _number(living: Living, transaction: Transaction, person_id: str) -> int:
    """Return the number of the person's next paper of the day: each has a token of its own."""
    row = transaction.connection.execute(
        "SELECT count(*) FROM code.token WHERE person_id = %s AND on_day = %s AND paper", [UUID(person_id), living.today(transaction.at)]
    ).fetchone()
    return 1 + (row[0] if row else 0)
