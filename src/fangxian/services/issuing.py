"""The day credential: the code as the store has it, signed for a key that lives in the phone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.services.counting import CREDENTIALS
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import Member
from fangxian.services.refusals import BadAnswerError
from fangxian.signed import cose
from fangxian.signed.credential import DayCredential, token_id
from fangxian.signed.issue import issue
from fangxian.signed.limits import LIMITS
from fangxian.signed.unreadable import UnreadableError
from fangxian.store.tokens import Token, remember_tokens, revoked_on


@dataclass(frozen=True)
class Issued:
    """A signed day credential, its colour and its end."""

    text: str
    colour: Colour
    valid_until: datetime


def issue_day(living: Living, member: Member, phone_key: bytes) -> Issued:
    """Return the person's code for the coming hours, bound to a phone's public key (a P-256 point, 65 bytes).

    It ends after a day, or where the colour changes by itself before. Raises BadAnswerError for a key that is none.
    """
    check_key(phone_key)
    return issue_days(living, [(member, phone_key)])[0]


def issue_days(living: Living, asked: Sequence[tuple[Member, bytes]]) -> list[Issued]:
    """Return what `issue_day` does for each of many, in one transaction; every key must have been checked."""
    at = living.clock().replace(microsecond=0)
    expect_in_force(living, at)
    today, people = living.today(at), list({member.person_id for member, _ in asked})
    salt, signer, latest = living.vault.day_salt(today), living.signing.signer(at), at + LIMITS.day_credential_longest
    whose = {(member.person_id, member.acting) for member, _ in asked}
    events = {(person, acting): by_citizen("code_issued", person, acting=acting) for person, acting in whose}
    with living.store.together(list(events.values()), at=at) as connection:
        again = revoked_on(connection, people, today)
        colours = stored_colours(connection, living.policy.name, people, at=at)
        made = [
            DayCredential(
                token_id=token_id(salt, member.person_id, again=again.get(member.person_id, 0)),
                region_code=living.region_code,
                colour=colours[member.person_id].colour,
                masked_name=member.masked_name,
                issued_at=at,
                valid_until=min(colours[member.person_id].until, latest),
                phone_key=phone_key,
            )
            for member, phone_key in asked
        ]
        # Somebody who asks twice at once has one token.
        tokens = {
            each.token_id: Token(
                person_id=member.person_id,
                token_id=each.token_id,
                on=today,
                colour=each.colour,
                issued_at=at,
                valid_until=each.valid_until,
                event_id=events[member.person_id, member.acting].event_id,
            )
            for each, (member, _) in zip(made, asked, strict=True)
        }
        remember_tokens(connection, list(tokens.values()))
    for colour, times in Counter(each.colour for each in made).items():
        CREDENTIALS.labels(colour).inc(times)
    return [Issued(issue(each, by=signer), each.colour, each.valid_until) for each in made]


def day_token(living: Living, connection: psycopg.Connection[Any], person_id: str, *, at: datetime) -> bytes:
    """Return the token of a person's code on phones on the day of an instant; one that was revoked is not used again."""
    today = living.today(at)
    again = revoked_on(connection, [person_id], today).get(person_id, 0)
    return token_id(living.vault.day_salt(today), person_id, again=again)


class Standing(NamedTuple):
    """A colour by the store's hits, and when it next changes by itself: datetime.max where it does not."""

    colour: Colour
    until: datetime


def stored_colour(connection: psycopg.Connection[Any], policy: str, person_id: str, *, at: datetime) -> Standing:
    """Return a person's colour at an instant, and its end."""
    return stored_colours(connection, policy, [person_id], at=at)[person_id]


def stored_colours(connection: psycopg.Connection[Any], policy: str, person_ids: Sequence[str], *, at: datetime) -> dict[str, Standing]:
    """Return each person's colour at an instant, and its end."""
    rows = connection.execute(
        "SELECT replace(person_id::text, '-', ''), "
        "array_agg(colour) FILTER (WHERE from_at <= %(at)s AND (until_at IS NULL OR until_at > %(at)s)), "
        "least(min(from_at) FILTER (WHERE from_at > %(at)s), min(until_at) FILTER (WHERE until_at > %(at)s)) "
        "FROM code.hit WHERE person_id = ANY(%(people)s::uuid[]) AND policy = %(policy)s GROUP BY person_id",
        {"at": at, "people": list(person_ids), "policy": policy},
    ).fetchall()
    worst = {
        person: Standing(max(map(Colour, held or ()), key=list(Colour).index, default=Colour.GREEN), until or datetime.max)
        for person, held, until in rows
    }
    return dict.fromkeys(person_ids, Standing(Colour.GREEN, datetime.max)) | worst


def check_key(phone_key: bytes) -> None:
    """Raise BadAnswerError for what is no key of a phone."""
    try:
        cose.public_key(phone_key)
    except (UnreadableError, ValueError):
        raise BadAnswerError({"phone_key": Text("不是 P-256 公钥。", "It is not a point of P-256, uncompressed.")}) from None
