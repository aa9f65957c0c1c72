"""Receipt numbers: by which somebody asks again what became of what they said, without saying who they are. Only a hash is kept."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans("OIL", "011")
_LENGTH: Final = 16
"""Signs of five bits each: nobody guesses one."""


def new_receipt() -> str:
    """Return a new number: four groups of four signs, none of them taken for another."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return "-".join(signs[place : place + 4] for place in range(0, _LENGTH, 4))


def receipt_hash(typed: str) -> bytes | None:
    """Return the hash of a number however it was typed, None for what is none.

    >>> receipt_hash("abcd efgh jkmn pq0o") == receipt_hash("ABCD-EFGH-JKMN-PQ00")
    True
    """
    signs = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_MISREAD)
    return sha256(signs.encode()).digest() if len(signs) == _LENGTH and set(signs) <= set(_SIGNS) else None
