"""Clearing by consecutive check-ins: a cause ends when N days in a row after it had a check-in and none was abnormal."""

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from fangxian.code.fever import abnormal_report
from fangxian.facts import CheckIn
from fangxian.facts.known import Known


def until_check_ins(known: Known, waiting: ir.Table, *, lengths: Iterable[int], fever_line_c: float) -> ir.Table:
    """Return `waiting` with `until_at`: the check-in that completes the first long enough run of normal days after the cause.

    `waiting`: `causes` of any number of rules, with check_ins (days in a row needed: one of `lengths`) and any other columns.
    A missed or abnormal day restarts the count. Null where no run is complete. A repeated row comes out once.
    """
    normal = normal_days(known, fever_line_c=fever_line_c, people=waiting)
    runs = ibis.union(*(complete_runs(normal, check_ins=length) for length in sorted(set(lengths))))
    dated = waiting.mutate(cause_day=known.start_of_day(waiting.counts_from))
    matched = dated.left_join(runs, [dated.person_id == runs.person_id, dated.check_ins == runs.run_of, runs.first_day > dated.cause_day])
    return matched.group_by(*waiting.columns).agg(until_at=matched.completed_at.min())


def normal_days(known: Known, *, fever_line_c: float, people: ir.Table | None = None) -> ir.Table:
    """Return the local days on which a person checked in and never reported anything abnormal.

    Shape: person_id, day (its local midnight), completed_at (the day's first check-in). With `people`, theirs only.
    """
    marked = marked_reports(known, fever_line_c=fever_line_c, people=people)
    daily = marked.group_by("person_id", "day").agg(bad=marked.bad.max(), completed_at=marked.from_at.min())
    return daily.filter(daily.bad == 0).drop("bad")


def marked_reports(known: Known, *, fever_line_c: float, people: ir.Table | None = None) -> ir.Table:
    """Return every check-in with its local day (its midnight) and whether it is bad: 1 where abnormal, else 0.

    Shape: person_id, from_at, day, bad. With `people`, theirs only.
    """
    reports = known.facts(CheckIn)
    if people is not None:
        reports = reports.semi_join(people, "person_id")
    return reports.select(
        "person_id",
        "from_at",
        day=known.start_of_day(reports.from_at),
        bad=abnormal_report(reports, fever_line_c=fever_line_c).cast("int8"),
    )


def complete_runs(normal: ir.Table, *, check_ins: int) -> ir.Table:
    """Return every run of `check_ins` consecutive days among `normal_days`.

    Shape: person_id, run_of (= `check_ins`), first_day (its local midnight), completed_at (the first check-in of the last day).
    """
    # No self-join: over the normal days in order, a run is complete where the day N-1 rows back is N-1 days back.
    back = normal.day.lag(check_ins - 1).over(ibis.window(group_by=normal.person_id, order_by=normal.day))
    runs = normal.mutate(first_day=back, run_of=ibis.literal(check_ins, type="int64"))
    runs = runs.filter(runs.first_day == runs.day - ibis.interval(days=check_ins - 1))
    return runs.select("person_id", "run_of", "first_day", "completed_at")
