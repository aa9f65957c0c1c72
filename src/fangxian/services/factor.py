"""The second factor of staff whose provider asks for none: codes of half a minute from an app (TOTP, RFC 6238)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
import pyotp

from fangxian.facts import Text
from fangxian.services.living import Living
from fangxian.services.references import sealed_for
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.services.staff import StaffSession, raise_session, staff_event

MOST_TRIES: Final = 5
COUNTED_OVER: Final = timedelta(minutes=5)
_STEP: Final = 30
_STEPS: Final = (-1, 0, 1)
"""A phone's clock may be half a minute off."""
_RETENTION: Final = "staff-factors"
_FIELD: Final = "secret"


@dataclass(frozen=True, repr=False)
class NewFactor:
    """What an app needs, shown once: the secret, and the address that a QR code carries."""

    secret: str
    address: str


def has_factor(living: Living, subject: str) -> bool:
    """Return whether somebody has an app that gave its first code."""
    with living.store.pool.connection() as connection:
        row = connection.execute("SELECT FROM account.staff_factor WHERE subject = %s AND confirmed_at IS NOT NULL", [subject])
        return row.fetchone() is not None


def enrol_factor(living: Living, session: StaffSession) -> NewFactor:
    """Make a secret for an app; it counts from its first code on. Raises RefusedError where one counts already."""
    subject, at, secret = session.by.subject, living.clock(), pyotp.random_base32()
    period = f"{at:%Y-%m}"
    sealed = living.vault.seal(secret, person_id=sealed_for(subject), retention=_RETENTION, period=period, field=_FIELD)
    event = staff_event(session.by, "second_factor_made", purpose="log in")
    with living.store.transaction(event, at=at) as transaction:
        made = transaction.connection.execute(
            "INSERT INTO account.staff_factor (subject, secret, period, tried_since, event_id) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (subject) DO UPDATE SET (secret, period, event_id) = (excluded.secret, excluded.period, excluded.event_id) "
            "WHERE staff_factor.confirmed_at IS NULL",
            [subject, sealed, period, at, event.event_id],
        )
        if not made.rowcount:
            raise RefusedError(
                Text("已绑定验证器；更换须由管理员办理。", "You have an app already; only an administrator can let you change it.")
            )
    return NewFactor(secret, pyotp.TOTP(secret).provisioning_uri(name=subject, issuer_name="Fangxian"))


def show_factor(living: Living, session: StaffSession, code: str) -> None:
    """Let a session count as one with a second factor for a code that was not taken before.

    Raises BadAnswerError for a wrong, old or used one, TooManyError after five of them within five minutes.
    """
    subject, at = session.by.subject, living.clock()
    with living.store.pool.connection() as connection, connection.transaction():
        # Counted before it is compared, in a row that is locked by it: guessing in parallel does not give more tries.
        row = connection.execute(_COUNT, {"subject": subject, "at": at, "since": at - COUNTED_OVER}).fetchone()
        taken = row is not None and row[3] <= MOST_TRIES and _take(living, connection, subject, code.strip(), row[:3], at)
    if row is not None and row[3] > MOST_TRIES:
        raise TooManyError(int((row[4] + COUNTED_OVER - at).total_seconds()) + 1)
    if not taken:
        raise BadAnswerError({"code": Text("验证码不对或已用过。", "The code is wrong, or was used before.")})
    raise_session(living, session)


def _take(living: Living, connection: psycopg.Connection[Any], subject: str, code: str, kept: tuple[bytes, str, int], at: datetime) -> bool:
    """Use a code up; return whether it is right, and of a later half minute than every one before it."""
    sealed, period, last_step = kept
    secret = living.vault.unseal(sealed, person_id=sealed_for(subject), retention=_RETENTION, period=period, field=_FIELD)
    totp, now = pyotp.TOTP(secret), int(at.replace(tzinfo=UTC).timestamp()) // _STEP
    right = [now + step for step in _STEPS if secrets.compare_digest(totp.generate_otp(now + step).encode(), code.encode())]
    step = max(right, default=0)
    if step <= last_step:
        return False
    connection.execute(
        "UPDATE account.staff_factor SET last_step = %s, tries = 0, confirmed_at = coalesce(confirmed_at, %s) WHERE subject = %s",
        [step, at, subject],
    )
    return True


_COUNT: Final = """
    UPDATE account.staff_factor
    SET tries = CASE WHEN tried_since > %(since)s THEN tries + 1 ELSE 1 END,
        tried_since = CASE WHEN tried_since > %(since)s THEN tried_since ELSE %(at)s END
    WHERE subject = %(subject)s RETURNING secret, period, last_step, tries, tried_since
"""
