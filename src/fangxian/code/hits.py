"""Hits: which rule colours whom, from when, until when, because of which facts.

Only what is not green is a hit. A hit may begin or end in the future; an end that depends on what people do stays open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from fangxian.code.check_in_runs import until_check_ins
from fangxian.code.rule import LADDER_PARAMETERS, Condition, rule
from fangxian.engine.compiled_once import compiled_once
from fangxian.engine.placeholders import known_at_placeholder
from fangxian.errors import FangxianError
from fangxian.facts import PersonalDecision
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known, instant
from fangxian.policy.colour import Colour
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
    """Return the hits of one wording. Shape: `HITS`. Raises as `hits`."""
    return hits((wording,), policy, known)


def all_hits(policy: Policy, known: Known) -> ir.Table:
    """Return the hits of every wording of a policy. Shape: `HITS`. Raises as `hits`."""
    return hits(policy.wordings, policy, known)


@compiled_once
def facts_read(policy: Policy) -> frozenset[str]:
    """Return the names of the types of facts that the policy's wordings read: new facts of any other type change no code."""
    expression = all_hits(policy, Known(known_at_placeholder(), policy.utc_offset))
    return frozenset(table.name for table in expression.op().find(ops.UnboundTable))


def batches(policy: Policy) -> list[tuple[Wording, ...]]:
    """Return the policy's wordings in groups that are best decided together: those that read all check-ins in one."""
    waiting = tuple(w for w in policy.wordings if _condition(w).until_check_ins)
    alone: list[tuple[Wording, ...]] = [(w,) for w in policy.wordings if w not in waiting]
    return [waiting, *alone] if waiting else alone


def hits(wordings: Sequence[Wording], policy: Policy, known: Known) -> ir.Table:
    """Return the hits of some wordings: found by their conditions, lifted by decisions, clipped to each wording's own life.

    Shape: `HITS`, distinct. Raises FangxianError where a wording names a condition, colour or parameter that does not exist.
    """
    ended = [_labelled(w, policy, known) for w in wordings if not _condition(w).until_check_ins]
    waiting = [w for w in wordings if _condition(w).until_check_ins]
    # One run of check-ins for all that share a fever line: the check-ins are by far the most numerous facts.
    for line in sorted({w.parameters["fever_line_c"].value for w in waiting}):
        together = [w for w in waiting if w.parameters["fever_line_c"].value == line]
        ended.append(_ended_by_check_ins(together, policy, known, fever_line_c=line))
    found = _lifted(ibis.union(*ended) if len(ended) > 1 else ended[0], known)
    clipped = found.select(
        "person_id",
        "rule",
        "colour",
        from_at=ibis.greatest(found.from_at, found.worded_from_at),
        until_at=ibis.least(found.until_at, found.worded_until_at),
        because=found.because,
    )
    return clipped.filter(clipped.until_at.isnull() | (clipped.from_at < clipped.until_at)).distinct()


def waiting_causes(policy: Policy, known: Known) -> ir.Table:
    """Return what check-ins end, before they do: from which instant on its check-ins count (null while the cause goes on).

    Shape: person_id, rule, cause, from_at (as in the hit), counts_from. For a policy that has such wordings.
    """
    found = [_labelled(w, policy, known) for w in policy.wordings if _condition(w).until_check_ins]
    return ibis.union(
        *(
            each.select("person_id", "rule", "cause", "counts_from", from_at=ibis.greatest(each.from_at, each.worded_from_at))
            for each in found
        )
    )


LABELS: Final = ("rule", "colour", "worded_from_at", "worded_until_at")


def _labelled(wording: Wording, policy: Policy, known: Known) -> ir.Table:
    """Return what a wording's condition found, with the rule, the colour and the life of the wording beside it."""
    own = {name: value for name, value in wording.values().items() if name in _own_parameters(wording)}
    until = instant(policy.starts(wording.until)) if wording.until else ibis.null(INSTANT)
    return (
        _condition(wording)
        .function(known, **own)
        .mutate(
            rule=ibis.literal(wording.rule),
            colour=ibis.literal(str(Colour(wording.colour))),
            worded_from_at=instant(policy.starts(wording.since)),
            worded_until_at=until,
        )
    )


def _ended_by_check_ins(wordings: Sequence[Wording], policy: Policy, known: Known, *, fever_line_c: float) -> ir.Table:
    """Return the labelled causes of several wordings, each ended by the run of check-ins that its wording asks for."""
    lengths = [int(w.parameters["check_ins"].value) for w in wordings]
    causes = [
        _labelled(w, policy, known).mutate(check_ins=ibis.literal(length, type="int64"))
        for w, length in zip(wordings, lengths, strict=True)
    ]
    waiting = ibis.union(*causes) if len(causes) > 1 else causes[0]
    ended = until_check_ins(known, waiting, lengths=lengths, fever_line_c=fever_line_c)
    return ended.select("person_id", "from_at", "until_at", "cause", *LABELS, because=ibis.array([ended.cause])).select(
        "person_id", "from_at", "until_at", "cause", "because", *LABELS
    )


def _lifted(found: ir.Table, known: Known) -> ir.Table:
    """End what personal decisions lift: from the decision on, the fact it names no longer counts under the rule it names.

    An end can only come earlier by this, so a decision can only improve a colour.
    """
    decisions = known.facts(PersonalDecision)
    # The fact type promises two different signers; where a colour hangs on it, the promise is asked for again.
    signed = decisions.filter(decisions.first_signer_id.strip().upper() != decisions.second_signer_id.strip().upper())
    lifts = signed.group_by("person_id", "lifts_fact_id", lifts_rule=signed.rule).agg(lifted_at=signed.from_at.min())
    joined = found.left_join(
        lifts,
        [found.person_id == lifts.person_id, found.cause == lifts.lifts_fact_id, found.rule == lifts.lifts_rule],
    )
    return joined.mutate(until_at=ibis.least(joined.until_at, joined.lifted_at))


def _condition(wording: Wording) -> Condition:
    """Return the condition that a wording names. Raises where the wording does not fit its rule."""
    _expect_sound(wording)
    return rule(wording.rule).conditions[wording.condition]


def _own_parameters(wording: Wording) -> frozenset[str]:
    condition = _condition(wording)
    return condition.takes() - LADDER_PARAMETERS if condition.until_check_ins else condition.takes()


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
    takes = about.conditions[wording.condition].takes()
    if takes != set(wording.parameters):
        raise FangxianError(
            f"Rule {wording.rule}, worded {wording.condition}, takes other parameters than its policy gives.",
            known=f"It takes: {', '.join(sorted(takes)) or 'none'}. Given: {', '.join(sorted(wording.parameters)) or 'none'}.",
            next_step="Correct the policy's code.yaml.",
        )
