"""Where people were seen, by facts that somebody else than they themselves recorded."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fangxian.facts import CheckpointPass, GateVisit, RegionStay, Trip
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known
from fangxian.finding.agreements import Readable


def sightings(known: Known, may_read: Readable) -> ir.Table:
    """Return when somebody was seen where, as known, up to now.

    Shape: person_id, region_code, seen_from, seen_until (the same where it was a moment), source, fact_type, fact_id. Distinct. A trip sees
    somebody where it ends, a gate whomever it did not turn away; what only the person says is none.
    """
    stays, trips = may_read.facts(known, RegionStay), may_read.facts(known, Trip)
    passes, visits = may_read.facts(known, CheckpointPass), may_read.facts(known, GateVisit)
    recorded, entered = stays.filter(stays.basis != "declared"), visits.filter(visits.outcome != "refused")
    arrived = trips.until_at.fill_null(trips.from_at)
    found = (
        _seen(
            recorded, RegionStay.name, at=recorded.region_code, since=recorded.from_at, until=recorded.until_at.fill_null(known.known_at)
        ),
        _seen(trips, Trip.name, at=trips.to_region_code, since=arrived, until=arrived),
        _seen(passes, CheckpointPass.name, at=passes.region_code, since=passes.from_at, until=passes.from_at),
        _seen(entered, GateVisit.name, at=entered.region_code, since=entered.from_at, until=entered.from_at),
    )
    every = ibis.union(*found)
    return every.filter(every.seen_from <= known.known_at).mutate(seen_until=ibis.least(every.seen_until, known.known_at)).distinct()


def prefecture(region_code: ir.StringValue) -> ir.StringValue:
    """Return the four digits of the prefecture that a region lies in."""
    return region_code.substr(0, 4)


def _seen(facts: ir.Table, fact_type: str, *, at: ir.StringValue, since: ir.TimestampValue, until: ir.TimestampValue) -> ir.Table:
    return facts.select(
        "person_id",
        "source",
        "fact_id",
        region_code=at,
        fact_type=ibis.literal(fact_type),
        seen_from=since.cast(INSTANT),
        seen_until=until.cast(INSTANT),
    )
