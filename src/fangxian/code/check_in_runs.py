"""Clearing by consecutive check-ins: a cause ends when N days in a row after it had a check-in and none was abnormal."""

from collections.abc import Iterable, Sequence

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
    runs = complete_runs(normal, lengths=sorted(set(lengths)))
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


def complete_runs(normal: ir.Table, *, lengths: Sequence[int]) -> ir.Table:
    """Return every run of each length of consecutive days among `normal_days`.

    Shape: person_id, run_of (the length), first_day (its local midnight), completed_at (the first check-in of the last day).
    """
    # No self-join: over the normal days in order, a run is complete where the day N-1 rows back is N-1 days back.
    # One pass for all lengths: sorting the days is what costs.
    in_order = ibis.window(group_by=normal.person_id, order_by=normal.day)
    back = normal.mutate(**{f"back_{length}": normal.day.lag(length - 1).over(in_order) for length in lengths})
    runs = [_runs(back, length) for length in lengths]
    return ibis.union(*runs) if len(runs) > 1 else runs[0]


def _runs(back: ir.Table, length: int) -> ir.Table:
    first_day = back[f"back_{length}"]
    complete = back.filter(first_day == back.day - ibis.interval(days=length - 1))
    return complete.select("person_id", "completed_at", first_day=first_day, run_of=ibis.literal(length, type="int64"))
