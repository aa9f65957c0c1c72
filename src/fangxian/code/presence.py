"""Where a person was, from every fact that says so: stays, trips, checkpoints."""

from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts import CheckpointPass, RegionStay, Trip
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known

PLACES: Final = {RegionStay.name: "region_code", Trip.name: "from_region_code", CheckpointPass.name: "came_from_region_code"}
"""The types of facts that say that a person was somewhere, each with the column that says where: those that `presences` reads."""


def presences(known: Known) -> ir.Table:
    """Return when a person was where.

    Shape: person_id, region_code, from_at, left_at (null while there), fact_id. A trip puts a person in the place of
    boarding at departure; a checkpoint pass puts a person, at that instant, in the place that the person came from.
    """
    trips = known.facts(Trip)
    passes = known.facts(CheckpointPass)
    return ibis.union(
        stays(known),
        trips.select("person_id", region_code=trips.from_region_code, from_at=trips.from_at, left_at=trips.from_at, fact_id=trips.fact_id),
        passes.filter(passes.came_from_region_code.notnull()).select(
            "person_id",
            region_code=passes.came_from_region_code,
            from_at=passes.from_at,
            left_at=passes.from_at,
            fact_id=passes.fact_id,
        ),
    )


def stays(known: Known) -> ir.Table:
    """Return when a person stayed where: the presences that have a length. Shape: that of `presences`."""
    stayed = known.facts(RegionStay)
    return stayed.select("person_id", "region_code", "from_at", left_at=stayed.until_at, fact_id=stayed.fact_id)


def during(presence: ir.Table, *, since: ir.TimestampValue, until: ir.TimestampValue) -> ir.Table:
    """Return presences cut to the time in which they counted: `since` to `until` (null while it lasts), both ends' overlap.

    A presence of one instant counts where it lies in the span; a longer one where it overlaps it for any time at all.
    """
    began = ibis.greatest(presence.from_at, since)
    cut = presence.mutate(counted_from=began.cast(INSTANT), counted_until=ibis.least(presence.left_at, until).cast(INSTANT))
    # Spans are half-open: who left at the very instant `since` was not there in it, unless that instant is all there was.
    reaches = presence.left_at.isnull() | (presence.left_at > since) | (presence.from_at >= since)
    overlaps = reaches & (until.isnull() | (presence.from_at < until))
    return cut.filter(overlaps)
