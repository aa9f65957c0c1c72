"""Why somebody is found: every fact by which they were in one of the areas on or after the day, and from which source."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fangxian.facts import CheckpointPass, HealthDeclaration, RegionStay, Trip
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known
from fangxian.finding.agreements import Readable
from fangxian.finding.search import Search


def reasons(known: Known, search: Search, may_read: Readable) -> ir.Table:
    """Return the facts by which people were there; whoever has one came from there, if they are not there still.

    Shape: person_id, fact_type, fact_id, source, from_at, until_at (when they were there; null while it lasts), own_word (whether
    only the person says so). Distinct. What lies ahead, such as a ticket for tomorrow, is none.
    """
    found = [_stays(known, search, may_read), _trips(known, search, may_read), _passes(known, search, may_read)]
    if search.answers_the_form:
        found.append(_declarations(known, search, may_read))
    together = ibis.union(*found)
    return together.filter(together.from_at <= known.known_at).distinct()


def _stays(known: Known, search: Search, may_read: Readable) -> ir.Table:
    stays = may_read.facts(known, RegionStay)
    late_enough = stays.until_at.isnull() | (stays.until_at > search.starts(known))
    there = stays.filter(search.contains(stays.region_code), late_enough)
    return _reason(there, RegionStay.name, until_at=there.until_at, own_word=there.basis == "declared")


def _trips(known: Known, search: Search, may_read: Readable) -> ir.Table:
    trips = may_read.facts(known, Trip)
    out = trips.filter(search.contains(trips.from_region_code), ~search.contains(trips.to_region_code))
    since = out.filter(out.from_at >= search.starts(known))
    return _reason(since, Trip.name, until_at=since.from_at, own_word=ibis.literal(False))


def _passes(known: Known, search: Search, may_read: Readable) -> ir.Table:
    passes = may_read.facts(known, CheckpointPass)
    came = passes.filter(search.contains(passes.came_from_region_code), ~search.contains(passes.region_code))
    since = came.filter(came.from_at >= search.starts(known))
    # The registrar saw somebody come; from where is what that somebody said.
    return _reason(since, CheckpointPass.name, until_at=since.from_at, own_word=ibis.literal(True))


def _declarations(known: Known, search: Search, may_read: Readable) -> ir.Table:
    said = may_read.facts(known, HealthDeclaration)
    yes = said.filter(said.stayed_in_key_area, said.from_at >= search.starts(known))
    return _reason(yes, HealthDeclaration.name, until_at=yes.from_at, own_word=ibis.literal(True))


def _reason(facts: ir.Table, fact_type: str, *, until_at: ir.TimestampValue, own_word: ir.BooleanValue) -> ir.Table:
    return facts.select(
        "person_id",
        "fact_id",
        "source",
        fact_type=ibis.literal(fact_type),
        from_at=facts.from_at.cast(INSTANT),
        until_at=until_at.cast(INSTANT),
        own_word=own_word,
    )
