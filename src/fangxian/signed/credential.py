"""What the server says about a person for a time: a day credential for a phone, a paper credential for those without one.

Neither says who: a token id stands for the person, and is another every local day, so gates cannot follow anybody.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from fangxian.policy.colour import Colour

_TOKEN_BYTES: Final = 16


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A colour, said by a region about whoever the token id stands for, from an instant until another (UTC)."""

    token_id: bytes
    region_code: str
    colour: Colour
    masked_name: str
    issued_at: datetime
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class DayCredential(Credential):
    """A credential that counts only with a minute signed by the phone's key; `phone_key` is its point, 65 bytes."""

    phone_key: bytes


@dataclass(frozen=True, kw_only=True)
class PaperCredential(Credential):
    """A credential that counts by itself: it can be copied, so it shows a name to compare, and can be revoked."""


def day_salt(secret: bytes, on: date) -> bytes:
    """Return the salt of a local day; without the jurisdiction's secret nobody can tell one day's ids from another's."""
    return hmac.digest(secret, b"fangxian day salt " + on.isoformat().encode(), hashlib.sha256)


def token_id(salt: bytes, person_id: str, *, paper: int = 0, again: int = 0) -> bytes:
    """Return the 16 bytes that stand for a person under a day's salt; each paper of a day (1, 2, …) has its own.

    So has the phone's code after the one before it was revoked on that day (`again` is how often): gates keep refusing that one.
    """
    which = paper.to_bytes(2, "big") + (again.to_bytes(2, "big") if again else b"")
    return hmac.digest(salt, bytes.fromhex(person_id) + which, hashlib.sha256)[:_TOKEN_BYTES]


def masked(full_name: str) -> str:
    """Return a name as gates may see it: its first character, and a star for each further one, two at most.

    >>> masked("王小明"), masked("Ada Lovelace")
    ('王**', 'A**')
    """
    name = full_name.strip() or "*"
    return name[0] + "*" * min(len(name) - 1, 2)
