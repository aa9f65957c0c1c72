"""Areas that a policy lists by name, with the days of the listing, and who was in one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from fangxian.code.presence import during
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known, instant

ListedAreas = Sequence[Mapping[str, str | date | None]]
"""Entries `{region, since, until}`: a GB/T 2260 code (a province or prefecture stands for all in it) and local days."""


def in_listed_area(known: Known, presence: ir.Table, areas: ListedAreas) -> ir.Table:
    """Return presences in listed areas, cut to the time of the listing: counted_from, counted_until (null while there).

    A presence in two listings comes out twice; where nothing is listed, nobody comes out.
    """
    found = [_in_one(known, presence, entry) for entry in areas]
    nowhere = during(presence.filter(ibis.literal(False)), since=ibis.null(INSTANT), until=ibis.null(INSTANT))
    return ibis.union(*found) if len(found) > 1 else found[0] if found else nowhere


def _in_one(known: Known, presence: ir.Table, entry: Mapping[str, str | date | None]) -> ir.Table:
    prefix = significant(str(entry["region"]))
    inside = presence.filter(presence.region_code.startswith(prefix))
    until = entry.get("until")
    return during(
        inside,
        since=_local_midnight(known, entry["since"]),
        until=_local_midnight(known, until) if until else ibis.null(INSTANT),
    )


def _local_midnight(known: Known, day: object) -> ir.TimestampScalar:
    assert isinstance(day, date)  # noqa: S101  (YAML reads days as dates; the policy guard checks it)
    return instant(datetime.combine(day, datetime.min.time()) - known.utc_offset)


def significant(region_code: str) -> str:
    """Return the digits of a GB/T 2260 code that every area inside it shares.

    >>> significant("420000"), significant("330300"), significant("330382")
    ('42', '3303', '330382')
    """
    return region_code[:2] if region_code.endswith("0000") else region_code[:4] if region_code.endswith("00") else region_code
