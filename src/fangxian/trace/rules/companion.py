"""Companions in space and time: phones that were in one square with a case's, by numbers that name very many who never met it."""

import ibis
import ibis.expr.types as ir

from fangxian.facts import CellPresence, Text
from fangxian.facts.known import Known
from fangxian.trace.overlap import SECONDS_OF_HOUR, at_the_same_time
from fangxian.trace.rule import Certainty, ContactRule, Nearness, meetings

companion = ContactRule(
    "companion",
    Text("时空伴随", "Companions in space and time"),
    Text(
        "手机与病例手机在同一 800 米网格内停留过、且其中一方常在该网格的人。",
        "People whose phone was in one square of 800 m with a case's, where either of them stays much.",
    ),
)


@companion.condition
def together_in_a_cell(known: Known, cases: ir.Table, *, together_minutes: int, dwell_days: int, dwell_hours: int) -> ir.Table:
    """General contacts: `together_minutes` or longer in one square where either stayed more than `dwell_hours` within `dwell_days`.

    The days are those before the case was found. A square has a million square metres, and a position may be off by one square: that
    two phones were in it says nothing of two people.
    """
    told = known.facts(CellPresence)
    stays = told.select("person_id", "fact_id", "cell_id", came_at="from_at", left_at="until_at")
    window = cases.select("case_fact_id", "case_person_id", "found_at", window_from="from_at", window_until="until_at")
    own = stays.inner_join(window, stays.person_id == window.case_person_id)
    own = own.filter((own.came_at < own.window_until) & (own.left_at > own.window_from)).select(
        "case_fact_id",
        "case_person_id",
        "found_at",
        "cell_id",
        cell="cell_id",
        own_came_at=ibis.greatest(own.came_at, own.window_from),
        own_left_at=ibis.least(own.left_at, own.window_until),
        case_because="fact_id",
    )
    pair = at_the_same_time(stays, own, key="cell_id").filter(lambda t: t.person_id != t.case_person_id)
    pair = pair.mutate(from_at=ibis.greatest(pair.came_at, pair.own_came_at), until_at=ibis.least(pair.left_at, pair.own_left_at))
    long = pair.filter(pair.until_at >= pair.from_at + ibis.interval(minutes=together_minutes))
    staying = _dwellers(stays, own, days=dwell_days, hours=dwell_hours)
    same = [long.case_fact_id == staying.of_case, long.cell == staying.dwelt_in]
    by_either = long.semi_join(staying, [*same, (staying.dweller == long.person_id) | (staying.dweller == long.case_person_id)])
    return meetings(
        by_either.mutate(because=by_either.fact_id),
        setting="other",
        contact_class="general",
        nearness=Nearness.SAME_CELL,
        certainty=Certainty.POSITION_ROUGH,
    )


def _dwellers(stays: ir.Table, own: ir.Table, *, days: int, hours: int) -> ir.Table:
    """Return who stayed more than `hours` in a square of a case's within `days` before it was found: of_case, dwelt_in, dweller.

    A stay that was told twice counts once.
    """
    cells = own.select("cell_id", "found_at", of_case="case_fact_id").distinct()
    told = stays.select("person_id", "cell_id", "came_at", "left_at").distinct()
    there = told.inner_join(cells, "cell_id")
    came_at = ibis.greatest(there.came_at, there.found_at - ibis.interval(days=days))
    clipped = there.mutate(came=came_at, left=ibis.least(there.left_at, there.found_at))
    clipped = clipped.filter(clipped.came < clipped.left)
    clipped = clipped.mutate(seconds=clipped.left.truncate("s").epoch_seconds() - clipped.came.truncate("s").epoch_seconds())
    summed = clipped.group_by("of_case", dwelt_in="cell_id", dweller="person_id").agg(seconds=clipped.seconds.sum())
    return summed.filter(summed.seconds > hours * SECONDS_OF_HOUR)
