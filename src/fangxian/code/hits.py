"""Hits: which rule colours whom, from when, until when, because of which facts.

Only what is not green is a hit. A hit may begin or end in the future; an end that depends on what people do stays open.
"""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.code.colour import Colour
from fangxian.code.known import Known, instant
from fangxian.code.rule import rule
from fangxian.errors import FangxianError
from fangxian.facts import PersonalDecision
from fangxian.facts.fact import INSTANT
from fangxian.policy.policy import Policy, Wording

HITS: Final = ibis.schema(
    {
        "person_id": "string",
        "rule": "string",
        "colour": "string",
        "from_at": INSTANT,
        "until_at": INSTANT,
        "because": "array<int64>",
    }
)
"""The shape of hits: half-open spans in UTC; `because` names facts of the same person, or of an area, the cause first."""


def hits_of(wording: Wording, policy: Policy, known: Known) -> ir.Table:
    """Return the hits of one wording: found by its condition, lifted by decisions, clipped to the wording's own life.

    Shape: `HITS`. Raises FangxianError where the policy names a condition, colour or parameter that does not exist.
    """
    condition = rule(wording.rule).conditions.get(wording.condition)
    _expect_sound(wording)
    assert condition is not None  # noqa: S101  (for the type checker; _expect_sound has raised)
    found = _lifted(condition(known, **wording.values()), wording.rule, known)
    since = instant(policy.starts(wording.since))
    until = instant(policy.starts(wording.until)) if wording.until else ibis.null(INSTANT)
    clipped = found.select(
        "person_id",
        rule=ibis.literal(wording.rule),
        colour=ibis.literal(str(Colour(wording.colour))),
        from_at=ibis.greatest(found.from_at, since),
        until_at=ibis.least(found.until_at, until) if wording.until else found.until_at,
        because=found.because,
    )
    return clipped.filter(clipped.until_at.isnull() | (clipped.from_at < clipped.until_at)).distinct()


def all_hits(policy: Policy, known: Known) -> ir.Table:
    """Return the hits of every wording of a policy, in one table of shape `HITS`."""
    return ibis.union(*(hits_of(wording, policy, known) for wording in policy.wordings))


def _lifted(found: ir.Table, rule_name: str, known: Known) -> ir.Table:
    """End what personal decisions lift: from the decision on, the fact it names no longer counts under this rule.

    An end can only come earlier by this, so a decision can only improve a colour.
    """
    decisions = known.facts(PersonalDecision)
    # The fact type promises two different signers; where a colour hangs on it, the promise is asked for again.
    signed = decisions.filter(decisions.rule == rule_name, decisions.first_signer_id != decisions.second_signer_id)
    lifts = signed.group_by("person_id", "lifts_fact_id").agg(lifted_at=signed.from_at.min())
    joined = found.left_join(lifts, [found.person_id == lifts.person_id, found.cause == lifts.lifts_fact_id])
    return joined.select("person_id", "from_at", "because", until_at=ibis.least(joined.until_at, joined.lifted_at))


def _expect_sound(wording: Wording) -> None:
    """Raise where a wording does not fit its rule."""
    about = rule(wording.rule)
    if wording.condition not in about.conditions:
        raise FangxianError(
            f"Rule {wording.rule} has no condition called {wording.condition}.",
            known=f"It has: {', '.join(sorted(about.conditions))}.",
            next_step="Correct the policy's code.yaml.",
        )
    if wording.colour not in set(Colour) - {Colour.GREEN}:
        raise FangxianError(
            f"Rule {wording.rule} is worded with colour {wording.colour}.",
            known="A hit is yellow, orange or red; green is the absence of hits.",
            next_step="Correct the policy's code.yaml.",
        )
    takes = about.takes(wording.condition)
    if takes != set(wording.parameters):
        raise FangxianError(
            f"Rule {wording.rule}, worded {wording.condition}, takes other parameters than its policy gives.",
            known=f"It takes: {', '.join(sorted(takes)) or 'none'}. Given: {', '.join(sorted(wording.parameters)) or 'none'}.",
            next_step="Correct the policy's code.yaml.",
        )
