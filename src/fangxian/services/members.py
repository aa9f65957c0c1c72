"""Whose codes a phone shows: its own person, and up to five of the family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.errors import UniqueViolation

from fangxian.facts import Guardianship, Text
from fangxian.facts.fact import Retention
from fangxian.services.accounts import session_hash
from fangxian.services.acting import Acting
from fangxian.services.living import Living, by_citizen
from fangxian.services.opened import opened
from fangxian.services.refusals import RefusedError
from fangxian.signed.credential import masked
from fangxian.store.store import Transaction
from fangxian.work.subject import standing

MOST_FAMILY: Final = 5
UNNAMED: Final = "—"
RETENTION: Final = str(Retention.REGISTER)
_NO_PLACE: Final = -1
OWN: Final = 0
"""The place of the phone's own person."""

_FULL: Final = Text(
    f"一部手机可出示本人和最多 {MOST_FAMILY} 名家人的码；请先移除一人。",
    f"A phone shows its own person and up to {MOST_FAMILY} of the family; take somebody off first.",
)
_ELSEWHERE: Final = Text(
    "该证件已用另一手机号登记。请用原手机号登录后移除，或持证件到服务点变更号码。",
    "This document is registered with another phone. Log in with that phone and remove it, or bring the document to a service point.",
)
NOBODY_THERE: Final = Text("您的手机上没有这个人。", "There is nobody at this place of your phone.")


@dataclass(frozen=True, repr=False)
class Member:
    """Somebody whose code a phone shows, or will once they confirm; `person_id` goes into no page and no address."""

    place: int
    person_id: str
    relation: str
    since_at: datetime
    confirmed: bool
    masked_name: str
    acting: Acting


IN_CARE: Final = sql.SQL("""(
    member.in_care AND EXISTS (
        SELECT FROM {guardianship} AS care
        JOIN account.member AS own ON own.person_id = replace(care.guardian_person_id, '-', '')::uuid AND own.place = 0
        JOIN (SELECT %s::timestamp) AS moment (at) ON moment.at >= care.from_at
            AND moment.at < coalesce(least(care.until_at, member.in_care_until), 'infinity')
        WHERE care.person_id = member.person_id AND own.phone_index = member.phone_index AND own.ended_at IS NULL
    ))""").format(guardianship=standing(Guardianship))
"""Whether a `member` of a phone's list is a child in the care of its own person at an instant, which it takes; nobody is who is of age."""

_ACTING: Final = sql.SQL("CASE WHEN member.place = 0 THEN 'citizen' WHEN {} THEN 'guardian' ELSE 'family' END").format(IN_CARE)
"""As whom a phone acts for a `member` of its list at an instant, which it takes before what follows it."""


def members_of(living: Living, phone_index: bytes) -> tuple[Member, ...]:
    """Return the people of a phone by their places, the own person first."""
    at = living.clock()
    with living.store.pool.connection() as connection:
        rows = connection.execute(
            sql.SQL(
                "SELECT place, replace(person_id::text, '-', ''), relation, since_at, confirmed_at IS NOT NULL, masked_name, period, {} "
                "FROM account.member WHERE phone_index = %s AND ended_at IS NULL ORDER BY place"
            ).format(_ACTING),
            [at, phone_index],
        ).fetchall()
    return tuple(_named(living, rows))


def members_in(living: Living, asked: Sequence[tuple[str, int]]) -> list[Member | Text | None]:
    """Return the confirmed member at a place of the phone of each session, which is given by its secret.

    It is None where there is no such session, and what to say where there is nobody at that place.
    """
    at, places = living.clock(), [place if OWN <= place <= MOST_FAMILY else _NO_PLACE for _, place in asked]
    with living.store.pool.connection() as connection:
        rows = connection.execute(
            sql.SQL(
                "SELECT n, session.session_hash IS NOT NULL, member.place, replace(person_id::text, '-', ''), relation, since_at, "
                "confirmed_at IS NOT NULL, masked_name, period, {} "
                "FROM unnest(%s::bytea[], %s::int[]) WITH ORDINALITY AS asked (secret, place, n) "
                "LEFT JOIN account.session ON session.session_hash = asked.secret AND session.ends_at > %s "
                "LEFT JOIN account.member ON member.phone_index = session.phone_index AND member.place = asked.place "
                "AND member.ended_at IS NULL AND member.confirmed_at IS NOT NULL"
            ).format(_ACTING),
            [at, [session_hash(secret) for secret, _ in asked], places, at],
        ).fetchall()
    found: dict[int, Member | Text | None] = {row[0]: NOBODY_THERE for row in rows if row[1]}
    there = [row for row in rows if row[2] is not None]
    found |= zip((row[0] for row in there), _named(living, [row[2:] for row in there]), strict=True)
    return [found.get(n) for n in range(1, len(asked) + 1)]


def _named(living: Living, rows: Sequence[tuple[Any, ...]]) -> list[Member]:
    """Return members from their rows, their masked names open; whoever has not confirmed is not named to whoever asked for them."""
    kept = [(UUID(person_id), sealed, period) for _, person_id, _, _, _, sealed, period, _ in rows]
    names = opened(living, kept, retention=RETENTION, field="masked_name")
    return [
        Member(place, person_id, relation, since_at, confirmed, name or UNNAMED, Acting(acting))
        for (place, person_id, relation, since_at, confirmed, _, _, acting), name in zip(rows, names, strict=True)
    ]


def member_at(living: Living, phone_index: bytes, place: int) -> Member:
    """Return the confirmed member at a place; raises RefusedError where there is none."""
    for member in members_of(living, phone_index):
        if member.place == place and member.confirmed:
            return member
    raise RefusedError(NOBODY_THERE)


def hold_members(connection: psycopg.Connection[Any], members: Sequence[Member]) -> frozenset[Member]:
    """Return those who still have their place, and let whoever ends one wait for this transaction's end.

    Between the page and what is done for it a place may end: a code that is signed then would count for a phone that lost it.
    """
    rows = connection.execute(
        "SELECT replace(person_id::text, '-', ''), since_at FROM account.member JOIN unnest(%s::uuid[], %s::timestamp[]) "
        "AS held (person_id, since_at) USING (person_id, since_at) WHERE ended_at IS NULL AND confirmed_at IS NOT NULL "
        "ORDER BY person_id FOR SHARE OF member",
        [[member.person_id for member in members], [member.since_at for member in members]],
    ).fetchall()
    standing = set(rows)
    return frozenset(member for member in members if (member.person_id, member.since_at) in standing)


def expect_registered(transaction: Transaction) -> None:
    """Raise RefusedError where the event's person has no place any more on a phone as its own person, or as a child or family.

    Between the page and what is recorded for it somebody may have deleted their data, or had them released: what they say then would
    be kept of somebody who is not here. Hold the person first.
    """
    event = transaction.event
    found = transaction.connection.execute(
        "SELECT FROM account.member WHERE person_id = %s AND (place = %s) = %s AND confirmed_at IS NOT NULL AND ended_at IS NULL",
        [UUID(event.person_id), OWN, event.actor == Acting.PERSON],
    )
    if not found.rowcount:
        raise RefusedError(NOBODY_THERE)


def own_person(connection: psycopg.Connection[Any], phone_index: bytes) -> str | None:
    """Return a phone's own person, None where nobody applied for their own code with it."""
    row = connection.execute(
        "SELECT person_id FROM account.member WHERE phone_index = %s AND place = %s AND ended_at IS NULL", [phone_index, OWN]
    ).fetchone()
    return row[0].hex if row else None


def add_member(
    living: Living,
    transaction: Transaction,
    phone_index: bytes,
    relation: str,
    *,
    full_name: str | None,
    in_care_until: datetime | None = None,
) -> int:
    """Put the event's person on a phone's list and return the place; without a name somebody has yet to confirm.

    A child is in the care of the phone's own person until it is of age, which is `in_care_until`.

    Whoever is at such a place already and gives their name stays there, named anew: so a registration is kept for longer than a year.
    Raises RefusedError where the list is full, or this would be the person's own phone and they have another, or a guardian has them
    on theirs.
    """
    connection, event = transaction.connection, transaction.event
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [phone_index.hex()])
    held: dict[int, Any] = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT place, person_id, relation, confirmed_at IS NOT NULL FROM account.member WHERE phone_index = %s AND ended_at IS NULL",
            [phone_index],
        ).fetchall()
    }
    person = UUID(event.person_id)
    period = f"{transaction.at:%Y-%m}" if full_name else None
    sealed = full_name and living.vault.seal(
        masked(full_name), person_id=person.hex, retention=RETENTION, period=str(period), field="masked_name"
    )
    for place, (there, as_what, confirmed) in held.items():
        if there != person:
            continue
        if not full_name or not confirmed or as_what != relation:
            raise RefusedError(Text("此人已在您的名单上。", "This person is on your list already."))
        _name_anew(transaction, person, sealed, period, in_care_until)
        return place
    places = [OWN] if relation == "self" else [place for place in range(1, MOST_FAMILY + 1) if place not in held]
    if not places or places[0] in held:
        raise RefusedError(_FULL)
    if places[0] == OWN and _is_in_care_elsewhere(transaction, person, phone_index):
        raise RefusedError(_ELSEWHERE)
    try:
        connection.execute(
            "INSERT INTO account.member (person_id, phone_index, place, relation, in_care, in_care_until, masked_name, period, "
            "since_at, confirmed_at, event_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                person,
                phone_index,
                places[0],
                relation,
                in_care_until is not None,
                in_care_until,
                sealed,
                period,
                transaction.at,
                transaction.at if full_name else None,
                event.event_id,
            ],
        )
    except UniqueViolation:
        raise RefusedError(_ELSEWHERE) from None
    return places[0]


def _name_anew(transaction: Transaction, person: UUID, sealed: Any, period: str | None, in_care_until: datetime | None) -> None:
    """Keep somebody's name for gates under the present month's key, on every phone that shows them, and a child's coming of age."""
    transaction.connection.execute(
        "UPDATE account.member SET masked_name = %s, period = %s, event_id = %s, "
        "in_care_until = CASE WHEN in_care THEN coalesce(%s, in_care_until) END "
        "WHERE person_id = %s AND confirmed_at IS NOT NULL AND ended_at IS NULL",
        [sealed, period, transaction.event.event_id, in_care_until, person],
    )


def _is_in_care_elsewhere(transaction: Transaction, person: UUID, phone_index: bytes) -> bool:
    row = transaction.connection.execute(
        "SELECT EXISTS (SELECT FROM account.member WHERE person_id = %s AND phone_index <> %s AND in_care "
        "AND coalesce(in_care_until, 'infinity') > %s AND confirmed_at IS NOT NULL AND ended_at IS NULL)",
        [person, phone_index, transaction.at],
    ).fetchone()
    return bool(row and row[0])


def end_membership(living: Living, member: Member, phone_index: bytes) -> None:
    """Take somebody off a phone's list; their own code stays what it is."""
    at = living.clock()
    with living.store.transaction(by_citizen("family_ended", member.person_id, acting=member.acting), at=at) as transaction:
        done = transaction.connection.execute(
            "UPDATE account.member SET ended_at = %s, event_id = %s WHERE person_id = %s AND phone_index = %s AND ended_at IS NULL",
            [at, transaction.event.event_id, UUID(member.person_id), phone_index],
        )
        expect_one(done)


def expect_one(done: psycopg.Cursor[Any]) -> None:
    """Raise RefusedError where a statement found nothing that it could be done to."""
    if done.rowcount != 1:
        raise RefusedError(Text("没有这条记录，请重新打开名单。", "There is no such entry any more; open the list again."))
