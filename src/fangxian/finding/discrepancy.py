"""What a difference between a register and the data can be, and the numbers by which one is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from fangxian.facts import CheckpointPass, Enrolment, Fact, GateVisit, HealthDeclaration, RegionStay, Residence, Text, Trip
from fangxian.policy.numbers import Number, read_numbers

FIELDS_OF_CHECK: Final[Mapping[type[Fact], frozenset[str]]] = {
    Residence: frozenset({"from_at", "until_at", "region_code", "street_code", "grid_code"}),
    RegionStay: frozenset({"from_at", "until_at", "region_code", "basis"}),
    Trip: frozenset({"from_at", "until_at", "from_region_code", "to_region_code"}),
    CheckpointPass: frozenset({"from_at", "region_code"}),
    GateVisit: frozenset({"from_at", "region_code", "outcome"}),
    HealthDeclaration: frozenset({"from_at", "stayed_in_key_area"}),
    Enrolment: frozenset({"from_at", "region_code"}),
}
"""What the comparison reads, by type of fact."""


class Difference(StrEnum):
    """What differs, in the order in which a person's differences are asked about: each person is visited once."""

    DENIED_TRAVEL = "denied_travel"
    NOT_THERE = "not_there"
    REGISTERED_TWICE = "registered_twice"
    ENTERED_TWICE = "entered_twice"
    MISSING = "missing"

    @property
    def words(self) -> Text:
        """The difference for people: something to ask about, and nothing that anybody did."""
        return _WORDS[self]


_WORDS: Final = {
    Difference.DENIED_TRAVEL: Text("申报未到重点地区，数据显示到过，请核实", "declared no stay in a key area, and the data show one: ask"),
    Difference.NOT_THERE: Text("在册，但数据显示人在外地，请核实", "on the register, and the data show them elsewhere: ask"),
    Difference.REGISTERED_TWICE: Text("同时登记在两处，可能已迁居，请核实", "registered in two places at once, may have moved: ask"),
    Difference.ENTERED_TWICE: Text("同一处登记了两次，请合并", "entered twice in one place: merge"),
    Difference.MISSING: Text("常在本地出现，名册上没有，请核实", "often here, and not on the register: ask"),
}


@dataclass(frozen=True, kw_only=True)
class CheckNumbers:
    """The numbers in force on a day."""

    away_for: timedelta
    seen_on: int
    seen_within: timedelta
    asked_about: timedelta

    @classmethod
    def on(cls, day: date) -> CheckNumbers:
        """Return those of a day."""
        days = {name: number.on(day) for name, number in numbers().items()}
        return cls(
            away_for=timedelta(days=days["away_for"]),
            seen_on=days["seen_on"],
            seen_within=timedelta(days=days["seen_within"]),
            asked_about=timedelta(days=days["asked_about"]),
        )


@cache
def numbers() -> Mapping[str, Number]:
    """Return every number, by name."""
    return read_numbers(files(__package__).joinpath("registers.yaml"))
