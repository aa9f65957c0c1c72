"""How a register and the data differ: each rule returns people to be asked, the facts because of which, and where.

Shape of every rule: person_id, difference, area_code (12, 9 or 6 digits), because_type, because_id, other_type, other_id (null where one
fact says it all), sources (how many say what the register does not). What a rule finds is a question: no rule writes a fact.
"""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from fangxian.facts import HealthDeclaration, RegionStay, Residence, Trip
from fangxian.facts.known import Known
from fangxian.finding.agreements import Readable
from fangxian.finding.discrepancy import CheckNumbers, Difference
from fangxian.finding.search import FORM_S_KEY_AREA
from fangxian.finding.sightings import prefecture, sightings
from fangxian.finding.whereabouts import finest_area


def entries(known: Known, may_read: Readable) -> ir.Table:
    """Return the entries of the register that hold now, the newest of each person as number 0: person_id, fact_id, area_code, number."""
    homes = may_read.facts(known, Residence)
    hold = homes.filter(homes.from_at <= known.known_at, homes.until_at.isnull() | (homes.until_at > known.known_at))
    named = hold.select("person_id", "fact_id", "from_at", area_code=finest_area(hold)).distinct()
    newest_first = ibis.window(group_by="person_id", order_by=[named.from_at.desc(), named.fact_id.desc(), named.area_code])
    return named.mutate(number=ibis.row_number().over(newest_first)).drop("from_at")


def twice(known: Known, may_read: Readable, numbers: CheckNumbers) -> ir.Table:
    """Return who has several entries that hold: in several places, or all in one. The oldest is asked about, beside the newest."""
    every = entries(known, may_read)
    counted = every.group_by("person_id").agg(oldest=every.number.max(), places=every.area_code.nunique())
    several = counted.filter(counted.oldest > 0)
    newest = every.filter(every.number == 0).select("person_id", other_id=every.fact_id)
    oldest = every.inner_join(several, "person_id").filter(lambda t: t.number == t.oldest)
    joined = oldest.select("person_id", "fact_id", "area_code", "places", sources=ibis.literal(1)).inner_join(newest, "person_id")
    difference = ibis.ifelse(joined.places > 1, str(Difference.REGISTERED_TWICE), str(Difference.ENTERED_TWICE))
    residence = ibis.literal(Residence.name)
    return _findings(joined, difference=difference, because=(residence, joined.fact_id), other=(residence, joined.other_id))


def not_there(known: Known, may_read: Readable, numbers: CheckNumbers) -> ir.Table:
    """Return who is registered in one prefecture and was seen in others only, over `away_for`, since they were last seen there."""
    every = entries(known, may_read)
    home = every.filter(every.number == 0).select("person_id", "area_code", entry_id=every.fact_id)
    met = sightings(known, may_read).inner_join(home, "person_id")
    met = met.mutate(at_home=prefecture(met.region_code) == prefecture(met.area_code))
    there = met.filter(met.at_home)
    left = there.group_by(left_person=there.person_id).agg(home_at=there.seen_until.max())
    others = met.filter(~met.at_home)
    away = others.left_join(left, others.person_id == left.left_person).drop("left_person")
    since = away.filter(away.home_at.isnull() | (away.seen_until > away.home_at))
    since = since.mutate(gone_at=ibis.greatest(since.seen_from, since.home_at.fill_null(since.seen_from)))
    spans = since.group_by("person_id").agg(first=since.gone_at.min(), last=since.seen_until.max(), sources=since.source.nunique())
    long = spans.filter(spans["last"] >= spans["first"] + _interval(numbers.away_for))
    last = _latest(since.select("person_id", "area_code", "entry_id", "fact_type", "fact_id", seen_at=since.seen_until))
    joined = last.inner_join(long.select("person_id", "sources"), "person_id")
    return _findings(
        joined,
        difference=ibis.literal(str(Difference.NOT_THERE)),
        because=(ibis.literal(Residence.name), joined.entry_id),
        other=(joined.fact_type, joined.fact_id),
    )


def missing(known: Known, may_read: Readable, numbers: CheckNumbers) -> ir.Table:
    """Return whom gates and checkpoints saw in one prefecture on `seen_on` of the last days, and who has no entry that holds.

    Of somebody who is often in two prefectures the one of the latest sighting is asked.
    """
    seen = sightings(known, may_read)
    lately = seen.seen_from > known.known_at - _interval(numbers.seen_within)
    moments = seen.filter(seen.fact_type.isin(["gate_visit", "checkpoint_pass"]), lately)
    dated = moments.mutate(within=prefecture(moments.region_code), day=(moments.seen_from + known.offset).date())
    counted = dated.group_by("person_id", "within").agg(days=dated.day.nunique(), sources=dated.source.nunique())
    often = counted.filter(counted.days >= numbers.seen_on)
    # Whoever is registered elsewhere may work here: is that so, `not_there` asks at home.
    lacking = often.anti_join(entries(known, may_read), "person_id").select("person_id", "within", "sources")
    theirs = dated.drop("source").inner_join(lacking, ["person_id", "within"])
    last = _latest(theirs.select("person_id", "fact_type", "fact_id", "sources", area_code=theirs.region_code, seen_at=theirs.seen_from))
    return _findings(last, difference=ibis.literal(str(Difference.MISSING)), because=(last.fact_type, last.fact_id))


def denied_travel(known: Known, may_read: Readable, numbers: CheckNumbers, places: ir.Table) -> ir.Table:
    """Return whose latest declaration says no to a stay in the key area of the form, and others recorded one in the days it asks about.

    `places` says where people are now (shape of `whereabouts.whereabouts`); of whom it says nothing, nobody can be asked.
    """
    said = may_read.facts(known, HealthDeclaration)
    said = said.filter(said.from_at <= known.known_at).select(
        "person_id", said_at=said.from_at, declaration_id=said.fact_id, yes=said.stayed_in_key_area
    )
    order = ibis.window(group_by="person_id", order_by=[said.said_at.desc(), said.declaration_id.desc()])
    newest = said.mutate(place=ibis.row_number().over(order))
    no = newest.filter(newest.place == 0, ~newest.yes)
    stays, trips = may_read.facts(known, RegionStay), may_read.facts(known, Trip)
    recorded = stays.filter(stays.basis != "declared", stays.region_code.startswith(FORM_S_KEY_AREA))
    out = trips.filter(trips.from_region_code.startswith(FORM_S_KEY_AREA))
    there = ibis.union(
        recorded.select("person_id", "source", "fact_id", "from_at", left_at=recorded.until_at, fact_type=ibis.literal(RegionStay.name)),
        out.select("person_id", "source", "fact_id", "from_at", left_at=out.from_at, fact_type=ibis.literal(Trip.name)),
    ).distinct()
    met = there.inner_join(no, "person_id")
    asked = met.filter(met.from_at < met.said_at, met.left_at.isnull() | (met.left_at > met.said_at - _interval(numbers.asked_about)))
    sources = asked.group_by("person_id").agg(sources=asked.source.nunique())
    last = _latest(asked.select("person_id", "declaration_id", "fact_type", "fact_id", seen_at=asked.from_at))
    joined = last.inner_join(sources, "person_id").inner_join(places.select("person_id", "area_code"), "person_id")
    return _findings(
        joined,
        difference=ibis.literal(str(Difference.DENIED_TRAVEL)),
        because=(ibis.literal(HealthDeclaration.name), joined.declaration_id),
        other=(joined.fact_type, joined.fact_id),
    )


def _latest(table: ir.Table) -> ir.Table:
    """Return of each person the row whose `seen_at` is the latest."""
    order = ibis.window(group_by="person_id", order_by=[table.seen_at.desc(), table.fact_type, table.fact_id.desc()])
    ranked = table.mutate(place=ibis.row_number().over(order))
    return ranked.filter(ranked.place == 0).drop("place")


def _findings(
    table: ir.Table,
    *,
    difference: ir.StringValue,
    because: tuple[ir.StringValue, ir.IntegerValue],
    other: tuple[ir.StringValue, ir.IntegerValue] | None = None,
) -> ir.Table:
    other_type, other_id = other or (ibis.null("string"), ibis.null("int64"))
    return table.select(
        "person_id",
        "area_code",
        difference=difference,
        because_type=because[0],
        because_id=because[1],
        other_type=other_type,
        other_id=other_id,
        sources=table.sources.cast("int64"),
    )


def _interval(span: timedelta) -> ir.IntervalScalar:
    return ibis.interval(days=span.days)
