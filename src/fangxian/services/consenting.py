"""The consents that somebody gives to organisations, and ends: each is a fact, and its end takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Consent, Text, Withdrawal, Workplace
from fangxian.services.acting import Acting
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import expect_registered
from fangxian.services.own_people import PURPOSE
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.sources.credit_codes import fault_of, spelled
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Transaction
from fangxian.work.subject import standing

_SOURCE: Final = "health-declaration"


@dataclass(frozen=True)
class Given:
    """A consent to an organisation; `since_at` is None where it was not given: the person works there, and may."""

    organisation_id: str
    since_at: datetime | None


def consents_of(living: Living, person_id: str, *, acting: Acting = Acting.PERSON) -> list[Given]:
    """Return the organisations that may see a person's colour, and those where the person works, which may not yet."""
    event = by_citizen("consents_seen", person_id, acting=acting, purpose="consent")
    with living.store.transaction(event, at=living.clock()) as transaction:
        return _consents(transaction, person_id)


def give_consent(living: Living, person_id: str, organisation_id: str, *, acting: Acting = Acting.PERSON) -> None:
    """Let an organisation see one's colour while one works there.

    It is one where a source says that one works, whatever its number, or any by its unified social credit code. Raises BadAnswerError
    for a number that is neither, saying what is wrong with it, RefusedError for whoever is registered no more.
    """
    at = living.clock()
    expect_in_force(living, at)
    event = by_citizen("consent_given", person_id, acting=acting, purpose="consent")
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        expect_registered(transaction)
        listed = {each.organisation_id: each for each in _consents(transaction, person_id)}
        wanted = organisation_id if organisation_id in listed else spelled(organisation_id)
        if wanted not in listed and (fault := fault_of(wanted)):
            raise BadAnswerError({"organisation_id": fault})
        if wanted in listed and listed[wanted].since_at:
            return
        fact = new_fact(Consent, event, source=_SOURCE, known_at=at, from_at=at, purpose=PURPOSE, given_to=wanted)
        record_in(transaction, {Consent: [fact]}, policies=[living.policy])


def end_consent(living: Living, person_id: str, organisation_id: str, *, acting: Acting = Acting.PERSON) -> None:
    """End a consent at once. Raises RefusedError where none was given."""
    at = living.clock()
    event = by_citizen("consent_ended", person_id, acting=acting, purpose="consent")
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        query = sql.SQL("SELECT DISTINCT fact_id FROM {} AS given WHERE person_id = %s AND purpose = %s AND given_to = %s").format(
            standing(Consent)
        )
        given = transaction.connection.execute(query, [UUID(person_id), PURPOSE, organisation_id]).fetchall()
        if len(given) != 1:
            raise RefusedError(Text("没有这项同意，请重新打开列表。", "There is no such consent; open the list again."))
        ended = {"fact_type": Consent.name, "withdrawn_fact_id": given[0][0], "reason": "consent_ended"}
        fact = new_fact(Withdrawal, event, source=_SOURCE, known_at=at, from_at=at, **ended)
        record_in(transaction, {Withdrawal: [fact]}, policies=[living.policy])


def _consents(transaction: Transaction, person_id: str) -> list[Given]:
    query = sql.SQL(
        "SELECT organisation_id, min(since_at) FROM ("
        " SELECT given_to AS organisation_id, from_at AS since_at FROM {consent} AS given WHERE person_id = %(person)s"
        " AND purpose = %(purpose)s AND (until_at IS NULL OR until_at > %(at)s)"
        " UNION ALL SELECT organisation_id, NULL FROM {workplace} AS workplace WHERE person_id = %(person)s"
        " AND (until_at IS NULL OR until_at > %(at)s)) AS each GROUP BY organisation_id ORDER BY organisation_id"
    ).format(consent=standing(Consent), workplace=standing(Workplace))
    values = {"person": UUID(person_id), "purpose": PURPOSE, "at": transaction.at}
    return [Given(*row) for row in transaction.connection.execute(query, values).fetchall()]
