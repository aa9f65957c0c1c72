"""Cluster outbreaks that still count on a day."""

from __future__ import annotations

import ibis.expr.types as ir

from fangxian.area.known import KnownAreas
from fangxian.facts import AreaCluster


def with_clusters(curve: ir.Table, known: KnownAreas, *, days: int) -> ir.Table:
    """Return `curve` with `clusters`: how many had their latest case on the day or in the `days - 1` days before it."""
    reported = known.facts(AreaCluster)
    clusters = reported.select(
        cluster_region_code=reported.region_code, cluster_day=known.local_day(reported.from_at), cluster_fact_id=reported.fact_id
    )
    active = curve.inner_join(
        clusters,
        [
            curve.region_code == clusters.cluster_region_code,
            clusters.cluster_day <= curve.day,
            clusters.cluster_day > curve.day - days,
        ],
    )
    counted = active.group_by(counted_region_code=active.region_code, counted_day=active.day).agg(found=active.cluster_fact_id.nunique())
    joined = curve.left_join(counted, [curve.region_code == counted.counted_region_code, curve.day == counted.counted_day])
    return joined.mutate(clusters=joined.found.fill_null(0)).drop("counted_region_code", "counted_day", "found")
