"""Levels: of each area on each day with a count, and as spans of time."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fangxian.area.days import midnight_after
from fangxian.area.rule import area_rule
from fangxian.area.scheme import AreaWording, Scheme
from fangxian.engine.opening import Engine
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known, instant
from fangxian.policy.regions import COUNTY


def daily_levels(scheme: Scheme, *, known_at: datetime) -> ir.Table:
    """Return the level of each of the scheme's areas on each day with a count, with everything that it was computed from.

    Shape: region_code, reported_on, day, case_fact_id, level (null where the inputs do not suffice), then the rule's inputs.
    Days before the scheme's first wording have no row.
    """
    known = Known(instant(known_at), scheme.utc_offset)
    parts = [_worded(scheme, wording, known) for wording in scheme.wordings]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def level_spans(scheme: Scheme, *, known_at: datetime) -> ir.Table:
    """Return from when until when each area was at each level.

    Shape: region_code, from_at, until_at (null while it lasts), level. A level starts at the local midnight after its day's
    count and stands until that of the next count, at most `stands_days`; equal levels that touch are one span. A count whose
    inputs do not suffice ends the span before it.
    """
    known = Known(instant(known_at), scheme.utc_offset)
    daily = daily_levels(scheme, known_at=known_at).select("region_code", "reported_on", "day", "level")
    standing = _standing(daily, known, stands=int(scheme.stands_days.value))
    numbered = standing.mutate(starts=ibis.ifelse(standing.goes_on, 0, 1))
    so_far = ibis.cumulative_window(group_by=numbered.region_code, order_by=numbered.day)
    runs = numbered.mutate(run=numbered.starts.sum().over(so_far)).filter(numbered.level.notnull())
    spans = runs.group_by("region_code", "run", "level").agg(
        from_at=runs.from_at.min(), until_at=runs.until_at.max(), newest=runs.is_newest.max()
    )
    lasts = (spans.newest == 1) & (spans.until_at > ibis.literal(known_at, type=INSTANT))
    return spans.select(
        "region_code", "from_at", until_at=ibis.ifelse(lasts, ibis.null(INSTANT), spans.until_at).cast(INSTANT), level=spans.level
    )


def _standing(daily: ir.Table, known: Known, *, stands: int) -> ir.Table:
    """Add from when until when each day's level stands, and whether it goes on from the day before unchanged."""
    in_order = ibis.window(group_by=daily.region_code, order_by=daily.day)
    gap = daily.mutate(next_day=daily.day.lead().over(in_order))
    days = gap.mutate(
        days=ibis.least((gap.next_day - gap.day).fill_null(stands), stands), is_newest=ibis.ifelse(gap.next_day.isnull(), 1, 0)
    )
    # An interval of as many days as a column says is written differently on each engine; there are few, so they are listed.
    until = ibis.cases(*((days.days == n, midnight_after(known, days.reported_on, days=n)) for n in range(1, stands + 1)))
    timed = days.mutate(from_at=midnight_after(known, days.reported_on), until_at=until, stands_to=days.day + days.days)
    unchanged = (timed.level == timed.level.lag().over(in_order)) & (timed.day == timed.stands_to.lag().over(in_order))
    return timed.mutate(goes_on=unchanged.fill_null(False))


def _worded(scheme: Scheme, wording: AreaWording, known: Known) -> ir.Table:
    """Return the daily levels of one wording: of the scheme's areas, of the days that the wording is for."""
    rule = area_rule(wording.rule)
    decided = rule.decide(known, **{name: parameter.value for name, parameter in wording.parameters.items()})
    until = wording.until or date.max
    chosen = decided.filter(decided.reported_on >= ibis.literal(wording.since), decided.reported_on < ibis.literal(until))
    if scheme.region_code:
        chosen = chosen.filter(chosen.region_code.startswith(scheme.region_code[:2]))
    if scheme.unit == "county":
        undivided = [r.region_code for r in scheme.regions(wording.since) or () if r.level != COUNTY]
        chosen = chosen.filter(~chosen.region_code.endswith("00") | chosen.region_code.isin(undivided))
    return chosen.select("region_code", "reported_on", "day", "case_fact_id", "level", *rule.shows)


def area_levels(engine: Engine, *, scheme: Scheme, known_at: datetime) -> pa.Table:
    """Return the spans of a scheme as known at an instant, computed by an engine, in order of area and time."""
    return engine.rows(level_spans(scheme, known_at=known_at)).sort_by([("region_code", "ascending"), ("from_at", "ascending")])
