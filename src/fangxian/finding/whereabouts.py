"""Where somebody who came is now: at home as registered, down to the grid; otherwise where the latest fact saw them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts import CheckpointPass, Enrolment, RegionStay, Residence, Trip
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known
from fangxian.finding.agreements import Readable
from fangxian.finding.search import Search

_AT_HOME, _SEEN = 0, 1
_GRID, _STREET = 12, 9
_SURER: Final = {RegionStay.name: 0, CheckpointPass.name: 1, Trip.name: 2, Enrolment.name: 3}
"""Which fact counts of several that saw somebody at the same instant: the lowest."""


def whereabouts(known: Known, search: Search, may_read: Readable, people: ir.Table) -> ir.Table:
    """Return where each of `people` (person_id) is, as far as any fact says; whoever no fact places is not among them.

    Shape: person_id, area_code (12, 9 or 6 digits: grid, street or county, as fine as is known), placed_by (the type of fact). A home
    in the searched areas is where they came from, and a stay there that has ended is over: neither places anybody.
    """
    found = [_homes(known, search, may_read), *_sightings(known, search, may_read)]
    theirs = ibis.union(*(each.semi_join(people, "person_id") for each in found))
    seen = theirs.filter(theirs.last_at <= known.known_at)
    order = ibis.window(
        group_by="person_id", order_by=[seen.preference, seen.last_at.desc(), seen.surer, seen.fact_id.desc(), seen.area_code]
    )
    ranked = seen.mutate(place=ibis.row_number().over(order))
    return ranked.filter(ranked.place == 0).select("person_id", "area_code", "placed_by")


def finest_area(homes: ir.Table) -> ir.StringValue:
    """Return the finest area that residences name as codes are written: 12 digits of a grid, 9 of a street, else the county."""
    return ibis.cases(
        (_digits(homes.grid_code, _GRID), homes.grid_code),
        (_digits(homes.street_code, _STREET), homes.street_code),
        else_=homes.region_code,
    )


def _homes(known: Known, search: Search, may_read: Readable) -> ir.Table:
    homes = may_read.facts(known, Residence)
    lived_in = homes.filter(homes.until_at.isnull() | (homes.until_at > known.known_at), ~search.contains(homes.region_code))
    return _place(lived_in, Residence.name, area=finest_area(lived_in), last_at=lived_in.from_at, preference=_AT_HOME)


def _sightings(known: Known, search: Search, may_read: Readable) -> Sequence[ir.Table]:
    stays, trips = may_read.facts(known, RegionStay), may_read.facts(known, Trip)
    passes, enrolments = may_read.facts(known, CheckpointPass), may_read.facts(known, Enrolment)
    going_on = stays.until_at.isnull() | (stays.until_at > known.known_at)
    stayed = stays.filter(stays.from_at <= known.known_at, going_on | ~search.contains(stays.region_code))
    last_there = ibis.least(stayed.until_at.fill_null(known.known_at), known.known_at)
    arrived = trips.until_at.fill_null(trips.from_at)
    return (
        _place(stayed, RegionStay.name, area=stayed.region_code, last_at=last_there),
        _place(trips, Trip.name, area=trips.to_region_code, last_at=arrived),
        _place(passes, CheckpointPass.name, area=passes.region_code, last_at=passes.from_at),
        _place(enrolments, Enrolment.name, area=enrolments.region_code, last_at=enrolments.from_at),
    )


def _place(facts: ir.Table, fact_type: str, *, area: ir.StringValue, last_at: ir.TimestampValue, preference: int = _SEEN) -> ir.Table:
    return facts.select(
        "person_id",
        "fact_id",
        area_code=area,
        placed_by=ibis.literal(fact_type),
        last_at=last_at.cast(INSTANT),
        preference=ibis.literal(preference, type="int8"),
        surer=ibis.literal(_SURER.get(fact_type, 0), type="int8"),
    )


def _digits(code: ir.StringValue, length: int) -> ir.BooleanValue:
    return (code.length() == length) & code.re_search(f"^[0-9]{{{length}}}$")
