"""Schemes of chains: which outcomes count as a case since when, and the numbers that weigh who infected whom, as data in YAML.

    policy/<name>/chain.yaml   chain, title, zone, reference
                               <part>: <day>: text, reference, evidence, parameters

The parts are those of `PARTS`. A diagnosis is judged by the case definition of its own day; all other parts hold as they were
published on the day that is asked about, the first one also before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from fangxian.errors import FangxianError
from fangxian.facts import Diagnosis, Text
from fangxian.policy.policy import PACKAGED, Evidence, Parameter, parameter, said
from fangxian.policy.registry import named_or_read
from fangxian.trace.chain.intervals import DISTRIBUTIONS

CASE_DEFINITION: Final = "case_definition"
PARTS: Final[Mapping[str, frozenset[str]]] = {
    CASE_DEFINITION: frozenset({"statuses"}),
    "serial_interval": frozenset({"distribution", "mean_days", "sd_days"}),
    "incubation": frozenset({"least_days", "most_days"}),
    "sources": frozenset({"unseen_percent", "untold_percent"}),
    "cluster": frozenset({"days", "cases"}),
}
"""The parts of a chain.yaml, and the parameters that each of them takes."""


@dataclass(frozen=True, kw_only=True)
class ChainWording:
    """One part of a scheme as worded from `since` until before `until` (local days)."""

    part: str
    since: date
    until: date | None
    text: Text
    reference: Text
    evidence: Evidence
    parameters: Mapping[str, Parameter]

    def value(self, name: str) -> Any:
        """Return a parameter's value."""
        return self.parameters[name].value

    @property
    def version(self) -> str:
        """What a line list cites: `case_definition 2020-02-12`."""
        return f"{self.part} {self.since}"


@dataclass(frozen=True, kw_only=True)
class ChainScheme:
    """Which outcomes count and what weighs who infected whom, as one authority and the literature worded it."""

    name: str
    title: Text
    zone: ZoneInfo
    reference: Text
    wordings: tuple[ChainWording, ...]

    @property
    def utc_offset(self) -> timedelta:
        """The zone's distance from UTC."""
        offset = self.zone.utcoffset(datetime.combine(self.wordings[0].since, time()))
        return offset if offset is not None else timedelta()

    def starts(self, day: date) -> datetime:
        """Return the instant at which a local day starts: UTC, without a zone."""
        return datetime.combine(day, time()) - self.utc_offset

    def instant(self, local: datetime) -> datetime:
        """Return the UTC instant, without a zone, of a time on the scheme's clocks, or of one that names its own zone."""
        return local.astimezone(UTC).replace(tzinfo=None) if local.tzinfo else local - self.utc_offset

    def of(self, part: str) -> tuple[ChainWording, ...]:
        """Return the wordings of a part, the earliest first."""
        return tuple(each for each in self.wordings if each.part == part)

    def at(self, part: str, known_at: datetime) -> ChainWording:
        """Return the wording of a part that held at an instant; before the first one it is the first."""
        begun = [each for each in self.of(part) if self.starts(each.since) <= known_at]
        return begun[-1] if begun else self.of(part)[0]


def all_chain_schemes() -> tuple[ChainScheme, ...]:
    """Return every scheme that ships, in order of name."""
    return tuple(sorted((_load(path) for path in PACKAGED.glob("*/chain.yaml")), key=lambda found: found.name))


def chain_scheme(name: str) -> ChainScheme:
    """Return a scheme by name, or from the path of a chain.yaml; raises FangxianError for any other name."""
    return named_or_read(name, all_chain_schemes(), read=_load, what="scheme of chains", file="a chain.yaml")


@cache
def _load(path: Path) -> ChainScheme:
    """Read a scheme. Raises FangxianError that names the file and what is wrong in it."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        return ChainScheme(
            name=content["chain"],
            title=Text(**content["title"]),
            zone=ZoneInfo(content["zone"]),
            reference=said(content["reference"]),
            wordings=tuple(wording for part in PARTS for wording in _wordings(part, content[part])),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FangxianError(
            f"The scheme of chains in {path} cannot be read: {type(error).__name__}: {error}",
            next_step="Compare it with one that ships, such as policy/national/chain.yaml.",
        ) from error


def _wordings(part: str, dated: Mapping[date, Mapping[str, Any]]) -> Iterator[ChainWording]:
    days = sorted(dated)
    if not days or not all(isinstance(day, date) for day in days):
        raise ValueError(f"{part} is worded by days, not by {days}")
    for since, until in zip(days, [*days[1:], None], strict=True):
        entry = dated[since]
        given = {name: parameter(name, value) for name, value in entry["parameters"].items()}
        if given.keys() != PARTS[part]:
            raise ValueError(f"{part} takes {sorted(PARTS[part])}, and {sorted(given)} are given")
        _expect_sound({name: each.value for name, each in given.items()})
        yield ChainWording(
            part=part,
            since=since,
            until=until,
            text=Text(**entry["text"]),
            reference=said(entry["reference"]),
            evidence=Evidence(entry["evidence"]),
            parameters=given,
        )


def _expect_sound(values: Mapping[str, Any]) -> None:
    """Raise ValueError where a value is none that a chain can be weighed by."""
    if strange := set(values.get("statuses", ())) - set(Diagnosis.columns["status"].one_of):
        raise ValueError(f"no diagnosis is {', '.join(sorted(strange))}")
    if values.get("distribution", "normal") not in DISTRIBUTIONS:
        raise ValueError(f"distribution is one of {', '.join(DISTRIBUTIONS)}")
    positive = [name for name in ("sd_days", "unseen_percent", "untold_percent", "days", "cases") if not values.get(name, 1) > 0]
    if positive:
        raise ValueError(f"{', '.join(positive)} must be above 0")
    if not 0 <= values.get("least_days", 0) <= values.get("most_days", 0):
        raise ValueError("least_days is from 0 to most_days")
