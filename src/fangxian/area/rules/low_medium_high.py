"""The nation's low, medium and high of February 2020: many cases, a cluster, quiet days."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fangxian.area.clusters import with_clusters
from fangxian.area.curve import case_curve
from fangxian.area.rule import AreaRule
from fangxian.facts import Text
from fangxian.facts.known import Known


def inputs(known: Known, *, cluster_days: int) -> ir.Table:
    """Return the curve with `clusters` of the last `cluster_days` days."""
    return with_clusters(case_curve(known), known, days=cluster_days)


def levels(inputs: ir.Table, *, many_cases: int, quiet_days: int) -> ir.Table:
    """Add `level`: high for more than `many_cases` and a cluster, low for no case or `quiet_days` without one, else medium.

    The text calls an area both high and low that has many cases, a cluster, and no new case for `quiet_days`; the graver
    counts.
    """
    high = (inputs.confirmed_total > many_cases) & (inputs.clusters > 0)
    low = (inputs.confirmed_total == 0) | (inputs.days_without_new_case >= quiet_days).fill_null(False)
    return inputs.mutate(level=ibis.cases((high, "high"), (low, "low"), else_="medium"))


low_medium_high = AreaRule(
    "low-medium-high",
    Text("低、中、高风险", "low, medium and high risk"),
    ("confirmed_total", "new_confirmed", "days_without_new_case", "missing_days", "is_correction", "clusters"),
    inputs,
    levels,
)
