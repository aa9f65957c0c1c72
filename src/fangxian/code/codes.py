"""Codes at an instant: the worst colour among a person's hits, green where there is none and the person is enrolled."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.code.gravity import gravity, of_gravity
from fangxian.code.hits import HITS
from fangxian.facts import Enrolment, HealthDeclaration, Residence
from fangxian.facts.known import Known
from fangxian.facts.valid_time import holds_at
from fangxian.policy.policy import Policy

STORED_HITS: Final = ibis.table(HITS, name="hits")
"""Hits that were decided before and are read back, as an unbound table."""


def in_force(hits: ir.Table, at: ir.TimestampValue) -> ir.Table:
    """Return the hits that hold at an instant: from `from_at` on, up to and without `until_at`."""
    return hits.filter(holds_at(hits, at))


def in_force_on(hits: ir.Table, days: ir.Table) -> ir.Table:
    """Return the hits that hold at each instant of `days` (day_at), a row for each hit and instant."""
    return hits.inner_join(days, holds_at(hits, days.day_at))


def colours_at(hits: ir.Table, at: ir.TimestampValue) -> ir.Table:
    """Return the colour of everybody who is not green at an instant: person_id, colour."""
    holding = in_force(hits, at)
    worst = holding.group_by("person_id").agg(rank=gravity(holding.colour).max())
    return worst.select("person_id", colour=of_gravity(worst.rank))


def enrolments(policy: Policy, known: Known) -> ir.Table:
    """Return since when people have a code at all: person_id, since_at. A policy asks for an enrolment or for one declaration."""
    needed = HealthDeclaration if policy.green_needs == "declaration" else Enrolment
    facts = known.facts(needed)
    return facts.group_by("person_id").agg(since_at=facts.from_at.min())


def enrolled(policy: Policy, known: Known, at: ir.TimestampValue) -> ir.Table:
    """Return who has a code at all at an instant: person_id."""
    everybody = enrolments(policy, known)
    return everybody.filter(everybody.since_at <= at).select("person_id")


def codes_at(policy: Policy, known: Known, hits: ir.Table, at: ir.TimestampValue) -> ir.Table:
    """Return everybody's code at an instant: person_id, colour; people without a code are not in it."""
    not_green = colours_at(hits, at)
    others = enrolled(policy, known, at).anti_join(not_green, "person_id")
    return ibis.union(not_green, others.select("person_id", colour=ibis.literal("green")))


def homes(known: Known, at: ir.TimestampValue) -> ir.Table:
    """Return where people live at an instant: person_id, region_code (the latest known home, one a person)."""
    lived = known.facts(Residence)
    there = lived.filter(holds_at(lived, at))
    order = ibis.row_number().over(ibis.window(group_by=there.person_id, order_by=[ibis.desc(there.from_at), there.region_code]))
    ranked = there.mutate(place=order)
    return ranked.filter(ranked.place == 0).select("person_id", "region_code")


def counts_by_day(hits: ir.Table, days: ir.Table) -> ir.Table:
    """Return how many people were not green at each instant of `days` (day_at): day_at, colour, people."""
    holding = in_force_on(hits, days)
    worst = holding.group_by("person_id", "day_at").agg(rank=gravity(holding.colour).max())
    coloured = worst.mutate(colour=of_gravity(worst.rank))
    return coloured.group_by("day_at", "colour").agg(people=coloured.count()).order_by("day_at", "colour")


def counts_by_rule(hits: ir.Table, at: ir.TimestampValue) -> ir.Table:
    """Return how many people each rule colours at an instant: rule, colour, people (a person counts under every rule that holds)."""
    holding = in_force(hits, at)
    return holding.group_by("rule", "colour").agg(people=holding.person_id.nunique()).order_by(ibis.desc("people"), "rule")
