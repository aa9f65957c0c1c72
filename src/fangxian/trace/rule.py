"""What a contact rule is: the people who were near cases in one setting, as conditions that schemes word it by."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts import Text
from fangxian.facts.fact import INSTANT
from fangxian.policy.registry import declared, named

Function = Callable[..., ir.Table]


class Nearness(StrEnum):
    """How near two people were, the nearest first."""

    HOUSEHOLD = "household"
    ADJACENT = "adjacent"
    SAME_ROW = "same_row"
    NEAR_ROWS = "near_rows"
    SAME_COMPARTMENT = "same_compartment"
    NEAR_BAYS = "near_bays"
    SAME_CABIN = "same_cabin"
    CREW = "crew"
    SAME_PREMISES = "same_premises"
    SAME_PLACE = "same_place"
    SAME_CARRIAGE = "same_carriage"
    ABOARD = "aboard"
    SEAT_UNKNOWN = "seat_unknown"
    REUSED_SEAT = "reused_seat"
    SAME_CELL = "same_cell"


class Certainty(StrEnum):
    """What a meeting rests on, the surest first."""

    KNOWN = "known"
    TIME_ASSUMED = "time_assumed"
    SEAT_UNKNOWN = "seat_unknown"
    POSITION_ROUGH = "position_rough"


CLASSES: Final = ("close", "secondary", "general")
"""What a meeting makes of somebody, the gravest first. Secondary contacts are the close contacts of close contacts."""


@dataclass(frozen=True)
class ContactRule:
    """A rule: the setting that it looks at, and the conditions that schemes word it by.

    By a rule that carries on, contacts of close contacts are looked for as well. By one of gates a scan that alarms shows at once who
    was there.

    A condition is a plain function `function(known, cases, **parameters)`; `cases` are as `trace.cases.cases` returns them, and it
    returns `meetings`.
    """

    name: str
    title: Text
    meaning: Text
    carries_on: bool = False
    of_gates: bool = False
    conditions: dict[str, Function] = field(default_factory=dict, compare=False)

    def condition(self, function: Function) -> Function:
        """Add a function as one of the rule's conditions, under its own name."""
        self.conditions[function.__name__] = function
        return function

    def takes(self, condition: str) -> frozenset[str]:
        """Return the names of the parameters that a wording of a condition must give."""
        own = inspect.signature(self.conditions[condition]).parameters.values()
        return frozenset(p.name for p in own if p.kind is p.KEYWORD_ONLY)


def meetings(
    table: ir.Table,
    *,
    setting: str,
    contact_class: ir.StringValue | str,
    nearness: ir.StringValue | Nearness,
    certainty: ir.StringValue | Certainty,
) -> ir.Table:
    """Return what a condition found.

    Shape: case_fact_id, case_person_id, person_id, setting, contact_class, nearness, certainty, from_at, until_at (when both were
    there), case_because, because (the fact of the case, and that of the other, which it follows from).
    """
    return table.select(
        "case_fact_id",
        "case_person_id",
        "person_id",
        setting=ibis.literal(setting),
        contact_class=_text(contact_class),
        nearness=_text(nearness),
        certainty=_text(certainty),
        from_at=table.from_at.cast(INSTANT),
        until_at=table.until_at.cast(INSTANT),
        case_because=table.case_because,
        because=table.because,
    )


def _text(value: ir.StringValue | str) -> ir.StringValue:
    return ibis.literal(str(value)) if isinstance(value, str) else value


@cache
def all_contact_rules() -> tuple[ContactRule, ...]:
    """Return every contact rule, in order of name."""
    import fangxian.trace.rules as package

    return declared(package, ContactRule)


def contact_rule(name: str) -> ContactRule:
    """Return the contact rule called `name`; raises FangxianError where a scheme names one that does not exist."""
    return named(name, all_contact_rules(), what="contact rule", next_step="Correct the scheme's trace.yaml.")
