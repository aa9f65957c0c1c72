"""How long an answer and a second signature may take, and how long words may be: the dated numbers of `parameters.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from fangxian.facts import Text
from fangxian.policy.colour import Colour
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


@cache
def numbers() -> Mapping[str, Number]:
    """Return every number, by name."""
    stated: dict[str, dict[str, Any]] = yaml.safe_load(files(__package__).joinpath("parameters.yaml").read_text(encoding="utf-8"))
    return {
        name: Number(name=name, meaning=Text(**entry["meaning"]), unit=entry["unit"], values=tuple(_dated(entry["values"])))
        for name, entry in stated.items()
    }


def _dated(values: Mapping[date, Mapping[str, Any]]) -> list[Dated]:
    return [
        Dated(since=since, value=entry["value"], evidence=Evidence(entry["evidence"]), reference=said(entry["reference"]))
        for since, entry in sorted(values.items())
    ]


def answer_within(colour: Colour, day: date) -> timedelta:
    """Return how long the answer to an appeal may take that was opened on a day by somebody of a colour."""
    return timedelta(hours=numbers()[f"answer_{colour}_within"].on(day))


def proposal_lapses_after(day: date) -> timedelta:
    """Return how long a decision that was proposed on a day waits for its second signature."""
    return timedelta(hours=numbers()["proposal_lapses_after"].on(day))


def longest_words(day: date) -> int:
    """Return how many characters an appeal or an answer may have on a day."""
    return numbers()["longest_words"].on(day)
