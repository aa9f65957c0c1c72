"""Policies: which wording of which rule is in force where and since when, with its numbers, as data in YAML.

    policy/<name>/policy.yaml   title, region, zone, what green needs
    policy/<name>/code.yaml     <rule>: <day>: condition, colour, text, ends, reference, evidence, parameters

A wording is in force from the start of its day, in the policy's zone, until the start of the next wording's day. An entry
of `repealed: true` ends a rule. Each wording and each number says how well it is known: `sourced`, `weak` (sourced from a
poor copy) or `default` (our own choice, to be replaced by whoever runs the system).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.policy.registry import unknown

PACKAGED: Final = Path(__file__).parent
"""The folder of the policies that ship."""


class Evidence(StrEnum):
    """How well a wording or number is known."""

    SOURCED = "sourced"
    WEAK = "weak"
    DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number (or list) of a wording, with its evidence."""

    name: str
    value: Any
    evidence: Evidence
    note: Text | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Wording:
    """One rule as worded in one policy for a time: half-open from `since` to `until` (both local days)."""

    rule: str
    since: date
    until: date | None
    condition: str
    colour: str
    text: Text
    ends: Text
    reference: Text
    evidence: Evidence
    parameters: Mapping[str, Parameter]

    def values(self) -> dict[str, Any]:
        """Return the parameters as keyword arguments for the condition."""
        return {name: parameter.value for name, parameter in self.parameters.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """The wordings and parameters in force for a jurisdiction, day by day."""

    name: str
    title: Text
    region_code: str
    zone: ZoneInfo
    green_needs: str
    reference: Text
    wordings: tuple[Wording, ...]

    @property
    def since(self) -> date:
        """The first day of the first wording."""
        return min(wording.since for wording in self.wordings)

    @property
    def utc_offset(self) -> timedelta:
        """The zone's distance from UTC. Rules assume that it is fixed; `load` refuses a zone in which it is not."""
        offset = self.zone.utcoffset(datetime.combine(self.since, time()))
        return offset if offset is not None else timedelta()

    def starts(self, day: date) -> datetime:
        """Return the instant at which a local day starts: UTC, without a zone.

        >>> policy("hangzhou").starts(date(2020, 2, 11))
        datetime.datetime(2020, 2, 10, 16, 0)
        """
        return datetime.combine(day, time()) - self.utc_offset

    def local(self, instant: datetime) -> datetime:
        """Return a UTC instant as the clock on the policy's walls shows it, without a zone."""
        return instant + self.utc_offset

    def instant(self, local: datetime) -> datetime:
        """Return the UTC instant, without a zone, of a time on the policy's clocks, or of one that names its own zone."""
        return local.astimezone(UTC).replace(tzinfo=None) if local.tzinfo else local - self.utc_offset

    def rules(self) -> tuple[str, ...]:
        """Return the names of the rules that have a wording, in the order of the file."""
        return tuple(dict.fromkeys(wording.rule for wording in self.wordings))


def policy_names() -> tuple[str, ...]:
    """Return the names of the policies that ship with code rules."""
    return tuple(sorted(path.parent.name for path in PACKAGED.glob("*/code.yaml")))


@cache
def policy(name: str) -> Policy:
    """Return a policy by name, or from a folder whose path is given: a draft to rehearse.

    Raises FangxianError for a name that is not known and for a folder that does not hold a policy.
    """
    if name in policy_names():
        return load(PACKAGED / name)
    if (Path(name) / "code.yaml").is_file():
        return load(Path(name))
    otherwise = "Name one of these, or a folder that holds policy.yaml and code.yaml."
    raise unknown(name, policy_names(), what="policy", next_step=otherwise)


def all_policies() -> tuple[Policy, ...]:
    """Return every policy that ships."""
    return tuple(policy(name) for name in policy_names())


def load(folder: Path) -> Policy:
    """Read a policy from its folder. Raises FangxianError that names the file and what is wrong in it."""
    try:
        about = yaml.safe_load((folder / "policy.yaml").read_text("utf-8"))
        rules = yaml.safe_load((folder / "code.yaml").read_text("utf-8"))
        loaded = Policy(
            name=folder.name,
            title=Text(**about["title"]),
            region_code=str(about["region"]),
            zone=ZoneInfo(about["zone"]),
            green_needs=about["green_needs"],
            reference=said(about["reference"]),
            wordings=tuple(wording for rule, dated in rules.items() for wording in _wordings(rule, dated)),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FangxianError(
            f"The policy in {folder} cannot be read: {type(error).__name__}: {error}",
            next_step="Compare it with a policy that ships: policy.yaml and code.yaml.",
        ) from error
    _expect_fixed_offset(loaded)
    return loaded


def _wordings(rule: str, dated: Mapping[date, Mapping[str, Any]]) -> Iterator[Wording]:
    days = sorted(dated)
    for since, until in pairwise([*days, None]):
        entry = dated[since] if since else {}
        if since is None or entry.get("repealed"):
            continue
        evidence = Evidence(entry["evidence"])
        yield Wording(
            rule=rule,
            since=since,
            until=until,
            condition=entry["condition"],
            colour=entry["colour"],
            text=Text(**entry["text"]),
            ends=Text(**entry["ends"]),
            reference=said(entry["reference"]),
            evidence=evidence,
            parameters={name: parameter(name, value) for name, value in (entry.get("parameters") or {}).items()},
        )


def parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    """Return a parameter from its entry in a policy or scheme: value, evidence and, where there is one, a note."""
    note = said(entry["note"]) if "note" in entry else None
    return Parameter(name=name, value=entry["value"], evidence=Evidence(entry["evidence"]), note=note)


def said(words: str | Mapping[str, str]) -> Text:
    """Return words given in both languages; a plain string, such as an address, is the same in both."""
    return Text(words, words) if isinstance(words, str) else Text(**words)


def _expect_fixed_offset(loaded: Policy) -> None:
    """Refuse a zone whose offset changes: a local midnight is computed by one fixed offset on every engine."""
    first = datetime.combine(loaded.since, time())
    offsets = {loaded.zone.utcoffset(first + timedelta(days=30 * month)) for month in range(-12, 120)}
    if len(offsets) > 1:
        raise FangxianError(
            f"The zone {loaded.zone.key} of policy {loaded.name} changes its offset during the year.",
            known="Rules compute local days with one fixed offset.",
            next_step="Name a zone with a fixed offset, such as Asia/Shanghai or Etc/GMT-1.",
        )
