"""Schemes of tracing: which contact rules apply, in which wording since when, with their numbers, as data in YAML.

    policy/<name>/trace.yaml   scheme, title, zone, reference, window, attack_rates
                               <rule>: <day>: condition, text, reference, evidence, parameters

A case is traced by the wordings of the local day on which it was found. `window` is worded like a rule: its condition is
`trace.cases.cases`. So is `scan`, where there is one: how far back one looks when a gate scans somebody and alarms. `attack_rates`
rank contacts: the share of them that fell ill, in percent, and what each hour adds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

import yaml

from fangxian.errors import FangxianError
from fangxian.facts import Diagnosis, GateVisit, Text
from fangxian.policy.policy import PACKAGED, Evidence, Parameter, parameter, said
from fangxian.policy.registry import named_or_read
from fangxian.trace.rule import Nearness, all_contact_rules
from fangxian.trace.telling import SETTING

WINDOW: Final = "window"
SCAN: Final = "scan"
ABOUT: Final = frozenset({"scheme", "title", "zone", "reference", "attack_rates"})
"""The keys of a trace.yaml that are not worded by days."""

OF_WINDOW: Final = frozenset({"days_before", "days_after", "statuses"})
"""The parameters of a window, which `trace.cases.cases` takes."""

OF_SCAN: Final = frozenset({"hours_before"})
"""The parameter of a scan that alarms."""

LONGEST_STAY_MINUTES: Final = (GateVisit.stays_at_most or timedelta()) // timedelta(minutes=1)
"""No scheme may take somebody to stay longer whose leaving no gate kept: the lake is not looked through further back."""


@dataclass(frozen=True, kw_only=True)
class TraceWording:
    """One contact rule, or the window of cases, as worded for cases that were found from `since` until before `until`."""

    rule: str
    since: date
    until: date | None
    condition: str
    text: Text
    reference: Text
    evidence: Evidence
    parameters: Mapping[str, Parameter]

    def values(self) -> dict[str, Any]:
        """Return the parameters as keyword arguments for the condition."""
        return {name: each.value for name, each in self.parameters.items()}


@dataclass(frozen=True, kw_only=True)
class AttackRate:
    """How many in a hundred of such contacts fell ill, and how many more for each hour together."""

    setting: str
    nearness: Nearness
    percent: float
    percent_an_hour: float
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class TraceScheme:
    """Who counts as a contact, as one authority worded it."""

    name: str
    title: Text
    zone: ZoneInfo
    reference: Text
    wordings: tuple[TraceWording, ...]
    attack_rates: tuple[AttackRate, ...]

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

    def windows(self) -> tuple[TraceWording, ...]:
        """Return the wordings of the time in which a case infects others."""
        return tuple(each for each in self.wordings if each.rule == WINDOW)

    def rules(self) -> tuple[TraceWording, ...]:
        """Return the wordings of contact rules, in the order of the file."""
        return tuple(each for each in self.wordings if each.rule not in (WINDOW, SCAN))

    def of_gates(self) -> Self:
        """Return the scheme with its rules of gates alone: by them one sees at once who was where somebody was scanned."""
        at_gates = {each.name for each in all_contact_rules() if each.of_gates} | {WINDOW, SCAN}
        return replace(self, wordings=tuple(each for each in self.wordings if each.rule in at_gates))

    def looks_back(self, scanned_at: datetime) -> timedelta | None:
        """Return how far back one looks from a scan that alarms; None where the scheme says nothing of that day."""
        day = (scanned_at + self.utc_offset).date()
        for each in self.wordings:
            if each.rule == SCAN and each.since <= day and (each.until is None or day < each.until):
                return timedelta(hours=each.values()["hours_before"])
        return None


def all_trace_schemes() -> tuple[TraceScheme, ...]:
    """Return every scheme that ships, in order of name."""
    return tuple(sorted((_load(path) for path in PACKAGED.glob("*/trace.yaml")), key=lambda found: found.name))


def trace_scheme(name: str) -> TraceScheme:
    """Return a scheme by name, or from the path of a trace.yaml; raises FangxianError for any other name."""
    return named_or_read(name, all_trace_schemes(), read=_load, what="tracing scheme", file="a trace.yaml")


@cache
def _load(path: Path) -> TraceScheme:
    """Read a scheme. Raises FangxianError that names the file and what is wrong in it."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        order = [rule for rule in content if rule not in ABOUT]
        wordings = tuple(wording for rule in order for wording in _wordings(rule, content[rule]))
        if not {WINDOW} < set(order):
            raise ValueError(f"it needs a {WINDOW} and at least one rule")
        return TraceScheme(
            name=content["scheme"],
            title=Text(**content["title"]),
            zone=ZoneInfo(content["zone"]),
            reference=said(content["reference"]),
            wordings=wordings,
            attack_rates=tuple(_rates(content["attack_rates"])),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FangxianError(
            f"The tracing scheme in {path} cannot be read: {type(error).__name__}: {error}",
            next_step="Compare it with one that ships, such as policy/national/trace.yaml.",
        ) from error


def _wordings(rule: str, dated: Mapping[date, Mapping[str, Any]]) -> Iterator[TraceWording]:
    days = sorted(dated)
    if not days or not all(isinstance(day, date) for day in days):
        raise ValueError(f"{rule} is worded by days, not by {days}")
    for since, until in zip(days, [*days[1:], None], strict=True):
        entry = dated[since]
        given = {name: parameter(name, value) for name, value in (entry.get("parameters") or {}).items()}
        _expect_parameters(rule, entry.get("condition", rule), given)
        yield TraceWording(
            rule=rule,
            since=since,
            until=until,
            condition=entry.get("condition", rule),
            text=Text(**entry["text"]),
            reference=said(entry["reference"]),
            evidence=Evidence(entry["evidence"]),
            parameters=given,
        )


def _expect_parameters(rule: str, condition: str, given: Mapping[str, Parameter]) -> None:
    """Raise ValueError where a wording names no rule and condition, or gives it other parameters than it takes."""
    conditions = {each.name: {name: each.takes(name) for name in each.conditions} for each in all_contact_rules()}
    conditions |= {WINDOW: {WINDOW: OF_WINDOW}, SCAN: {SCAN: OF_SCAN}}
    if rule not in conditions or condition not in conditions[rule]:
        raise ValueError(f"there is no {rule}: {condition}; there are {', '.join(conditions.get(rule, conditions))}")
    if conditions[rule][condition] != given.keys():
        raise ValueError(f"{rule}: {condition} takes {sorted(conditions[rule][condition])}, and {sorted(given)} are given")
    if rule == WINDOW and (unknown_words := set(given["statuses"].value) - set(Diagnosis.columns["status"].one_of)):
        raise ValueError(f"no diagnosis is {', '.join(sorted(unknown_words))}")
    if "stay_minutes" in given and given["stay_minutes"].value > LONGEST_STAY_MINUTES:
        raise ValueError(f"{rule}: stay_minutes is {LONGEST_STAY_MINUTES} at most")
    if rule == "gate" and given["minutes"].value > LONGEST_STAY_MINUTES:
        raise ValueError(f"{rule}: minutes is {LONGEST_STAY_MINUTES} at most")


def _rates(entries: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[AttackRate]:
    for setting, by_nearness in entries.items():
        for nearness, entry in by_nearness.items():
            if setting not in SETTING:
                raise ValueError(f"attack_rates: no contact is {setting}; they are {', '.join(SETTING)}")
            yield AttackRate(
                setting=setting,
                nearness=Nearness(nearness),
                percent=float(entry["percent"]),
                percent_an_hour=float(entry.get("percent_an_hour", 0.0)),
                evidence=Evidence(entry["evidence"]),
            )
