"""The day credential: the code as the store has it, signed for a key that lives in the phone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import psycopg

from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.services.acting import expect_may
from fangxian.services.counting import CREDENTIALS
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import NOBODY_THERE, Member, hold_members, members_in
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.signed import cose
from fangxian.signed.credential import DayCredential, token_id
from fangxian.signed.issue import issue
from fangxian.signed.limits import LIMITS
from fangxian.signed.unreadable import UnreadableError
from fangxian.store.store import write_events
from fangxian.store.tokens import Token, remember_tokens, revoked_on
from fangxian.work.roles import Action

_CHANGING: Final = Text("您的码正在变化，请一秒后再试。", "Your code is changing at this moment. Please try again in a second.")


@dataclass(frozen=True)
class Issued:
    """A signed day credential, its colour and its end."""

    text: str
    colour: Colour
    valid_until: datetime


def issue_day(living: Living, member: Member, phone_key: bytes) -> Issued:
    """Return the person's code for the coming hours, bound to a phone's public key (a P-256 point, 65 bytes).

    It ends after a day, or where the colour changes by itself before. Raises BadAnswerError for a key that is none, and RefusedError
    where the person is no longer on the phone, or where the colour changes within this very second.
    """
    check_key(phone_key)
    issued = issue_days(living, [(member, phone_key)])[0]
    if isinstance(issued, Text):
        raise RefusedError(issued)
    return issued


def issue_days(living: Living, asked: Sequence[tuple[Member, bytes]]) -> list[Issued | Text]:
    """Return what `issue_day` does for each of many, in one transaction, or why it is refused; every key must have been checked."""
    at = living.clock()
    expect_in_force(living, at)
    today, people = living.today(at), list({member.person_id for member, _ in asked})
    salt, signer = living.vault.day_salt(today), living.signing.signer(at)
    with living.store.together() as connection:
        there = hold_members(connection, [member for member, _ in asked])
        again = revoked_on(connection, people, today)
        colours = stored_colours(connection, living.policy.name, people, at=at)

        def made_for(member: Member, phone_key: bytes) -> DayCredential | Text:
            if member not in there:
                return NOBODY_THERE
            lasts = lifetime(colours[member.person_id], at, longest=LIMITS.day_credential_longest)
            if isinstance(lasts, Text):
                return lasts
            return DayCredential(
                token_id=token_id(salt, member.person_id, again=again.get(member.person_id, 0)),
                region_code=living.region_code,
                colour=colours[member.person_id].colour,
                masked_name=member.masked_name,
                issued_at=lasts[0],
                valid_until=lasts[1],
                phone_key=phone_key,
            )

        made = [made_for(member, phone_key) for member, phone_key in asked]
        issued = [
            (each, by_citizen("code_issued", member.person_id, acting=member.acting))
            for each, (member, _) in zip(made, asked, strict=True)
            if isinstance(each, DayCredential)
        ]
        write_events(connection, [event for _, event in issued], at=at)
        # Somebody who asks twice at once has one token.
        tokens = {
            each.token_id: Token(
                person_id=str(event.person_id),
                token_id=each.token_id,
                on=today,
                colour=each.colour,
                issued_at=each.issued_at,
                valid_until=each.valid_until,
                event_id=event.event_id,
            )
            for each, event in issued
        }
        remember_tokens(connection, list(tokens.values()))
    for colour, times in Counter(each.colour for each, _ in issued).items():
        CREDENTIALS.labels(colour).inc(times)
    return [each if isinstance(each, Text) else Issued(issue(each, by=signer), each.colour, each.valid_until) for each in made]


class Asked(NamedTuple):
    """Somebody who asks for a code: the secret of their session, the place on its phone's list, and the phone's key, checked."""

    secret: str
    place: int
    phone_key: bytes


def issue_to_sessions(living: Living, asked: Sequence[Asked]) -> list[Issued | Text | None]:
    """Return what `issue_day` does for whoever stands at a place of each session's phone, or why it is refused; None without a session."""
    found = [_expected(each) for each in members_in(living, [(one.secret, one.place) for one in asked])]
    there = [(member, one.phone_key) for member, one in zip(found, asked, strict=True) if isinstance(member, Member)]
    issued = iter(issue_days(living, there) if there else ())
    return [next(issued) if isinstance(each, Member) else each for each in found]


def _expected(member: Member | Text | None) -> Member | Text | None:
    """Return what to say to whoever may not have a code shown at this place, and everything else as it is."""
    try:
        if isinstance(member, Member):
            expect_may(member.acting, Action.SEE_OWN_CODE)
    except RefusedError as refused:
        return refused.words
    return member


def lifetime(standing: Standing, at: datetime, *, longest: timedelta) -> tuple[datetime, datetime] | Text:
    """Return when a code that is issued now begins and ends, in the whole seconds that it has; what to say where it would end at once."""
    begins = at.replace(microsecond=0)
    ends = min(standing.until, begins + longest).replace(microsecond=0)
    return (begins, ends) if ends > begins else _CHANGING


def day_token(living: Living, connection: psycopg.Connection[Any], person_id: str, *, at: datetime) -> bytes:
    """Return the token of a person's code on phones on the day of an instant; one that was revoked is not used again."""
    today = living.today(at)
    again = revoked_on(connection, [person_id], today).get(person_id, 0)
    return token_id(living.vault.day_salt(today), person_id, again=again)


class Standing(NamedTuple):
    """A colour by the store's hits, and when it next is another by itself: datetime.max where it stays."""

    colour: Colour
    until: datetime


def stored_colour(connection: psycopg.Connection[Any], policy: str, person_id: str, *, at: datetime) -> Standing:
    """Return a person's colour at an instant, and its end."""
    return stored_colours(connection, policy, [person_id], at=at)[person_id]


def stored_colours(connection: psycopg.Connection[Any], policy: str, person_ids: Sequence[str], *, at: datetime) -> dict[str, Standing]:
    """Return each person's colour at an instant, and its end."""
    rows = connection.execute(
        _STANDING, {"at": at, "people": list(person_ids), "policy": policy, "ladder": [str(each) for each in Colour]}
    ).fetchall()
    found = {person: Standing(list(Colour)[rank], until or datetime.max) for person, rank, until in rows}
    return dict.fromkeys(person_ids, Standing(Colour.GREEN, datetime.max)) | found


_STANDING: Final = """
    WITH hit AS (
        SELECT person_id, array_position(%(ladder)s::text[], colour::text) - 1 AS rank, from_at, until_at FROM code.hit
        WHERE person_id = ANY(%(people)s::uuid[]) AND policy = %(policy)s AND (until_at IS NULL OR until_at > %(at)s)
    ), turn AS (
        SELECT DISTINCT person_id, greatest(at, %(at)s) AS at FROM hit CROSS JOIN LATERAL (VALUES (%(at)s), (from_at), (until_at)) AS t (at)
        WHERE at IS NOT NULL
    ), worst AS (
        SELECT person_id, at, coalesce(max(rank) FILTER (WHERE from_at <= at AND (until_at IS NULL OR until_at > at)), 0) AS rank
        FROM turn JOIN hit USING (person_id) GROUP BY person_id, at
    ), present AS (SELECT person_id, rank FROM worst WHERE at = %(at)s)
    SELECT replace(person_id::text, '-', ''), present.rank, min(at) FILTER (WHERE worst.rank <> present.rank)
    FROM present JOIN worst USING (person_id) GROUP BY person_id, present.rank
"""
"""Each person's colour at every instant at which one of their hits begins or ends: the first that is another ends the present one."""


def check_key(phone_key: bytes) -> None:
    """Raise BadAnswerError for what is no key of a phone."""
    try:
        cose.public_key(phone_key)
    except (UnreadableError, ValueError):
        raise BadAnswerError({"phone_key": Text("不是 P-256 公钥。", "It is not a point of P-256, uncompressed.")}) from None
