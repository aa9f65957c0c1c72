"""Showing another one's code: whoever is known already is asked first, on their own phone; of a child, its guardian on theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import sql

from fangxian.services.acting import Acting, expect_may, may
from fangxian.services.children import guardian_of, guardianship
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import IN_CARE, OWN, RETENTION, Member, add_member, expect_one, masked_names, members_of
from fangxian.store.recording import hold_person, record_in
from fangxian.work.roles import Action


@dataclass(frozen=True, repr=False)
class Request:
    """That somebody asks to show a code: whose it is by the place on the phone that may answer, and a number to answer by.

    Whoever asks for a child (`in_care`) becomes its guardian if they are let. Where an adult `agreed`, they may take it back. Who asks
    is told by the masked name of that phone's own person: nobody agrees to they know not whom.
    """

    place: int
    request: UUID
    relation: str
    in_care: bool
    agreed: bool
    since_at: datetime
    asked_by: str


def ask(living: Living, phone_index: bytes, person_id: str, relation: str) -> None:
    """Ask an adult to let this phone show their code; whoever asks does not learn whether the adult has one."""
    event = by_citizen("family_asked", person_id, acting=Acting.FAMILY)
    with living.store.transaction(event, at=living.clock()) as transaction:
        hold_person(transaction)
        add_member(living, transaction, phone_index, relation, full_name=None)


def requests_to(living: Living, phone_index: bytes) -> tuple[Request, ...]:
    """Return who asks to show the code of the phone's own person, or of a child in that person's care; and whom an adult let.

    Whoever came of age is shown by those who were their guardians as if they had let them.
    """
    at = living.clock()
    people = {
        UUID(each.person_id): each.place
        for each in members_of(living, phone_index)
        if each.confirmed and may(each.acting, Action.ADD_FAMILY_MEMBER)
    }
    with living.store.pool.connection() as connection:
        rows = connection.execute(
            sql.SQL(
                "SELECT member.person_id, member.event_id, member.relation, "
                "member.in_care AND coalesce(member.in_care_until, 'infinity') > %s, "
                "member.confirmed_at IS NOT NULL, member.since_at, replace(asks.person_id::text, '-', ''), asks.masked_name, asks.period "
                "FROM account.member LEFT JOIN account.member AS asks "
                "ON asks.phone_index = member.phone_index AND asks.place = %s AND asks.ended_at IS NULL "
                "WHERE member.person_id = ANY(%s) AND member.place > 0 AND (member.confirmed_at IS NULL OR NOT {}) "
                "AND member.ended_at IS NULL ORDER BY member.since_at"
            ).format(IN_CARE),
            [at, OWN, list(people), at],
        ).fetchall()
    asking = masked_names(living, [row[6:] for row in rows])
    return tuple(
        Request(people[person], request, relation, in_care, agreed, since_at, name)
        for (person, request, relation, in_care, agreed, since_at, *_), name in zip(rows, asking, strict=True)
    )


def answer_request(living: Living, member: Member, request: UUID, *, agreed: bool) -> None:
    """Let another phone show the code of a member of this one, or not; whoever asked for a child is its guardian from then on.

    An adult who let a phone and answers otherwise later takes it back: that phone is signed no code any more.

    Raises RefusedError where nobody asks under this number, or where it is not this phone's to answer.
    """
    at = living.clock()
    if agreed:
        expect_in_force(living, at)
    expect_may(member.acting, Action.ADD_FAMILY_MEMBER)
    event = by_citizen("family_confirmed" if agreed else "family_refused", member.person_id, acting=member.acting)
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        done = transaction.connection.execute(
            sql.SQL(
                "UPDATE account.member SET confirmed_at = %s, ended_at = %s, masked_name = %s, period = %s, event_id = %s "
                "WHERE person_id = %s AND event_id = %s AND place > 0 AND ended_at IS NULL "
                "AND (confirmed_at IS NULL OR NOT {} AND NOT %s) "
                "RETURNING in_care AND coalesce(in_care_until, 'infinity') > %s, in_care_until, phone_index"
            ).format(IN_CARE),
            [
                *(at if agreed else None, None if agreed else at),
                *_named(living, member, at, agreed=agreed),
                *(transaction.event.event_id, UUID(member.person_id), request, at, agreed, at),
            ],
        )
        expect_one(done)
        in_care, until_at, asking = done.fetchone() or (False, None, b"")
        if agreed and in_care:
            care = guardianship(transaction, guardian_of(transaction, asking), until_at=until_at)
            record_in(transaction, care, policies=[living.policy])


def _named(living: Living, member: Member, at: datetime, *, agreed: bool) -> tuple[bytes | None, str | None]:
    """Return the sealed name for gates and its period; whoever was refused gets none."""
    if not agreed:
        return None, None
    period = f"{at:%Y-%m}"
    sealed = living.vault.seal(member.masked_name, person_id=member.person_id, retention=RETENTION, period=period, field="masked_name")
    return sealed, period
