"""The situation on a day: every area of a scheme with its level and inputs, and those without a level named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from fangxian.area.days import days_since_1970
from fangxian.area.levels import daily_levels
from fangxian.area.rule import area_rule
from fangxian.area.scheme import AreaWording, Scheme
from fangxian.engine.opening import Engine
from fangxian.errors import FangxianError
from fangxian.policy.regions import expect_region


@dataclass(frozen=True, kw_only=True)
class AreaSituation:
    """One area on a day: its level, None where it could not be computed, and what it was computed from.

    `reported_on` is the day of the count that the level comes from, None without a count in the days that one stands.
    """

    region_code: str
    name: str
    level: str | None
    reported_on: date | None
    inputs: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All areas of a scheme on a day, in order of code, as known at an instant."""

    scheme: Scheme
    wording: AreaWording
    on: date
    known_at: datetime
    areas: tuple[AreaSituation, ...]

    @property
    def with_level(self) -> tuple[AreaSituation, ...]:
        """The areas whose level could be computed."""
        return tuple(area for area in self.areas if area.level is not None)

    @property
    def grey(self) -> tuple[AreaSituation, ...]:
        """The areas without a level: no count in time, or one that does not suffice."""
        return tuple(area for area in self.areas if area.level is None)

    def count(self, level: str) -> int:
        """Return how many areas are at a level."""
        return sum(area.level == level for area in self.areas)


def situation(engine: Engine, *, scheme: Scheme, on: date, known_at: datetime) -> Situation:
    """Return the situation at the end of the local day `on`, as known at `known_at`.

    Raises FangxianError for a day before the scheme's first wording.
    """
    wording = scheme.wording_on(on)
    if wording is None:
        raise FangxianError(
            f"Scheme {scheme.name} has no wording for {on}.",
            known=f"Its first wording is for counts of {scheme.wordings[0].since} and later.",
            next_step="Ask about that day or a later one.",
        )
    found = {row["region_code"]: row for row in engine.rows(levels_on(scheme, on=on, known_at=known_at)).to_pylist()}
    known_regions = scheme.regions(on)
    names = {r.region_code: r.name for r in known_regions} if known_regions is not None else _names(found, on)
    shows = area_rule(wording.rule).shows
    return Situation(
        scheme=scheme,
        wording=wording,
        on=on,
        known_at=known_at,
        areas=tuple(_area(code, name, found.get(code), shows) for code, name in sorted(names.items())),
    )


def newest_day(engine: Engine, *, scheme: Scheme, known_at: datetime) -> date:
    """Return the newest day with a count that the scheme gives a level; raises FangxianError where there is none."""
    daily = daily_levels(scheme, known_at=known_at)
    newest: date | None = engine.rows(daily.agg(newest=daily.reported_on.max()))["newest"][0].as_py()
    if newest is None:
        raise FangxianError(
            f"The lake has no count of cases for scheme {scheme.name} that was known then.",
            known=f"The scheme is for counts of {scheme.wordings[0].since} and later.",
            next_step="Ingest counts of areas first: area-bulletin, city-cases or wenzhou-county-cases.",
        )
    return newest


def levels_on(scheme: Scheme, *, on: date, known_at: datetime) -> ir.Table:
    """Return, for each area with a count of the day or of the few before in which a level stands, the row of the latest one.

    Shape: that of `daily_levels`.
    """
    daily = daily_levels(scheme, known_at=known_at)
    day = days_since_1970(ibis.literal(on))
    recent = daily.filter(daily.day <= day, daily.day > day - int(scheme.stands_days.value))
    latest_first = ibis.window(group_by=recent.region_code, order_by=recent.day.desc())
    ranked = recent.mutate(age=ibis.row_number().over(latest_first))
    return ranked.filter(ranked.age == 0).drop("age")


def _area(code: str, name: str, row: Mapping[str, Any] | None, shows: tuple[str, ...]) -> AreaSituation:
    inputs = {shown: row[shown] for shown in shows} if row else {}
    return AreaSituation(
        region_code=code,
        name=name,
        level=row["level"] if row else None,
        reported_on=row["reported_on"] if row else None,
        inputs=inputs,
    )


def _names(codes: Mapping[str, Any], on: date) -> dict[str, str]:
    """Return the names of regions; a code that China's table does not have (another country's) stands for itself."""
    names = {}
    for code in codes:
        try:
            names[code] = expect_region(code, on).name
        except FangxianError:
            names[code] = code
    return names
