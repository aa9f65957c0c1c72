"""What a rule is: a named condition in one or more forms, each a plain function from known facts to spans of time."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.facts.fact import INSTANT

Condition = Callable[..., ir.Table]
"""`condition(known, **parameters)` returns `spans`: whom a rule concerns, from when, until when, because of which facts."""


@dataclass(frozen=True)
class Rule:
    """A rule: what it recognises, and the conditions that policies word it by."""

    name: str
    title: Text
    meaning: Text
    conditions: dict[str, Condition] = field(default_factory=dict, compare=False)

    def condition(self, function: Condition) -> Condition:
        """Add a function as one of the rule's conditions, under its own name."""
        self.conditions[function.__name__] = function
        return function

    def takes(self, condition: str) -> frozenset[str]:
        """Return the names of the parameters that a condition takes."""
        parameters = inspect.signature(self.conditions[condition]).parameters.values()
        return frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)


def spans(table: ir.Table, *, from_at: ir.TimestampValue | Any, until_at: ir.TimestampValue | Any, because: Iterable[Any]) -> ir.Table:
    """Return what a condition found.

    Shape: person_id, from_at, until_at (null while open), cause (the first fact), because (all facts, in order).
    """
    facts = [table[name] if isinstance(name, str) else name for name in because]
    return table.select(
        person_id=table.person_id,
        from_at=from_at.cast(INSTANT),
        until_at=until_at.cast(INSTANT),
        cause=facts[0],
        because=ibis.array(facts),
    )


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule that exists, in order of name; the package is walked, so nothing has to register itself."""
    import fangxian.code.rules as package

    found: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(package.__path__):
        for member in vars(importlib.import_module(f"{package.__name__}.{module.name}")).values():
            if isinstance(member, Rule):
                found[member.name] = member
    return tuple(found[name] for name in sorted(found))


def rule(name: str) -> Rule:
    """Return the rule called `name`. Raises FangxianError where a policy names one that does not exist."""
    found = {r.name: r for r in all_rules()}
    if name not in found:
        raise FangxianError(
            f"There is no rule called {name}.",
            known=f"Known: {', '.join(found)}.",
            next_step="Correct the policy's code.yaml.",
        )
    return found[name]
