"""What Zhejiang published in February 2020: counties' colours and counts, compiled with the address of each source."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache

from fangxian.area.situation import Situation
from fangxian.policy.policy import PACKAGED


@dataclass(frozen=True, kw_only=True)
class PublishedLevel:
    """A county's published colour; `how` is `named` where the source names the county, `derived` where it follows."""

    counted_on: date
    region_code: str
    name: str
    level: str
    how: str
    source: str


@dataclass(frozen=True, kw_only=True)
class PublishedCases:
    """A county's published cumulative count of confirmed cases."""

    reported_on: date
    region_code: str
    name: str
    confirmed_total: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A county whose computed level is not the published one."""

    region_code: str
    name: str
    computed: str
    published: str


@cache
def published_levels() -> tuple[PublishedLevel, ...]:
    """Return the published colours: of all 90 counties for 9, 24 and 27 February, of those that are known for 12 and 18.

    For 12 February, counties that were not blue on the 9th and are not 平阳 kept their colour: the notice counts every change.
    """
    with (PACKAGED / "zhejiang" / "published_levels_2020.csv").open(encoding="utf-8") as lines:
        return tuple(PublishedLevel(counted_on=date.fromisoformat(row.pop("counted_on")), **row) for row in csv.DictReader(lines))


@cache
def published_cases() -> tuple[PublishedCases, ...]:
    """Return the published counts of 29 counties, each of one day between 4 and 17 February."""
    with (PACKAGED / "zhejiang" / "published_cases_2020.csv").open(encoding="utf-8") as lines:
        return tuple(
            PublishedCases(reported_on=date.fromisoformat(row.pop("reported_on")), confirmed_total=int(row.pop("confirmed_total")), **row)
            for row in csv.DictReader(lines)
        )


def published_on(scheme: str, day: date) -> dict[str, PublishedLevel]:
    """Return the colours that were published for a day by region code; empty for a day or scheme without any."""
    if scheme != "zhejiang-five-colour":
        return {}
    return {level.region_code: level for level in published_levels() if level.counted_on == day}


def misses(found: Situation) -> tuple[Miss, ...]:
    """Return the areas whose computed level differs from the published one; areas without either are not compared."""
    published = published_on(found.scheme.name, found.on)
    return tuple(
        Miss(region_code=area.region_code, name=area.name, computed=area.level, published=published[area.region_code].level)
        for area in found.with_level
        if area.level is not None and area.region_code in published and published[area.region_code].level != area.level
    )
