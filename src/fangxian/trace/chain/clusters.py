"""Clusters by definition: cases of one home or workplace that were found within some days of each other."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts import Household, Workplace
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known
from fangxian.trace.chain.candidates import SECONDS_OF_DAY
from fangxian.trace.chain.scheme import ChainScheme

_OF_A_PLACE: Final = ("setting", "place")


def clusters(scheme: ChainScheme, known: Known, members: ir.Table, *, known_at: datetime) -> ir.Table:
    """Return the members of every cluster.

    Shape: setting (household or workplace), place (an internal name of it), run (0, 1, …: which cluster of the place), person_id,
    found_at. Cases belong together of which each was found within `days` local days after the one before; fewer than `cases` people are
    no cluster. Somebody belongs to the homes and premises where they were registered on their day of reckoning.
    """
    worded = scheme.at("cluster", known_at)
    there = ibis.union(
        *(_registered(known, members, each, setting) for each, setting in ((Household, "household"), (Workplace, "workplace")))
    )
    there = there.distinct()
    day = (known.start_of_day(there.found_at).epoch_seconds() / SECONDS_OF_DAY).floor().cast("int64")
    dated = there.mutate(day=day)
    of_place = ibis.window(group_by=[dated.setting, dated.place], order_by=[dated.found_at, dated.person_id])
    gap = dated.day - dated.day.lag(1).over(of_place)
    begun = dated.mutate(begins=(gap > int(worded.value("days"))).fill_null(False).cast("int64"))
    in_place = ibis.window(group_by=[begun.setting, begun.place], order_by=[begun.found_at, begun.person_id], preceding=None, following=0)
    runs = begun.mutate(run=begun.begins.sum().over(in_place))
    sized = runs.mutate(size=runs.count().over(ibis.window(group_by=[runs.setting, runs.place, runs.run])))
    return sized.filter(sized.size >= int(worded.value("cases"))).select(*_OF_A_PLACE, "run", "person_id", "found_at")


def _registered(known: Known, members: ir.Table, fact_type: type[Household | Workplace], setting: str) -> ir.Table:
    """Return where members were registered on their day of reckoning: setting, place, person_id, found_at."""
    facts = known.facts(fact_type)
    place = facts.household_id if fact_type is Household else facts.organisation_id + "|" + facts.premises_id.fill_null("")
    facts = facts.select("person_id", "from_at", "until_at", place=place)
    joined = facts.inner_join(members.select("person_id", "found_at", "day_at"), "person_id")
    # On the day, at any hour of it: whoever moved in on the day of onset is of the home.
    on_the_day = (joined.from_at < joined.day_at + ibis.interval(days=1)) & (joined.until_at > joined.day_at).fill_null(True)
    there = joined.filter(on_the_day)
    return there.select("person_id", setting=ibis.literal(setting), place=there.place, found_at=there.found_at.cast(INSTANT))
