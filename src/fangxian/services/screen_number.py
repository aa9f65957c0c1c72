"""The number under a code: what somebody reads out to a doctor in place of a name. It is another every day, and says nothing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import psycopg

_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U: read out, none is taken for another."""

_HEARD: Final = str.maketrans("ILO", "110")
_LENGTH: Final = 10
_UNSEEN: Final = 128 - 5 * _LENGTH


def number_on_screen(token_id: bytes) -> str:
    """Return the first 50 bits of a day's token id as ten signs; of 33 million people hardly two have the same.

    >>> number_on_screen(bytes(range(16)))
    '000G4-0R40M'
    """
    left = int.from_bytes(token_id, "big") >> _UNSEEN
    signs = "".join(_SIGNS[left >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return f"{signs[:5]}-{signs[5:]}"


def holder_of_number(connection: psycopg.Connection[Any], number: str, *, at: datetime) -> str | None:
    """Return whose number it is at an instant; None where it is nobody's, or more than one person's."""
    signs = re.sub(r"[\s-]", "", number).upper().translate(_HEARD)
    if len(signs) != _LENGTH or not set(signs) <= set(_SIGNS):
        return None
    value = 0
    for sign in signs:
        value = value << 5 | _SIGNS.index(sign)
    lowest, highest = (value << _UNSEEN).to_bytes(16, "big"), ((value + 1 << _UNSEEN) - 1).to_bytes(16, "big")
    rows = connection.execute(
        "SELECT DISTINCT person_id FROM code.token WHERE token_id BETWEEN %s AND %s AND valid_until > %s AND revoked_at IS NULL LIMIT 2",
        [lowest, highest, at],
    ).fetchall()
    return rows[0][0].hex if len(rows) == 1 else None
