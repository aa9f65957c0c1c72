"""Where and when people meet, in one number: what a lake's second copy of some facts is sorted by.

An engine skips row groups by the smallest and largest value of one column. A station's visits fill hundreds of row groups, and a case
was there for an hour: with the place alone all of them would be read, and with the hour in the same number only those of that hour.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fangxian.facts import PersonFact

MEETS: Final = "meets"
"""The column that holds the number, in files sorted by it alone."""

_BITS_OF_TIME: Final = 20
_PLACES: Final = 2 ** (63 - _BITS_OF_TIME)
_LAST: Final = 2**_BITS_OF_TIME - 1

ALL_ALONG: Final = 0
"""The time of what lasts longer than `stays_at_most`, or has no such limit: it is looked for whatever the time."""


def meeting_key(fact_type: type[PersonFact]) -> str:
    """Return the SQL of a fact's number: its place, and the hour or day since 1970 in which it begins."""
    most = fact_type.stays_at_most
    if most is None:
        return key_of(f'"{fact_type.meets_by}"', str(ALL_ALONG))
    lasting = f"until_at > from_at + INTERVAL '{int(most.total_seconds())} seconds'"
    return key_of(f'"{fact_type.meets_by}"', f"CASE WHEN {lasting} THEN {ALL_ALONG} ELSE {time_of(fact_type, 'from_at')} END")


def key_of(place: str, time: str) -> str:
    """Return the SQL of the number of a place and a time. Two places may share one: whoever reads them still compares places."""
    return f"((md5_number_lower({place}) % {_PLACES})::BIGINT << {_BITS_OF_TIME}) | ({time})"


def time_of(fact_type: type[PersonFact], at: str) -> str:
    """Return the SQL of the hour or day of an instant, as facts of a type count it."""
    long = fact_type.stays_at_most is not None and fact_type.stays_at_most >= timedelta(days=1)
    return f"least(greatest(epoch({at})::BIGINT // {86_400 if long else 3_600}, {ALL_ALONG + 1}), {_LAST})"
