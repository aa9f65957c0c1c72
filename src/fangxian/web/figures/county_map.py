"""The map's figures: each county's level on each day, with everything that it was computed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from fangxian.area.levels import area_levels, daily_levels
from fangxian.area.rule import area_rule
from fangxian.area.scheme import Scheme
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.policy.regions import regions

Row = Mapping[str, Any]


@dataclass(frozen=True)
class CountyMap:
    """The levels of a scheme's counties, day by day.

    `levels[day][region_code]` holds `level`, `reported_on` (the day of the count that it rests on), `since` (the day whose
    count began the level) and the rule's `inputs`; a county without a standing level is not in it. Days are ISO days.
    """

    scheme: str
    days: list[str]
    counties: dict[str, dict[str, str]]
    levels: dict[str, dict[str, dict[str, Any]]]

    def computed(self, day: str) -> int:
        """Return how many counties have a level on a day."""
        return len(self.levels.get(day, {}))


def county_map(engine: DuckDBEngine, scheme: Scheme, *, known_at: datetime, last_day: date) -> CountyMap:
    """Compute the map of every day from the scheme's first count to `last_day`, as known at an instant.

    A level stands on days without a count for as long as the scheme says, and not longer: then the county is grey.
    """
    rows = engine.rows(daily_levels(scheme, known_at=known_at)).sort_by([("region_code", "ascending"), ("day", "ascending")]).to_pylist()
    spans = {code: list(found) for code, found in groupby(area_levels(engine, scheme=scheme, known_at=known_at).to_pylist(), _region)}
    first = min((row["reported_on"] for row in rows), default=last_day)
    days = [first + timedelta(days=n) for n in range((last_day - first).days + 1)]
    levels: dict[str, dict[str, dict[str, Any]]] = {day.isoformat(): {} for day in days}
    for row, stands in _standing(rows, days=int(scheme.stands_days.value)):
        if row["level"] is None:
            continue
        for day in stands:
            if day.isoformat() in levels:
                levels[day.isoformat()][row["region_code"]] = _level(row, scheme, _since(spans[row["region_code"]], scheme, day))
    return CountyMap(scheme.name, list(levels), _counties(scheme, last_day), levels)


def _region(row: Row) -> str:
    return str(row["region_code"])


def _standing(rows: Iterable[Row], *, days: int) -> Iterator[tuple[Row, list[date]]]:
    """Yield each count with the days on which its level stands: until the next count, at most so many days."""
    for _, found in groupby(rows, _region):
        counts = list(found)
        for row, following in zip(counts, [*counts[1:], None], strict=True):
            longest = row["reported_on"] + timedelta(days=days)
            end = min(longest, following["reported_on"]) if following else longest
            yield row, [row["reported_on"] + timedelta(days=n) for n in range((end - row["reported_on"]).days)]


def _since(spans: Iterable[Row], scheme: Scheme, day: date) -> str:
    """Return the day whose count began the level that stands after the count of `day`."""
    midnight = datetime.combine(day + timedelta(days=1), time()) - scheme.utc_offset
    began: datetime = next(s["from_at"] for s in spans if s["from_at"] <= midnight and (s["until_at"] is None or midnight < s["until_at"]))
    return ((began + scheme.utc_offset).date() - timedelta(days=1)).isoformat()


def _level(row: Row, scheme: Scheme, since: str) -> dict[str, Any]:
    wording = scheme.wording_on(row["reported_on"])
    assert wording is not None  # noqa: S101  (days before the first wording have no level)
    inputs = {name: row[name] for name in area_rule(wording.rule).shows}
    return {"level": row["level"], "reported_on": row["reported_on"].isoformat(), "since": since, "inputs": inputs}


def _counties(scheme: Scheme, on: date) -> dict[str, dict[str, str]]:
    """Return the scheme's counties on a day, by code, each with its own name and its prefecture's."""
    names = {row["region_code"]: row["name"] for row in regions(on).to_pylist()}
    return {
        region.region_code: {"name": region.name, "prefecture": names.get(region.parent_code or "", "")}
        for region in scheme.regions(on) or ()
    }
