"""Coming in with a phone: a one-time code, then a session. Nobody learns here whether a phone is known.

A code belongs to whoever asked for it, who holds a ticket. A stranger who knows a phone's number guesses at a code of their own and
uses up an allowance of their own: the owner still comes in, by a device that came in before whatever strangers do.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
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
"""How many codes in `COUNTED_OVER` go to a phone for all devices that never came in by it together, and for each that did."""

MOST_SENT_FOR_ADDRESS: Final = 3
"""How many of them one address may ask for: the owner's new device has some left."""

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


def send_code(living: Living, phone: str, *, address: str, device: str = "") -> str:
    """Send a one-time code to a phone number in international form, and return the ticket by which whoever asked for it logs in.

    It counts for the device whose token this is, where it came in by this phone before, and otherwise for the address. Raises
    TooManyError where it was asked for too often.
    """
    at, index, code, ticket = living.clock(), living.vault.phone_index(phone), f"{secrets.randbelow(10**6):06}", secrets.token_urlsafe(32)
    known = _known_device(living, phone, device)
    asker = known or _keyed(living, phone, "address", address)
    with living.store.pool.connection() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [index.hex()])
        rows = connection.execute(
            "SELECT sent_at, asker, known FROM account.one_time_code WHERE phone_index = %s AND sent_at > %s ORDER BY sent_at",
            [index, at - COUNTED_OVER],
        ).fetchall()
        own = [sent_at for sent_at, asked_by, _ in rows if asked_by == asker]
        waits = [_wait(own, 1, SEND_AGAIN_AFTER, at), _wait(own, MOST_SENT if known else MOST_SENT_FOR_ADDRESS, COUNTED_OVER, at)]
        if not known:
            waits.append(_wait([sent_at for sent_at, _, was_known in rows if not was_known], MOST_SENT, COUNTED_OVER, at))
        if (wait := max(waits)) > timedelta():
            raise TooManyError(int(wait.total_seconds()) + 1)
        connection.execute(
            "INSERT INTO account.one_time_code (phone_index, ticket_hash, code_hash, asker, known, sent_at) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [index, session_hash(ticket), _keyed(living, phone, "code", code), asker, known is not None, at],
        )
        connection.execute(
            "DELETE FROM account.one_time_code WHERE (phone_index, ticket_hash) IN (SELECT phone_index, ticket_hash "
            "FROM account.one_time_code WHERE sent_at <= %s FOR UPDATE SKIP LOCKED)",
            [at - COUNTED_OVER],
        )
    living.sender.send(phone, code)
    return ticket


def _wait(sent: Sequence[datetime], most: int, over: timedelta, at: datetime) -> timedelta:
    """Return how long it is until fewer than `most` of what was sent lie within the time before."""
    return sent[-most] + over - at if len(sent) >= most else timedelta()


def log_in(living: Living, phone: str, code: str, *, ticket: str) -> Session:
    """Begin a session for the code that was sent for this ticket; it is used up. Raises BadAnswerError for a wrong or old one."""
    at, index = living.clock(), living.vault.phone_index(phone)
    hashed, mine = _keyed(living, phone, "code", code.strip()), [index, session_hash(ticket)]
    with living.store.pool.connection() as connection, connection.transaction():
        # Counted before it is compared, in a row that is locked by it: guessing in parallel does not give more tries.
        row = connection.execute(
            "UPDATE account.one_time_code SET tries = tries + 1 WHERE phone_index = %s AND ticket_hash = %s "
            "AND tries < %s AND sent_at > %s RETURNING code_hash",
            [*mine, MOST_TRIES, at - CODE_GOOD_FOR],
        ).fetchone()
        if row is not None and secrets.compare_digest(row[0], hashed):
            connection.execute(
                "UPDATE account.one_time_code SET tries = %s WHERE phone_index = %s AND ticket_hash = %s", [MOST_TRIES, *mine]
            )
            secret, ends_at = secrets.token_urlsafe(32), at + SESSION_LASTS
            connection.execute(
                "INSERT INTO account.session (session_hash, phone_index, started_at, ends_at) VALUES (%s, %s, %s, %s)",
                [session_hash(secret), index, at, ends_at],
            )
            return Session(secret, index, ends_at)
    raise BadAnswerError({"code": Text("验证码不对或已过期，请重新获取。", "The code is wrong or too old; ask for a new one.")})


def device_token(living: Living, phone: str) -> str:
    """Return what a device that came in by a phone shows when it asks for a code again; it lets nobody in."""
    mark = secrets.token_hex(16)
    return f"{mark}.{_keyed(living, phone, 'device', mark).hex()}"


def _known_device(living: Living, phone: str, device: str) -> bytes | None:
    """Return what a device counts under, None where its token was not made for this phone."""
    mark, _, proof = device.partition(".")
    made = _keyed(living, phone, "device", mark)
    return made if secrets.compare_digest(made.hex().encode(), proof.encode()) else None


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


def _keyed(living: Living, phone: str, kind: str, said: str) -> bytes:
    """Return a hash under the vault's key: six digits under a bare one would be tried out in a second."""
    # The vault reads nothing but digits of a phone: all else goes in as some.
    return living.vault.phone_index(str(int.from_bytes(sha256(f"{phone}|{kind}|{said}".encode()).digest())))
