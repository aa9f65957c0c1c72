"""What a rule is: a named condition in one or more forms, each a plain function from known facts to spans or causes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import ibis
import ibis.expr.types as ir

from fangxian.facts import Text
from fangxian.facts.fact import INSTANT
from fangxian.policy.registry import declared, named

Function = Callable[..., ir.Table]
LADDER_PARAMETERS = frozenset({"check_ins", "fever_line_c"})
"""What a wording must say where consecutive check-ins end it: how many, and the axillary temperature (°C) that breaks a run."""


@dataclass(frozen=True)
class Condition:
    """One form of a rule: a plain function `function(known, **parameters)`.

    It returns `spans`, which know their own ends; or, `until_check_ins`, `causes`, which all end in the same way, so that
    a whole policy reads the check-ins once (`fangxian.code.check_in_runs`).
    """

    function: Function
    until_check_ins: bool

    def takes(self) -> frozenset[str]:
        """Return the names of the parameters that a wording of this condition must give."""
        own = inspect.signature(self.function).parameters.values()
        names = frozenset(p.name for p in own if p.kind is p.KEYWORD_ONLY)
        return names | LADDER_PARAMETERS if self.until_check_ins else names


@dataclass(frozen=True)
class Rule:
    """A rule: what it recognises, and the conditions that policies word it by."""

    name: str
    title: Text
    meaning: Text
    conditions: dict[str, Condition] = field(default_factory=dict, compare=False)

    def condition(self, function: Function) -> Function:
        """Add a function that returns `spans` as one of the rule's conditions, under its own name."""
        self.conditions[function.__name__] = Condition(function, until_check_ins=False)
        return function

    def condition_until_check_ins(self, function: Function) -> Function:
        """Add a function that returns `causes`, which end by consecutive normal check-ins, under its own name."""
        self.conditions[function.__name__] = Condition(function, until_check_ins=True)
        return function


def spans(table: ir.Table, *, from_at: ir.TimestampValue, until_at: ir.TimestampValue, because: Sequence[str]) -> ir.Table:
    """Return what a condition found, with its end.

    Shape: person_id, from_at, until_at (null while open), cause (the first fact), because (all facts, in order).
    """
    return table.select(
        person_id=table.person_id,
        from_at=from_at.cast(INSTANT),
        until_at=until_at.cast(INSTANT),
        cause=table[because[0]],
        because=ibis.array([table[name] for name in because]),
    )


def causes(table: ir.Table, *, from_at: ir.TimestampValue, counts_from: ir.TimestampValue) -> ir.Table:
    """Return what a condition found where check-ins end it.

    Shape: person_id, from_at, counts_from (check-ins count from the local day after it; null while the cause goes on),
    cause (`table.fact_id`).
    """
    return table.select(
        person_id=table.person_id, from_at=from_at.cast(INSTANT), counts_from=counts_from.cast(INSTANT), cause=table.fact_id
    )


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule that exists, in order of name."""
    import fangxian.code.rules as package

    return declared(package, Rule)


def rule(name: str) -> Rule:
    """Return the rule called `name`. Raises FangxianError where a policy names one that does not exist."""
    return named(name, all_rules(), what="rule", next_step="Correct the policy's code.yaml.")
