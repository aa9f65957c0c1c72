"""What an area rule is: what it looks at, and the level that follows, both plain functions over unbound tables."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import ibis.expr.types as ir

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.facts.known import Known
from fangxian.policy.registry import declared, named

INPUTS: Final[Mapping[str, Text]] = {
    "confirmed_total": Text("累计确诊", "confirmed"),
    "new_confirmed": Text("新增", "new"),
    "days_without_new_case": Text("无新增天数", "quiet days"),
    "missing_days": Text("缺报天数", "missing days"),
    "is_correction": Text("下修", "corrected"),
    "local_share": Text("本地占比", "local share"),
    "clusters": Text("聚集性疫情", "clusters"),
    "points": Text("分值", "points"),
    "base_level": Text("下调前", "before stepping down"),
    "new_in_window": Text("14 天新增", "new in 14 days"),
    "rate_per_100k": Text("每 10 万人发病", "new per 100k"),
    "tests_per_100k": Text("每 10 万人检测", "tests per 100k"),
    "positivity": Text("阳性率", "positivity"),
}
"""What rules look at, as shown beside a level."""


@dataclass(frozen=True)
class AreaRule:
    """A rule that gives areas levels.

    `inputs(known, **parameters)` returns one row for each area and day with a count: region_code, reported_on, day,
    case_fact_id and what the rule looks at. `levels(inputs, **parameters)` adds `level`, null where the inputs do not suffice,
    and what it weighed on the way. `shows` names the columns to be shown beside the level.
    """

    name: str
    title: Text
    shows: tuple[str, ...]
    inputs: Callable[..., ir.Table] = field(repr=False)
    levels: Callable[..., ir.Table] = field(repr=False)

    def takes(self) -> frozenset[str]:
        """Return the names of the parameters that the rule takes."""
        return _keywords(self.inputs) | _keywords(self.levels)

    def decide(self, known: Known, **parameters: Any) -> ir.Table:
        """Return inputs and levels of every area and day with a count.

        Raises FangxianError where a parameter is missing or is not the rule's.
        """
        if self.takes() != parameters.keys():
            raise FangxianError(
                f"Area rule {self.name} takes other parameters than its scheme gives.",
                known=f"It takes: {', '.join(sorted(self.takes()))}. Given: {', '.join(sorted(parameters))}.",
                next_step="Correct the scheme's area.yaml.",
            )
        inputs = self.inputs(known, **{name: parameters[name] for name in _keywords(self.inputs)})
        return self.levels(inputs, **{name: parameters[name] for name in _keywords(self.levels)})


def _keywords(function: Callable[..., ir.Table]) -> frozenset[str]:
    parameters = inspect.signature(function).parameters.values()
    return frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)


@cache
def all_area_rules() -> tuple[AreaRule, ...]:
    """Return every area rule, in order of name."""
    import fangxian.area.rules as package

    return declared(package, AreaRule)


def area_rule(name: str) -> AreaRule:
    """Return the area rule called `name`; raises FangxianError where a scheme names one that does not exist."""
    return named(name, all_area_rules(), what="area rule", next_step="Correct the scheme's area.yaml.")
