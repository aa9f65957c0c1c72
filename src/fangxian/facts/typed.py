"""What people type and programs send, read strictly: one way to write a thing, and what is written otherwise is refused.

Python's own readers take more: `3_6.5` and digits of other scripts for numbers, weeks and days without strokes for dates.
"""

from __future__ import annotations

import base64
import re
from datetime import date, datetime
from typing import Final

_AS_INPUT_METHODS_TYPE: Final = str.maketrans("０１２３４５６７８９．，。,", "0123456789....")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(rf"{_DAY.pattern}([ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?")


def number_typed(text: str) -> float:
    """Return a number of digits with one point at most, which may be as a Chinese input method types it. Raises ValueError.

    >>> number_typed("36.5"), number_typed("３６，５")
    (36.5, 36.5)
    """
    plain = text.strip().translate(_AS_INPUT_METHODS_TYPE)
    if not _NUMBER.fullmatch(plain):
        raise ValueError("no number")
    return float(plain)


def day_typed(text: str) -> date:
    """Return a day that is written as 2020-02-15; raises ValueError for any other way."""
    if not _DAY.fullmatch(text):
        raise ValueError("no day")
    return date.fromisoformat(text)


def instant_typed(text: str) -> datetime:
    """Return an instant that is written as 2020-02-15, 2020-02-15 08:00 or 2020-02-15T08:00:00Z; raises ValueError."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("no time")
    return datetime.fromisoformat(text)


def base64url(text: str) -> bytes:
    """Return what stands in base64url, with all its padding or none; raises ValueError for other letters and for bits left over."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    canonical = base64.urlsafe_b64encode(data).decode()
    if text not in (canonical, canonical.rstrip("=")):
        raise ValueError("no base64url")
    return data
