"""Places: the home, the workplace or class, and places whose gates keep a record."""

import ibis
import ibis.expr.types as ir

from fangxian.facts import GateVisit, Household, Text, Workplace
from fangxian.facts.known import Known
from fangxian.trace.overlap import at_the_same_time
from fangxian.trace.rule import Certainty, ContactRule, Nearness, meetings

household = ContactRule(
    "household",
    Text("家庭", "Household"),
    Text("与病例共同居住的人。", "People who live with a case."),
    carries_on=True,
)
workplace = ContactRule(
    "workplace",
    Text("工作与学习", "Work and school"),
    Text("与病例在同一场所工作或学习的人。", "People who work or study at the same premises."),
    carries_on=True,
)
venue = ContactRule(
    "venue",
    Text("公共场所", "Venues"),
    Text("与病例同一时段在同一场所的人（以门岗扫码为据）。", "People at the same place at the same time, by the scans of its gate."),
    carries_on=True,
    of_gates=True,
)
gate = ContactRule(
    "gate",
    Text("门岗排队", "Waiting at a gate"),
    Text("与被门岗拦下的病例前后脚到同一门岗的人。", "People who came to a gate just before or after a case whom it refused."),
    of_gates=True,
)


@household.condition
def living_together(known: Known, cases: ir.Table) -> ir.Table:
    """Close: everybody of the household in the case's time."""
    pair = _together(known, cases, known.facts(Household), "household_id")
    return meetings(pair, setting="household", contact_class="close", nearness=Nearness.HOUSEHOLD, certainty=Certainty.KNOWN)


@workplace.condition
def same_premises(known: Known, cases: ir.Table, *, most_people: int) -> ir.Table:
    """Close: everybody at the same premises of the organisation, where at most `most_people` are; of larger ones, general contacts.

    Who sat in one office or workshop no register says: of a large one it must be asked.
    """
    registered = known.facts(Workplace)
    registered = registered.mutate(
        premises=registered.organisation_id + "/" + ibis.coalesce(registered.premises_id, ibis.literal("")),
    )
    pair = _together(known, cases, registered, "premises")
    there = pair.group_by("case_person_id", "case_fact_id", "premises").agg(people=pair.person_id.nunique())
    counted = pair.inner_join(there, ["case_person_id", "case_fact_id", "premises"])
    contact_class = ibis.ifelse(counted.people <= most_people, "close", "general")
    return meetings(counted, setting="workplace", contact_class=contact_class, nearness=Nearness.SAME_PREMISES, certainty=Certainty.KNOWN)


@venue.condition
def same_place_and_time(known: Known, cases: ir.Table, *, close_minutes: int, most_people: int, stay_minutes: int) -> ir.Table:
    """Close: together for `close_minutes` or longer where at most `most_people` overlapped with the case; else general contacts.

    Whoever's leaving the gate did not keep is taken to have stayed `stay_minutes`. Whom a gate refused was not there.
    """
    visits = known.facts(GateVisit).filter(lambda t: t.outcome != "refused")
    stays = visits.select(
        "person_id",
        "fact_id",
        "place_id",
        came_at="from_at",
        left_at=ibis.coalesce(visits.until_at, visits.from_at + ibis.interval(minutes=stay_minutes)),
        is_timed=visits.until_at.notnull(),
    )
    window = cases.select("case_fact_id", "case_person_id", window_from="from_at", window_until="until_at")
    own = stays.inner_join(window, stays.person_id == window.case_person_id)
    own = own.filter((own.came_at < own.window_until) & (own.left_at > own.window_from)).select(
        "case_fact_id",
        "case_person_id",
        "place_id",
        own_came_at=ibis.greatest(own.came_at, own.window_from),
        own_left_at=ibis.least(own.left_at, own.window_until),
        own_timed="is_timed",
        case_because="fact_id",
    )
    pair = at_the_same_time(stays, own, key="place_id").filter(lambda t: t.person_id != t.case_person_id)
    crowd = pair.group_by("case_person_id", "case_fact_id", "case_because").agg(people=pair.person_id.nunique())
    pair = pair.inner_join(crowd, ["case_person_id", "case_fact_id", "case_because"])
    from_at = ibis.greatest(pair.came_at, pair.own_came_at)
    until_at = ibis.least(pair.left_at, pair.own_left_at)
    met = pair.mutate(from_at=from_at, until_at=until_at, because=pair.fact_id)
    long = met.until_at >= met.from_at + ibis.interval(minutes=close_minutes)
    return meetings(
        met,
        setting="venue",
        contact_class=ibis.ifelse(long & (met.people <= most_people), "close", "general"),
        nearness=Nearness.SAME_PLACE,
        certainty=ibis.ifelse(met.is_timed & met.own_timed, str(Certainty.KNOWN), str(Certainty.TIME_ASSUMED)),
    )


@gate.condition
def scanned_within(known: Known, cases: ir.Table, *, minutes: int) -> ir.Table:
    """General contacts: whoever was scanned within `minutes` of a case whom the gate refused, before or after, stood in line with it."""
    visits = known.facts(GateVisit)
    came_at = visits.from_at - ibis.interval(minutes=minutes)
    stays = visits.select("person_id", "fact_id", "place_id", "outcome", came_at=came_at, left_at="from_at")
    window = cases.select("case_fact_id", "case_person_id", window_from="from_at", window_until="until_at")
    own = stays.filter(stays.outcome == "refused").inner_join(window, stays.person_id == window.case_person_id)
    own = own.filter((own.left_at <= own.window_until) & (own.left_at > own.window_from)).select(
        "case_fact_id",
        "case_person_id",
        "place_id",
        own_came_at=ibis.greatest(own.came_at, own.window_from),
        own_left_at="left_at",
        case_because="fact_id",
    )
    pair = at_the_same_time(stays, own, key="place_id").filter(lambda t: t.person_id != t.case_person_id)
    from_at, until_at = ibis.greatest(pair.came_at, pair.own_came_at), ibis.least(pair.left_at, pair.own_left_at)
    met = pair.mutate(from_at=from_at, until_at=until_at, because=pair.fact_id)
    return meetings(met, setting="venue", contact_class="general", nearness=Nearness.SAME_PLACE, certainty=Certainty.TIME_ASSUMED)


def _together(known: Known, cases: ir.Table, registered: ir.Table, key: str) -> ir.Table:
    """Return who was registered under the same key as a case for some of the case's time, with the part that all three share."""
    standing = registered.select("person_id", "fact_id", "from_at", "until_at", key=registered[key])
    window = cases.select("case_fact_id", "case_person_id", window_from="from_at", window_until="until_at")
    own = standing.inner_join(window, standing.person_id == window.case_person_id)
    own_from = ibis.greatest(own.from_at, own.window_from)
    own_until = ibis.ifelse((own.until_at < own.window_until).fill_null(False), own.until_at, own.window_until)
    own = own.select("case_fact_id", "case_person_id", "key", own_from=own_from, own_until=own_until, case_because="fact_id")
    pair = standing.inner_join(own.filter(own.own_from < own.own_until), "key")
    begins = ibis.greatest(pair.from_at, pair.own_from)
    ends = ibis.ifelse((pair.until_at < pair.own_until).fill_null(False), pair.until_at, pair.own_until)
    pair = pair.filter(pair.person_id != pair.case_person_id).select(
        "case_fact_id", "case_person_id", "person_id", "case_because", from_at=begins, until_at=ends, because="fact_id", **{key: "key"}
    )
    return pair.filter(pair.from_at < pair.until_at)
