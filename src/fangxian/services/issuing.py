"""The day credential: the code as the store has it, signed for a key that lives in the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

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
from fangxian.store.tokens import remember_token

_POINT_BYTES: Final = 65


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
    _check_key(phone_key)
    at = living.clock().replace(microsecond=0)
    expect_in_force(living, at)
    with living.store.transaction(by_citizen("code_issued", member.person_id), at=at) as transaction:
        token = day_token(living, transaction.connection, member.person_id, at=at)
        colour, until = stored_colour(transaction.connection, living.policy.name, member.person_id, at=at)
        valid_until = min(until or datetime.max, at + LIMITS.day_credential_longest)
        credential = DayCredential(
            token_id=token,
            region_code=living.region_code,
            colour=colour,
            masked_name=member.masked_name,
            issued_at=at,
            valid_until=valid_until,
            phone_key=phone_key,
        )
        remember_token(
            transaction,
            person_id=member.person_id,
            token_id=token,
            on=living.today(at),
            colour=colour,
            valid_until=valid_until,
            issued_at=at,
        )
        transaction.after_commit(CREDENTIALS.labels(colour).inc)
        return Issued(issue(credential, by=living.signing.signer(at)), colour, valid_until)


def day_token(living: Living, connection: psycopg.Connection[Any], person_id: str, *, at: datetime) -> bytes:
    """Return the token of a person's code on phones on the day of an instant; one that was revoked is not used again."""
    today = living.today(at)
    row = connection.execute(
        "SELECT count(*) FROM code.token WHERE person_id = %s AND on_day = %s AND NOT paper AND revoked_at IS NOT NULL",
        [UUID(person_id), today],
    ).fetchone()
    return token_id(living.vault.day_salt(today), person_id, again=row[0] if row else 0)


def stored_colour(connection: psycopg.Connection[Any], policy: str, person_id: str, *, at: datetime) -> tuple[Colour, datetime | None]:
    """Return a person's colour by the store's hits at an instant, and when a hit next begins or ends by itself, None if none does."""
    row = connection.execute(
        "SELECT array_agg(colour) FILTER (WHERE from_at <= %(at)s AND (until_at IS NULL OR until_at > %(at)s)), "
        "least(min(from_at) FILTER (WHERE from_at > %(at)s), min(until_at) FILTER (WHERE until_at > %(at)s)) "
        "FROM code.hit WHERE person_id = %(person)s AND policy = %(policy)s",
        {"at": at, "person": UUID(person_id), "policy": policy},
    ).fetchone()
    held, changes_at = row or (None, None)
    return max((Colour(colour) for colour in held or ()), key=list(Colour).index, default=Colour.GREEN), changes_at


def _check_key(phone_key: bytes) -> None:
    try:
        cose.public_key(phone_key)
    except (UnreadableError, ValueError):
        raise BadAnswerError({"phone_key": Text("不是 P-256 公钥。", "It is not a point of P-256, uncompressed.")}) from None
