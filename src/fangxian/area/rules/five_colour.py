"""Zhejiang's five colours: points for cases, local share and clusters; quiet days step down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from fangxian.area.clusters import with_clusters
from fangxian.area.curve import case_curve
from fangxian.area.rule import AreaRule
from fangxian.facts import Text
from fangxian.facts.known import Known

COLOURS: Final = ("green", "blue", "yellow", "orange", "red")
"""From the mildest to the gravest; a step down goes one to the left."""

StepDown = Mapping[str, Any]
"""`{after_days, by, from}`: after so many days without a new case, go down `by` levels from one of the levels `from`."""


def inputs(known: Known, *, cluster_days: int) -> ir.Table:
    """Return the curve with `clusters` of the last `cluster_days` days and `local_share` (0 to 1; null where unknown)."""
    curve = case_curve(known)
    share = curve.local_total.cast("float64") / curve.confirmed_total.cast("float64").nullif(0.0)
    return with_clusters(curve.mutate(local_share=share), known, days=cluster_days)


def levels(
    inputs: ir.Table,
    *,
    points_from_cases: Sequence[tuple[int, float]],
    points_for_all_local: float,
    local_share_when_unknown: float,
    points_for_clusters: Sequence[float],
    level_from_points: Sequence[tuple[float, str]],
    step_downs: Sequence[StepDown],
) -> ir.Table:
    """Add `points`, `base_level` and `level`.

    A new case or an active cluster undoes every step down on the same day: a step down asks for quiet days and no cluster.
    """
    clusters = _by_least(inputs.clusters, list(enumerate(points_for_clusters)))
    local = inputs.local_share.fill_null(local_share_when_unknown) * points_for_all_local
    weighed = inputs.mutate(points=_by_least(inputs.confirmed_total, points_from_cases) + local + clusters)
    worth = _by_least(weighed.points, [(least, COLOURS.index(colour)) for least, colour in level_from_points])
    base = weighed.mutate(base_rank=ibis.ifelse(weighed.confirmed_total == 0, 0, worth))
    rank = ibis.greatest(base.base_rank - _steps_down(base, step_downs), 0)
    return base.mutate(base_level=_colour(base.base_rank), level=_colour(rank)).drop("base_rank")


def _steps_down(base: ir.Table, step_downs: Sequence[StepDown]) -> ir.IntegerValue:
    """Return how many levels to go down: the largest of the steps that apply."""
    largest: ir.IntegerValue = ibis.literal(0)
    for step in step_downs:
        ranks = [COLOURS.index(colour) for colour in step["from"]]
        applies = (base.clusters == 0) & (base.days_without_new_case >= step["after_days"]) & base.base_rank.isin(ranks)
        largest = ibis.greatest(largest, ibis.ifelse(applies.fill_null(False), step["by"], 0))
    return largest


def _by_least(value: ir.NumericValue, bands: Sequence[tuple[float, float]]) -> ir.NumericValue:
    """Return what belongs to the highest `least` that `value` reaches; bands are `(least, worth)`; 0 below all."""
    descending = sorted(bands, key=lambda band: band[0], reverse=True)
    return ibis.cases(*((value >= least, worth) for least, worth in descending), else_=0)


def _colour(rank: ir.IntegerValue) -> ir.StringValue:
    return ibis.cases(*((rank == number, colour) for number, colour in enumerate(COLOURS)), else_=COLOURS[0])


five_colour = AreaRule(
    "five-colour",
    Text("五色图", "five colours"),
    (
        "confirmed_total",
        "new_confirmed",
        "days_without_new_case",
        "missing_days",
        "is_correction",
        "local_share",
        "clusters",
        "points",
        "base_level",
    ),
    inputs,
    levels,
)
