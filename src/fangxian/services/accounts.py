"""Coming in with a phone: a one-time code, then a session. Nobody learns here whether a phone is known."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import phonenumbers

from fangxian.facts import Text
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError, TooManyError

CODE_GOOD_FOR: Final = timedelta(minutes=5)
MOST_TRIES: Final = 5
SEND_AGAIN_AFTER: Final = timedelta(seconds=60)
MOST_SENT: Final = 5
COUNTED_OVER: Final = timedelta(hours=1)
SESSION_LASTS: Final = timedelta(days=30)
_HOME: Final = "CN"


@dataclass(frozen=True, repr=False)
class Session:
    """Somebody who came in: the index of the phone, and the secret that the browser keeps. It has no printable form."""

    secret: str
    phone_index: bytes
    ends_at: datetime


def phone_number(text: str) -> str:
    """Return a phone number in international form; raises BadAnswerError for what is none.

    >>> phone_number("138 0013 8000")
    '+8613800138000'
    """
    try:
        parsed = phonenumbers.parse(text, _HOME)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise BadAnswerError({"phone": Text("手机号码不对。", "That is not a phone number.")})
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def send_code(living: Living, phone: str) -> None:
    """Send a new one-time code to a phone number in international form; the one before no longer counts.

    Raises TooManyError where it was asked for too often.
    """
    at, index, code = living.clock(), living.vault.phone_index(phone), f"{secrets.randbelow(10**6):06}"
    with living.store.pool.connection() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [index.hex()])
        row = connection.execute(
            "SELECT sent_at, first_sent_at, sent FROM account.one_time_code WHERE phone_index = %s", [index]
        ).fetchone()
        sent_at, first_sent_at, sent = row or (datetime.min, at, 0)
        if first_sent_at <= at - COUNTED_OVER:
            first_sent_at, sent = at, 0
        wait = max(
            sent_at + SEND_AGAIN_AFTER - at if row else timedelta(), first_sent_at + COUNTED_OVER - at if sent >= MOST_SENT else timedelta()
        )
        if wait > timedelta():
            raise TooManyError(int(wait.total_seconds()) + 1)
        connection.execute(
            "INSERT INTO account.one_time_code (phone_index, code_hash, sent_at, first_sent_at, sent) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (phone_index) DO UPDATE SET (code_hash, sent_at, first_sent_at, sent, tries) = "
            "(excluded.code_hash, excluded.sent_at, excluded.first_sent_at, excluded.sent, 0)",
            [index, _hash_of(living, phone, code), at, first_sent_at, sent + 1],
        )
    living.sender.send(phone, code)


def log_in(living: Living, phone: str, code: str) -> Session:
    """Begin a session for a phone whose newest code this is; the code is used up. Raises BadAnswerError for a wrong or old one."""
    at, index = living.clock(), living.vault.phone_index(phone)
    hashed = _hash_of(living, phone, code.strip())
    with living.store.pool.connection() as connection, connection.transaction():
        # Counted before it is compared, in a row that is locked by it: guessing in parallel does not give more tries.
        row = connection.execute(
            "UPDATE account.one_time_code SET tries = tries + 1 WHERE phone_index = %s AND tries < %s AND sent_at > %s RETURNING code_hash",
            [index, MOST_TRIES, at - CODE_GOOD_FOR],
        ).fetchone()
        if row is not None and secrets.compare_digest(row[0], hashed):
            connection.execute("UPDATE account.one_time_code SET tries = %s WHERE phone_index = %s", [MOST_TRIES, index])
            secret, ends_at = secrets.token_urlsafe(32), at + SESSION_LASTS
            connection.execute(
                "INSERT INTO account.session (session_hash, phone_index, started_at, ends_at) VALUES (%s, %s, %s, %s)",
                [session_hash(secret), index, at, ends_at],
            )
            return Session(secret, index, ends_at)
    raise BadAnswerError({"code": Text("验证码不对或已过期，请重新获取。", "The code is wrong or too old; ask for a new one.")})


def session_of(living: Living, secret: str) -> Session | None:
    """Return the session that a secret belongs to, None where there is none or it has ended."""
    with living.store.pool.connection() as connection:
        row = connection.execute(
            "SELECT phone_index, ends_at FROM account.session WHERE session_hash = %s AND ends_at > %s",
            [session_hash(secret), living.clock()],
        ).fetchone()
    return Session(secret, row[0], row[1]) if row else None


def log_out(living: Living, secret: str) -> None:
    """End a session; those that ended by time go with it."""
    with living.store.pool.connection() as connection:
        connection.execute("DELETE FROM account.session WHERE session_hash = %s OR ends_at <= %s", [session_hash(secret), living.clock()])


def session_hash(secret: str) -> bytes:
    """Return what the store knows a session by."""
    return sha256(secret.encode()).digest()


def _hash_of(living: Living, phone: str, code: str) -> bytes:
    """Return the hash of a code under the vault's key: six digits under a bare hash would be tried out in a second."""
    return sha256(living.vault.phone_index(f"{phone}|{code}")).digest()
