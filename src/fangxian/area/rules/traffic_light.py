"""The ECDC's traffic light: new cases per 100,000 in 14 days against the share of tests that were positive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from fangxian.area.curve import case_curve, with_rise
from fangxian.area.rule import AreaRule
from fangxian.facts import Text
from fangxian.facts.known import Known

Band = Mapping[str, Any]
"""`{rate, positivity, level}`: ranges `[from, to)`, `to` null where it has no end."""


def inputs(known: Known, *, rate_days: int, testing_days: int) -> ir.Table:
    """Return the curve with `rate_per_100k`, `tests_per_100k` and `positivity` (0 to 1).

    Each is null where the population, the tests, or the count of so many days before is unknown. A total that fell counts
    as no new case.
    """
    curve = with_rise(case_curve(known), column="confirmed_total", days=rate_days, name="new_in_window")
    curve = with_rise(curve, column="confirmed_total", days=testing_days, name="found_by_tests")
    curve = with_rise(curve, column="tested_total", days=testing_days, name="tested")
    people = curve.population.cast("float64").nullif(0.0)
    # null passes through ifelse, and not through greatest: engines differ on what greatest makes of it
    new, found = (ibis.ifelse(count < 0, 0, count).cast("float64") for count in (curve.new_in_window, curve.found_by_tests))
    return curve.mutate(
        rate_per_100k=new * 100_000 / people,
        tests_per_100k=curve.tested.cast("float64") * 100_000 / people,
        positivity=found / curve.tested.cast("float64").nullif(0.0),
    ).drop("found_by_tests", "tested")


def levels(inputs: ir.Table, *, least_tests_per_100k: float, bands: Sequence[Band]) -> ir.Table:
    """Add `level`: grey below `least_tests_per_100k`, whatever the rate; otherwise the band that holds rate and positivity."""
    few = inputs.tests_per_100k < least_tests_per_100k
    held = [(_within(inputs.rate_per_100k, b["rate"]) & _within(inputs.positivity, b["positivity"]), b["level"]) for b in bands]
    enough = inputs.rate_per_100k.notnull() & inputs.tests_per_100k.notnull()
    level = ibis.cases((~enough, ibis.null("string")), (few, "grey"), *held, else_=ibis.null("string"))
    return inputs.mutate(level=level)


def _within(value: ir.NumericValue, limits: Sequence[float | None]) -> ir.BooleanValue:
    """Return whether a value is in a range that holds its start and not its end."""
    low, high = limits
    inside = value >= low
    return inside & (value < high) if high is not None else inside


traffic_light = AreaRule(
    "traffic-light",
    Text("交通灯", "traffic light"),
    ("confirmed_total", "new_confirmed", "missing_days", "is_correction", "new_in_window", "rate_per_100k", "tests_per_100k", "positivity"),
    inputs,
    levels,
)
