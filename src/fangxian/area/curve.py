"""Daily case curves: what each area's counts say, day by day, with zero, missing and corrected kept apart."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fangxian.area.days import days_since_1970
from fangxian.facts import AreaCases
from fangxian.facts.known import Known


def case_curve(known: Known) -> ir.Table:
    """Return one row for each area and day that has a count; a day without a count has no row.

    Shape: region_code, reported_on, day (reported_on as a number), case_fact_id, confirmed_total, local_total, population,
    tested_total, then

    - new_confirmed: confirmed_total less that of the count before; null on the first, below zero for a correction;
    - is_correction: whether the total fell;
    - missing_days: days without a count since the count before; null on the first;
    - days_without_new_case: days since the last count that was above the one before it; null where no case ever was.

    Where days are missing before a higher count, the case is taken to be of the day of that count, the latest that it can
    be; so is the first count of an area, if it is not zero.
    """
    counts = latest_counts(known)
    in_order = ibis.window(group_by=counts.region_code, order_by=counts.day)
    stepped = counts.mutate(
        total_before=counts.confirmed_total.lag().over(in_order),
        day_before=counts.day.lag().over(in_order),
    )
    rose = stepped.confirmed_total > stepped.total_before.fill_null(0)
    risen = stepped.mutate(rise_day=ibis.ifelse(rose, stepped.day, ibis.null("int64")))
    so_far = ibis.cumulative_window(group_by=risen.region_code, order_by=risen.day)
    last_rise = risen.mutate(last_rise_day=risen.rise_day.max().over(so_far))
    return last_rise.mutate(
        new_confirmed=last_rise.confirmed_total - last_rise.total_before,
        is_correction=(last_rise.confirmed_total < last_rise.total_before).fill_null(False),
        missing_days=last_rise.day - last_rise.day_before - 1,
        days_without_new_case=last_rise.day - last_rise.last_rise_day,
    ).drop("total_before", "day_before", "rise_day", "last_rise_day")


def latest_counts(known: Known) -> ir.Table:
    """Return the last known count of each area and day, from whichever source; of two known at once, the higher fact_id."""
    cases = known.facts(AreaCases)
    counted = cases.select(
        "region_code",
        "reported_on",
        day=days_since_1970(cases.reported_on),
        case_fact_id=cases.fact_id,
        known_at=cases.known_at,
        confirmed_total=cases.confirmed_total,
        local_total=cases.local_total,
        population=cases.population,
        tested_total=cases.tested_total,
    )
    newest_first = ibis.window(group_by=[counted.region_code, counted.day], order_by=[counted.known_at.desc(), counted.case_fact_id.desc()])
    ranked = counted.mutate(rank=ibis.row_number().over(newest_first))
    return ranked.filter(ranked["rank"] == 0).drop("rank", "known_at")


def with_rise(curve: ir.Table, *, column: str, days: int, name: str) -> ir.Table:
    """Return `curve` with how much a total rose over so many days, as `name`; null where there is no count of so long before."""
    # A range of one day, so many days back, and not a self-join: Spark computes a table as often as a query names it.
    just_then = ibis.window(group_by=curve.region_code, order_by=curve.day, range=(-days, -days))
    rise = {name: curve[column] - curve[column].max().over(just_then)}
    return curve.mutate(**rise)
