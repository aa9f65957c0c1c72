"""Rehearsing a change of rules: who would change colour, by area and by reason, before it is law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ibis
import pyarrow as pa

from fangxian.code.codes import codes_at, homes, in_force
from fangxian.code.decide import Decided, show
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts.known import Known, instant


@dataclass(frozen=True)
class Rehearsal:
    """How many people would change colour if one policy took the place of another.

    Shapes: by_change (from_colour, to_colour, people), everybody; by_region (region_code, from_colour, to_colour, people) and
    by_rule (rule, from_colour, to_colour, people), only people who change. `from_colour` or `to_colour` is `none` for a
    person who has a code under one policy only; the rule is the new policy's where it colours, else the old one's.
    """

    at: datetime
    by_change: pa.Table
    by_region: pa.Table
    by_rule: pa.Table


def rehearse(engine: DuckDBEngine, before: Decided, after: Decided, *, at: datetime) -> Rehearsal:
    """Compare two decisions over the same lake, each as known at its own `known_at`, at an instant."""
    moment = instant(at)
    tables = {}
    for side, decided in (("before", before), ("after", after)):
        hits = show(engine, decided, f"hits_{side}")
        known = Known(instant(decided.known_at), decided.policy.utc_offset)
        tables[side] = hits, codes_at(decided.policy, known, hits, moment), known
    (hits_before, codes_before, _), (hits_after, codes_after, known) = tables["before"], tables["after"]
    both = codes_before.outer_join(codes_after, "person_id", rname="{name}_after")
    pairs = both.select(
        person_id=ibis.coalesce(both.person_id, both.person_id_after),
        from_colour=both.colour.fill_null("none"),
        to_colour=both.colour_after.fill_null("none"),
    )
    changed = pairs.filter(pairs.from_colour != pairs.to_colour)
    placed = changed.left_join(homes(known, moment), "person_id")
    new = in_force(hits_after, moment).select("person_id", "rule").distinct()
    old = in_force(hits_before, moment).select("person_id", "rule").distinct().anti_join(new, "person_id")
    reasons = changed.inner_join(ibis.union(new, old), "person_id")
    change = ("from_colour", "to_colour")
    return Rehearsal(
        at,
        by_change=engine.rows(pairs.group_by(*change).agg(people=pairs.count()).order_by(*change)),
        by_region=engine.rows(placed.group_by("region_code", *change).agg(people=placed.count()).order_by("region_code", *change)),
        by_rule=engine.rows(reasons.group_by("rule", *change).agg(people=reasons.count()).order_by("rule", *change)),
    )
