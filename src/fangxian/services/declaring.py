"""Applying for a code, declaring, checking in: answers become facts, and the code follows from them in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import CheckIn, Consent, Enrolment, Fact, HealthDeclaration, RegionStay, Residence, Text, Trip
from fangxian.services.acting import Acting
from fangxian.services.children import SOURCE, guardian_of, guardianship, must_be_asked
from fangxian.services.documents import Document
from fangxian.services.keeping import OtherNameError, expect_own, expect_seen_name, keep_as_typed
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import add_member, expect_registered
from fangxian.services.real_name import check_name
from fangxian.services.refusals import BadAnswerError, TooManyError
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Event, Transaction

Answers = Mapping[str, Any]
_CHECKED_IN: Final = "daily-check-in"
_A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 100
"""So often within 24 hours one person may declare, check in, or tell of a trip: each may stand among the code's reasons for weeks."""

_NOT_A_CHILD: Final = Text(
    "儿童须用居民身份证号码登记，且未满 18 岁；成年家人请用“添加家人”。",
    "A child is entered by a resident identity number and is under 18; for an adult use “add family”.",
)
Facts = dict[type[Fact], list[Mapping[str, Any]]]


def enrol(living: Living, identity: Answers, document: Document, answers: Answers, *, phone_index: bytes, phone: str) -> int:
    """Enrol somebody on their own phone with a first declaration and return the person's place there.

    `identity` and `answers` are those of the questionnaires of these names. Everything is there together or not at all: who the
    person is (sealed), the phone's list, the facts, the code, the event. `phone` is the number to reach the person by; it must be the
    one that was logged in with. Raises RefusedError where it is another, and where `expect_own` or `add_member` does.
    """
    expect_own_phone(living, phone, phone_index)
    with _applying(living, "enrol", document, identity["full_name"], Acting.PERSON) as transaction:
        expect_own(transaction, document, phone_index, on=living.today(transaction.at))
        expect_seen_name(living, transaction, identity["full_name"])
        place = add_member(living, transaction, phone_index, "self", full_name=identity["full_name"])
        keep_as_typed(living, transaction, identity, document, phone=phone)
        record_in(transaction, enrolment_facts(living, transaction, identity, document, answers), policies=[living.policy])
    return place


def enrol_child(living: Living, identity: Answers, document: Document, answers: Answers, *, phone_index: bytes) -> int:
    """Enrol a child in the care of the phone's own person, and return its place there.

    A child that is known already is not enrolled again: the place counts once the child's own phone or its guardian agrees, and nothing
    is kept or recorded of what was answered. Raises BadAnswerError for a document that shows no age under 18, RefusedError where the
    phone has no person of its own, and where `must_be_asked` says that a service point sees to the child.
    """
    of_age_on = expect_child(document, on=living.today(living.clock()))
    with _applying(living, "child_applied_for", document, identity["full_name"], Acting.FAMILY) as transaction:
        guardian, of_age_at = guardian_of(transaction, phone_index), living.policy.starts(of_age_on)
        if must_be_asked(transaction, guardian):
            return add_member(living, transaction, phone_index, "child", full_name=None, in_care_until=of_age_at)
        expect_seen_name(living, transaction, identity["full_name"])
        place = add_member(living, transaction, phone_index, "child", full_name=identity["full_name"], in_care_until=of_age_at)
        keep_as_typed(living, transaction, identity, document)
        facts = enrolment_facts(living, transaction, identity, document, answers) | guardianship(transaction, guardian, until_at=of_age_at)
        record_in(transaction, facts, policies=[living.policy])
    return place


def expect_own_phone(living: Living, phone: str, phone_index: bytes) -> None:
    """Raise BadAnswerError where a number, in international form, is not the one that was logged in with."""
    if living.vault.phone_index(phone) != phone_index:
        raise BadAnswerError({"phone": Text("请填登录时用的手机号。", "Give the number that you logged in with.")})


def expect_child(document: Document, *, on: date) -> date:
    """Return the day on which a child comes of age. Raises BadAnswerError for a document that shows no age under 18 on a day."""
    if document.of_age_on is None or not document.is_of_a_child(on):
        raise BadAnswerError({"id_number": _NOT_A_CHILD})
    return document.of_age_on


@contextmanager
def _applying(living: Living, action: str, document: Document, full_name: str, acting: Acting) -> Iterator[Transaction]:
    """Give the transaction of somebody who applies, once the register has not said that the name is another's.

    Where a name was opened and is another, its event is committed before that is said.
    """
    at = living.clock()
    expect_in_force(living, at)
    checked = check_name(living.register, document, full_name)
    event = by_citizen(action, living.vault.person_id(document.id_type, document.number), acting=acting, name=checked)
    refused: OtherNameError | None = None
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        try:
            yield transaction
        except OtherNameError as other:
            refused = other
    if refused:
        raise refused


def enrolment_facts(living: Living, transaction: Transaction, identity: Answers, document: Document, answers: Answers) -> Facts:
    """Return the facts of somebody who applies for a code and declares: enrolled, living there, well or not."""
    event, at = transaction.event, transaction.at
    facts = _declared(living, event, answers, at)
    enrolled = {"region_code": living.region_code, "id_type": document.id_type}
    facts[Enrolment] = [new_fact(Enrolment, event, source=SOURCE, known_at=at, from_at=at, **enrolled)]
    facts[Residence] = [new_fact(Residence, event, source=SOURCE, known_at=at, from_at=at, region_code=identity["home"])]
    return facts


def declare(living: Living, person_id: str, answers: Answers, *, acting: Acting = Acting.PERSON) -> None:
    """Record a further declaration of somebody who is enrolled."""
    at = living.clock()
    expect_in_force(living, at)
    event = by_citizen("declare", person_id, acting=acting)
    with living.store.transaction(event, at=at) as transaction:
        _expect_may_say(transaction, HealthDeclaration, SOURCE)
        record_in(transaction, _declared(living, event, answers, at), policies=[living.policy])


def check_in(living: Living, person_id: str, answers: Answers, *, acting: Acting = Acting.PERSON) -> None:
    """Record the day's report of somebody's health."""
    at = living.clock()
    expect_in_force(living, at)
    event = by_citizen("check_in", person_id, acting=acting)
    report = new_fact(CheckIn, event, source=_CHECKED_IN, known_at=at, from_at=at, **_picked(answers, ("temperature_c", "symptoms")))
    with living.store.transaction(event, at=at) as transaction:
        _expect_may_say(transaction, CheckIn, _CHECKED_IN)
        record_in(transaction, {CheckIn: [report]}, policies=[living.policy])


def declare_trip(living: Living, person_id: str, trip: Answers) -> None:
    """Record a trip that somebody says they made; `trip` has the columns of the fact but its instants.

    Of its time only the day is known: it counts from the day's beginning.
    """
    at = living.clock()
    expect_in_force(living, at)
    event = by_citizen("declare_trip", person_id)
    starts = min(at, living.policy.starts(trip["travelled_on"]))
    fact = new_fact(Trip, event, source=SOURCE, known_at=at, from_at=starts, **trip)
    with living.store.transaction(event, at=at) as transaction:
        _expect_may_say(transaction, Trip, SOURCE)
        record_in(transaction, {Trip: [fact]}, policies=[living.policy])


def _expect_may_say(transaction: Transaction, fact_type: type[Fact], source: str) -> None:
    """Raise RefusedError for the event's person who is registered no more, TooManyError for who has said so much of a kind within a day.

    What somebody says at once comes one by one.
    """
    person_id = hold_person(transaction)
    expect_registered(transaction)
    query = sql.SQL("SELECT count(*) FROM facts.{} WHERE person_id = %s AND source = %s AND known_at > %s").format(
        sql.Identifier(fact_type.name)
    )
    row = transaction.connection.execute(query, [UUID(person_id), source, transaction.at - _A_DAY]).fetchone()
    if row and row[0] >= MOST_A_DAY:
        raise TooManyError(int(_A_DAY.total_seconds()))


def _declared(living: Living, event: Event, answers: Answers, at: datetime) -> Facts:
    said = _picked(answers, ("temperature_c", "symptoms", "contacted_case", "stayed_in_key_area"))
    facts: Facts = {
        HealthDeclaration: [new_fact(HealthDeclaration, event, source=SOURCE, known_at=at, from_at=at, **said)],
        Consent: [new_fact(Consent, event, source=SOURCE, known_at=at, from_at=at, purpose="health_code")],
    }
    if answers["stayed_in_key_area"]:
        facts[RegionStay] = [_stay(living, event, answers, at)]
    return facts


def _stay(living: Living, event: Event, answers: Answers, at: datetime) -> Mapping[str, Any]:
    """Return the stay that was declared: of it is known only the day it ended, or that it goes on; nothing more is claimed."""
    left_on = answers["left_on"]
    span = {"from_at": at, "until_at": None}
    if left_on is not None:
        start = living.policy.starts(left_on)
        span = {"from_at": start, "until_at": min(at, living.policy.starts(left_on) + _A_DAY)}
    return new_fact(RegionStay, event, source=SOURCE, known_at=at, region_code=answers["stay"], basis="declared", **span)


def _picked(answers: Answers, names: Sequence[str]) -> dict[str, Any]:
    return {name: answers[name] for name in names}
