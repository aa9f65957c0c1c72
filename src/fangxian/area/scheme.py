"""Schemes: which area rule applies where, in which wording since when, with its numbers, as data in YAML.

    policy/<name>/area.yaml   scheme, title, region, unit, zone, levels, stands_days
                              <rule>: <day>: text, changes, reference, evidence, parameters

A wording applies to the counts of its day and later, until the day of the next wording. Every number says how well it is
known, as in the policies of the codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.policy.policy import PACKAGED, Evidence, Parameter, parameter, said
from fangxian.policy.regions import COUNTY, PREFECTURE, Region, regions
from fangxian.policy.registry import named_or_read

ABOUT = frozenset({"scheme", "title", "region", "unit", "zone", "reference", "levels", "stands_days"})
"""The keys of an area.yaml that are not names of rules."""


@dataclass(frozen=True, kw_only=True)
class AreaWording:
    """One area rule as worded in one scheme: for counts of the days from `since` until before `until`."""

    rule: str
    since: date
    until: date | None
    text: Text
    changes: Text
    reference: Text
    evidence: Evidence
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """An area rule as one jurisdiction ran it.

    `levels` go from the mildest to the gravest. `region_code` is None where the scheme is not tied to a place, `unit` is
    `county`, or `any` where it takes whatever region has counts.
    """

    name: str
    title: Text
    region_code: str | None
    unit: str
    zone: ZoneInfo
    reference: Text
    levels: Mapping[str, Text]
    stands_days: Parameter
    wordings: tuple[AreaWording, ...]

    @property
    def utc_offset(self) -> timedelta:
        """The zone's distance from UTC."""
        offset = self.zone.utcoffset(datetime.combine(self.wordings[0].since, time()))
        return offset if offset is not None else timedelta()

    def instant(self, local: datetime) -> datetime:
        """Return the UTC instant, without a zone, of a time on the scheme's clocks, or of one that names its own zone."""
        return local.astimezone(UTC).replace(tzinfo=None) if local.tzinfo else local - self.utc_offset

    def regions(self, on: date) -> tuple[Region, ...] | None:
        """Return the regions that the scheme is about on a day, in order of code; None where it takes any.

        Of unit `county`: every county, and every prefecture that has none (东莞, 中山, 儋州, 嘉峪关), which is its own county.
        """
        if self.unit == "any":
            return None
        standing = [Region(**row) for row in regions(on).to_pylist()]
        parents = {region.parent_code for region in standing if region.level == COUNTY}
        inside = (self.region_code or "")[:2]
        return tuple(
            region
            for region in standing
            if region.region_code.startswith(inside)
            and (region.level == COUNTY or (region.level == PREFECTURE and region.region_code not in parents))
        )

    def wording_on(self, day: date) -> AreaWording | None:
        """Return the wording for the counts of a day, None before the first."""
        return next((w for w in self.wordings if w.since <= day and (w.until is None or day < w.until)), None)


def all_schemes() -> tuple[Scheme, ...]:
    """Return every scheme that ships, in order of name."""
    return tuple(sorted((_load(path) for path in PACKAGED.glob("*/area.yaml")), key=lambda found: found.name))


def scheme(name: str) -> Scheme:
    """Return a scheme by name, or from the path of an area.yaml; raises FangxianError for any other name."""
    return named_or_read(name, all_schemes(), read=_load, what="area scheme", file="an area.yaml")


@cache
def _load(path: Path) -> Scheme:
    """Read a scheme. Raises FangxianError that names the file and what is wrong in it."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        return Scheme(
            name=content["scheme"],
            title=Text(**content["title"]),
            region_code=content["region"],
            unit=content["unit"],
            zone=ZoneInfo(content["zone"]),
            reference=said(content["reference"]),
            levels={level: Text(**words) for level, words in content["levels"].items()},
            stands_days=parameter("stands_days", content["stands_days"]),
            wordings=tuple(w for rule in content.keys() - ABOUT for w in _wordings(rule, content[rule])),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FangxianError(
            f"The area scheme in {path} cannot be read: {type(error).__name__}: {error}",
            next_step="Compare it with one that ships, such as policy/zhejiang/area.yaml.",
        ) from error


def _wordings(rule: str, dated: Mapping[date, Mapping[str, Any]]) -> Iterator[AreaWording]:
    for since, until in pairwise([*sorted(dated), None]):
        assert since is not None  # noqa: S101  (only the last of the pairs is None)
        entry = dated[since]
        yield AreaWording(
            rule=rule,
            since=since,
            until=until,
            text=Text(**entry["text"]),
            changes=Text(**entry["changes"]),
            reference=said(entry["reference"]),
            evidence=Evidence(entry["evidence"]),
            parameters={name: parameter(name, value) for name, value in entry["parameters"].items()},
        )
