"""Clearing by consecutive check-ins: a cause ends when N days in a row after it had a check-in and none was abnormal."""

import ibis
import ibis.expr.types as ir

from fangxian.code.fever import abnormal_report
from fangxian.code.known import Known
from fangxian.code.rule import spans
from fangxian.facts import CheckIn


def until_check_ins(known: Known, causes: ir.Table, *, check_ins: int, fever_line_c: float) -> ir.Table:
    """Return spans from each cause to the check-in that completes the first run of `check_ins` normal days after it.

    `causes`: person_id, from_at, counts_from (the instant after whose local day the count starts; null while the cause
    goes on), fact_id. A missed or abnormal day restarts the count. Open where no run is complete.
    """
    runs = complete_runs(known, causes, check_ins=check_ins, fever_line_c=fever_line_c)
    started = causes.mutate(cause_day=known.start_of_day(causes.counts_from))
    matched = started.left_join(runs, [started.person_id == runs.person_id, runs.first_day > started.cause_day])
    ended = matched.group_by("person_id", "from_at", "fact_id").agg(until_at=matched.completed_at.min())
    return spans(ended, from_at=ended.from_at, until_at=ended.until_at, because=["fact_id"])


def complete_runs(known: Known, people: ir.Table, *, check_ins: int, fever_line_c: float) -> ir.Table:
    """Return every run of `check_ins` consecutive normal days of the people in `people`.

    Shape: person_id, first_day (its local midnight), completed_at (the first check-in of the last day).
    """
    reports = known.facts(CheckIn)
    reports = reports.semi_join(people, "person_id")
    daily = (
        reports.mutate(day=known.start_of_day(reports.from_at), bad=abnormal_report(reports, fever_line_c=fever_line_c).cast("int8"))
        .group_by("person_id", "day")
        .agg(bad=lambda t: t.bad.max(), completed_at=lambda t: t.from_at.min())
    )
    normal = daily.filter(daily.bad == 0)
    # No self-join: over the normal days in order, a run is complete where the day N-1 rows back is N-1 days back.
    back = normal.day.lag(check_ins - 1).over(ibis.window(group_by=normal.person_id, order_by=normal.day))
    runs = normal.mutate(first_day=back)
    runs = runs.filter(runs.first_day == runs.day - ibis.interval(days=check_ins - 1))
    return runs.select("person_id", "first_day", "completed_at")
