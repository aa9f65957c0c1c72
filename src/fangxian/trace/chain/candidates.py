"""Who may have infected each case: everybody whose meeting with it tracing found in time, and who was added by hand; each weighed.

The weight of a candidate is the attack rate of such meetings times how likely the days between the two are by the serial interval.
An unknown source stands beside them with the attack rate `unseen_percent` and an interval as usual as any: the shares of all of a
case's candidates and of its unknown source sum to one. Bayes' rule says so where each candidate's risk is small.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts.fact import INSTANT
from fangxian.trace.cases import Basis
from fangxian.trace.chain.scheme import ChainScheme
from fangxian.trace.contacts import contacts
from fangxian.trace.scheme import TraceScheme

SECONDS_OF_DAY: Final = 86_400
_PAIR: Final = ("infector_person_id", "person_id")
_WHOLE: Final = 0.999_999
"""No attack rate counts as certain: its logarithm would be none."""


class Origin(StrEnum):
    """Where a candidate comes from."""

    TRACED = "traced"
    ADDED = "added"
    STRUCK = "struck"


def in_time(scheme: ChainScheme, members: ir.Table, met: ir.Table, *, known_at: datetime) -> ir.Table:
    """Return the meetings of two members at which the one may have infected the other, cut to the time in which that may be.

    Shape: `trace.rule.meetings`. `members` are as `members` returns them. Somebody with symptoms was infected from `most_days` before
    the day of onset until the end of the day `least_days` before it; of others nobody knows how long ago, so until they were found.
    """
    incubation = scheme.at("incubation", known_at)
    least, most = int(incubation.value("least_days")), int(incubation.value("most_days"))
    onset = members.basis == str(Basis.ONSET)
    infected = members.select(
        "person_id",
        window_from=members.day_at - ibis.interval(days=most),
        window_until=ibis.ifelse(onset, members.day_at + ibis.interval(days=1) - ibis.interval(days=least), members.found_at),
    )
    infectors = members.select(case_person_id="person_id")
    pairs = met.filter(met.contact_class != "secondary").inner_join(infected, "person_id").semi_join(infectors, "case_person_id")
    cut = pairs.mutate(
        from_at=ibis.greatest(pairs.from_at, pairs.window_from).cast(INSTANT),
        until_at=ibis.least(pairs.until_at, pairs.window_until).cast(INSTANT),
    )
    return cut.filter(cut.from_at < cut.until_at).select(*met.columns)


def candidates(
    scheme: ChainScheme, trace: TraceScheme, members: ir.Table, met: ir.Table, links: ir.Table, intervals: ir.Table, *, known_at: datetime
) -> ir.Table:
    """Return who may have infected whom, each pair once, also those that were struck, whose weight is nothing.

    Shape: infector_person_id, person_id (the infected one), days (from the one's day to the other's), setting and nearness (of the
    likeliest meetings; null where only a hand added the link), minutes, meetings, met_from_at, met_until_at, attack_percent,
    interval_probability, weight, origin, grounds, link_fact_id. `met` is as `in_time` returns it, `links` as `links.links`, and
    `intervals` has days and probability.
    """
    traced = _by_pair(scheme, contacts(trace, met), known_at=known_at)
    both = {name: members[name] for name in members.columns}
    infectors = members.select(infector_person_id=both["person_id"], infector_day_at=both["day_at"])
    infected = members.select("person_id", own_day_at=both["day_at"])
    known_links = links.semi_join(infectors, "infector_person_id").semi_join(infected, "person_id")
    pairs = ibis.union(traced.select(*_PAIR), known_links.select(*_PAIR), distinct=True)
    told = pairs.left_join(traced, list(_PAIR)).drop("infector_person_id_right", "person_id_right")
    said = known_links.select(*_PAIR, "finding", "grounds", "link_fact_id")
    told = told.left_join(said, list(_PAIR)).drop("infector_person_id_right", "person_id_right")
    told = told.inner_join(infectors, "infector_person_id").inner_join(infected, "person_id")
    apart = (told.own_day_at.epoch_seconds() - told.infector_day_at.epoch_seconds()) / SECONDS_OF_DAY
    dated = told.mutate(days=apart.round().cast("int64"))
    likely = dated.left_join(intervals, "days").drop("days_right")
    likely = likely.mutate(interval_probability=likely.probability.fill_null(0.0), origin=likely.finding.fill_null(str(Origin.TRACED)))
    weight = likely.attack_percent.fill_null(0.0) / 100 * likely.interval_probability
    weighed = likely.mutate(weight=ibis.ifelse(likely.origin == str(Origin.STRUCK), 0.0, weight))
    kept = weighed.filter((weighed.weight > 0) | (weighed.origin != str(Origin.TRACED)))
    return kept.drop("probability", "finding", "infector_day_at", "own_day_at")


def shares(scheme: ChainScheme, weighed: ir.Table, *, usual: float, known_at: datetime) -> ir.Table:
    """Return the candidates with the share of each in its case: `share`, which with that of the unknown source sums to one.

    `usual` is how likely a usual interval is. A case of which a hand named the source has no other: those added share it alike.
    """
    unseen = float(scheme.at("sources", known_at).value("unseen_percent")) / 100 * usual
    added = weighed.origin == str(Origin.ADDED)
    of_case = ibis.window(group_by=weighed.person_id)
    summed = weighed.mutate(all_weight=weighed.weight.sum().over(of_case), all_added=added.cast("int64").sum().over(of_case))
    by_weight = summed.weight / (summed.all_weight + unseen)
    by_hand = ibis.ifelse(summed.origin == str(Origin.ADDED), 1.0 / ibis.greatest(summed.all_added, 1).cast("float64"), 0.0)
    return summed.mutate(share=ibis.ifelse(summed.all_added > 0, by_hand, by_weight)).drop("all_weight", "all_added")


def _by_pair(scheme: ChainScheme, found: ir.Table, *, known_at: datetime) -> ir.Table:
    """Return contacts summed up over settings: the chance that none of them infected is the product of each one's."""
    untold = float(scheme.at("sources", known_at).value("untold_percent"))
    rated = found.mutate(risk=ibis.least(found.attack_percent.fill_null(untold) / 100, _WHOLE))
    in_order = ibis.window(group_by=[rated.case_person_id, rated.person_id], order_by=[rated.risk.desc(), rated.setting])
    ranked = rated.mutate(place=ibis.row_number().over(in_order))
    likeliest = ranked.filter(ranked.place == 0).select("case_person_id", "person_id", "setting", "nearness")
    summed = rated.group_by("case_person_id", "person_id").agg(
        escape=(1 - rated.risk).ln().sum(),
        minutes=rated.minutes.sum(),
        meetings=rated.meetings.sum(),
        met_from_at=rated.from_at.min(),
        met_until_at=rated.until_at.max(),
    )
    joined = summed.inner_join(likeliest, ["case_person_id", "person_id"])
    return joined.select(
        "person_id",
        "setting",
        "nearness",
        "minutes",
        "meetings",
        "met_from_at",
        "met_until_at",
        infector_person_id=joined.case_person_id,
        attack_percent=(1 - joined.escape.exp()) * 100,
    )
