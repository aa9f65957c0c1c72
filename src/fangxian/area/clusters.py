"""Cluster outbreaks that still count on a day."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fangxian.area.days import local_day
from fangxian.facts import AreaCluster
from fangxian.facts.known import Known


def with_clusters(curve: ir.Table, known: Known, *, days: int) -> ir.Table:
    """Return `curve` with `clusters`: how many had their latest case on the day or in the `days - 1` days before it."""
    reported = known.facts(AreaCluster)
    # Every cluster is laid out over the days that it counts on, and not joined by a range of days: Spark has no fast way
    # for such a join.
    laid_out = reported.select(
        "region_code", "fact_id", last_case_day=local_day(known, reported.from_at), age=ibis.array(list(range(days))).unnest()
    )
    each_day = laid_out.mutate(cluster_day=laid_out.last_case_day + laid_out.age)
    counted = each_day.group_by(cluster_region_code=each_day.region_code, cluster_day=each_day.cluster_day).agg(
        found=each_day.fact_id.nunique()
    )
    joined = curve.left_join(counted, [curve.region_code == counted.cluster_region_code, curve.day == counted.cluster_day])
    return joined.mutate(clusters=joined.found.fill_null(0)).drop("cluster_region_code", "cluster_day", "found")
