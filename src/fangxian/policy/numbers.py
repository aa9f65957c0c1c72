"""Dated numbers outside of policies' rules: what each means, its unit, and its values with their references, from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from fangxian.facts import Text
from fangxian.policy.policy import Evidence, said


@dataclass(frozen=True, kw_only=True)
class Dated:
    """One value of a number, from a day on."""

    since: date
    value: int
    evidence: Evidence
    reference: Text


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number: what it means, its unit, and its values, oldest first."""

    name: str
    meaning: Text
    unit: str
    values: tuple[Dated, ...]

    def on(self, day: date) -> int:
        """Return the value in force on a day; before the first, the first."""
        begun = [dated.value for dated in self.values if dated.since <= day]
        return begun[-1] if begun else self.values[0].value


def read_numbers(file: Traversable) -> Mapping[str, Number]:
    """Return every number of a file, by name."""
    stated: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        name: Number(name=name, meaning=Text(**entry["meaning"]), unit=entry["unit"], values=tuple(_dated(entry["values"])))
        for name, entry in stated.items()
    }


def _dated(values: Mapping[date, Mapping[str, Any]]) -> list[Dated]:
    return [
        Dated(since=since, value=entry["value"], evidence=Evidence(entry["evidence"]), reference=said(entry["reference"]))
        for since, entry in sorted(values.items())
    ]
