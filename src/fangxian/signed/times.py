"""Instants as CBOR has them: whole seconds since 1970; as the program has them: UTC without a zone."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from typing import Final

from fangxian.signed.unreadable import UnreadableError

_EPOCH: Final = datetime(1970, 1, 1)
_LAST: Final = (1 << 32) - 1


def seconds(at: datetime) -> int:
    """Return the whole seconds of an instant.

    >>> seconds(datetime(2020, 2, 15, 0, 0))
    1581724800
    """
    return calendar.timegm(at.timetuple())


def instant(value: object) -> datetime:
    """Return the instant of whole seconds; raises UnreadableError for what is no number of 32 bits."""
    if type(value) is not int or not 0 < value <= _LAST:
        raise UnreadableError
    return _EPOCH + timedelta(seconds=value)
