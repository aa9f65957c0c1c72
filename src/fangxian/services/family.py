"""Showing another one's code: whoever is known already is asked first, on their own phone; of a child, its guardian on theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from fangxian.facts import Fact, Guardianship, Text
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import OWN, RETENTION, Member, add_member, expect_one, own_person
from fangxian.services.refusals import RefusedError
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Transaction
from fangxian.work.subject import standing

SOURCE: Final = "health-declaration"
_NOT_YOURS: Final = Text("只有本人或登记的监护人可以答复。", "Only the person or the registered guardian answers.")
_NO_GUARDIAN: Final = Text("请先为自己申领，再添加孩子。", "Apply for your own code first, then add the child.")

_CARE: Final = """
    EXISTS (
        SELECT FROM {guardianship} AS care
        JOIN account.member AS own ON own.person_id = replace(care.guardian_person_id, '-', '')::uuid AND own.place = 0
        WHERE care.person_id = mine.person_id AND own.phone_index = mine.phone_index AND own.ended_at IS NULL
            AND care.from_at <= %(at)s AND (care.until_at IS NULL OR care.until_at > %(at)s)
    )"""
"""Whether the own person of a phone is the registered guardian of somebody (`mine`) on its list."""


@dataclass(frozen=True, repr=False)
class Request:
    """That somebody asks to show a code: whose it is by the place on the phone that may answer, and a number to answer by."""

    place: int
    request: UUID
    relation: str
    since_at: datetime


def ask(living: Living, phone_index: bytes, person_id: str, relation: str) -> None:
    """Ask an adult to let this phone show their code; whoever asks does not learn whether the adult has one."""
    with living.store.transaction(by_citizen("family_asked", person_id), at=living.clock()) as transaction:
        hold_person(transaction)
        add_member(living, transaction, phone_index, relation, full_name=None)


def guardian_of(transaction: Transaction, phone_index: bytes) -> str:
    """Return who becomes the guardian of a child on a phone: its own person. Raises RefusedError where there is none."""
    found = own_person(transaction.connection, phone_index)
    if found is None:
        raise RefusedError(_NO_GUARDIAN)
    return found


def must_be_asked(transaction: Transaction, guardian: str) -> bool:
    """Return whether the event's person is known here already, and not in the care of whoever would be the guardian."""
    person = UUID(transaction.event.person_id)
    row = transaction.connection.execute(
        sql.SQL(
            "SELECT (EXISTS (SELECT FROM identities.identity WHERE person_id = %(person)s) OR EXISTS (SELECT FROM account.member "
            "WHERE person_id = %(person)s AND confirmed_at IS NOT NULL AND ended_at IS NULL)) AND NOT EXISTS ("
            "SELECT FROM {guardianship} AS care WHERE person_id = %(person)s AND replace(guardian_person_id, '-', '')::uuid = %(guardian)s "
            "AND (until_at IS NULL OR until_at > %(at)s))"
        ).format(guardianship=standing(Guardianship)),
        {"person": person, "guardian": UUID(guardian), "at": transaction.at},
    ).fetchone()
    return bool(row and row[0])


def guardianship(transaction: Transaction, guardian: str) -> dict[type[Fact], list[Mapping[str, Any]]]:
    """Return the fact that somebody looks after the event's person from now on."""
    event, at = transaction.event, transaction.at
    values = {"guardian_person_id": guardian, "relation": "parent"}
    return {Guardianship: [new_fact(Guardianship, event, source=SOURCE, known_at=at, from_at=at, **values)]}


def is_guardian(connection: psycopg.Connection[Any], member: Member, phone_index: bytes, *, at: datetime) -> bool:
    """Return whether a phone's own person is the registered guardian of a child on its list."""
    query = sql.SQL("SELECT FROM account.member AS mine WHERE person_id = %(person)s AND phone_index = %(phone)s AND ended_at IS NULL AND ")
    found = connection.execute(query + _care(), {"person": UUID(member.person_id), "phone": phone_index, "at": at}).fetchone()
    return member.relation == "child" and found is not None


def requests_to(living: Living, phone_index: bytes) -> tuple[Request, ...]:
    """Return who asks to show the code of the phone's own person, or of a child in that person's care."""
    query = sql.SQL(
        "SELECT mine.place, asked.event_id, asked.relation, asked.since_at "
        "FROM account.member AS mine JOIN account.member AS asked USING (person_id) "
        "WHERE mine.phone_index = %(phone)s AND mine.confirmed_at IS NOT NULL AND mine.ended_at IS NULL "
        "AND asked.place > 0 AND asked.confirmed_at IS NULL AND asked.ended_at IS NULL "
        "AND (mine.place = 0 OR mine.relation = 'child' AND {care}) ORDER BY asked.since_at"
    ).format(care=_care())
    with living.store.pool.connection() as connection:
        rows = connection.execute(query, {"phone": phone_index, "at": living.clock()}).fetchall()
    return tuple(Request(*row) for row in rows)


def answer_request(living: Living, member: Member, phone_index: bytes, request: UUID, *, agreed: bool) -> None:
    """Let another phone show the code of a member of this one, or not; whoever asked for a child is its guardian from then on.

    Raises RefusedError where nobody asks under this number, or where it is not this phone's to answer.
    """
    at = living.clock()
    if agreed:
        expect_in_force(living, at)
    with living.store.transaction(by_citizen("family_confirmed" if agreed else "family_refused", member.person_id), at=at) as transaction:
        hold_person(transaction)
        if member.place != OWN and not is_guardian(transaction.connection, member, phone_index, at=at):
            raise RefusedError(_NOT_YOURS)
        done = transaction.connection.execute(
            "UPDATE account.member SET confirmed_at = %s, ended_at = %s, masked_name = %s, period = %s, event_id = %s "
            "WHERE person_id = %s AND event_id = %s AND place > 0 AND confirmed_at IS NULL AND ended_at IS NULL "
            "RETURNING in_care, phone_index",
            [
                *(at if agreed else None, None if agreed else at),
                *_named(living, member, at, agreed=agreed),
                *(transaction.event.event_id, UUID(member.person_id), request),
            ],
        )
        expect_one(done)
        in_care, asking = done.fetchone() or (False, b"")
        if agreed and in_care:
            record_in(transaction, guardianship(transaction, guardian_of(transaction, asking)), policies=[living.policy])


def _named(living: Living, member: Member, at: datetime, *, agreed: bool) -> tuple[bytes | None, str | None]:
    """Return the sealed name for gates and its period; whoever was refused gets none."""
    if not agreed:
        return None, None
    period = f"{at:%Y-%m}"
    sealed = living.vault.seal(member.masked_name, person_id=member.person_id, retention=RETENTION, period=period, field="masked_name")
    return sealed, period


def _care() -> sql.Composable:
    return sql.SQL(_CARE).format(guardianship=standing(Guardianship))
