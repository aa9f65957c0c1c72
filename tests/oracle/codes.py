"""Hits and colours of one person, as the oracle sees them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from oracle.life import Life, earliest, midnight
from oracle.policies import POLICIES

GRAVITY = ("green", "yellow", "orange", "red")


class OracleHit(NamedTuple):
    """A hit: which rule, which colour, from when, until when, because of what."""

    rule: str
    colour: str
    from_at: datetime
    until_at: datetime | None
    because: tuple[int, ...]


def hits(policy: str, life: Life) -> set[OracleHit]:
    """Return the hits of one person under a policy."""
    worded = POLICIES[policy]
    found = set()
    for rule, (colour, condition) in worded.rules.items():
        for conclusion in condition(life):
            from_at = max(conclusion.from_at, midnight(worded.since))
            until_at = earliest(conclusion.until_at, *lifted(life, rule, conclusion.because[0]))
            if until_at is None or from_at < until_at:
                found.add(OracleHit(rule, colour, from_at, until_at, conclusion.because))
    return found


def lifted(life: Life, rule: str, fact_id: int) -> Iterable[datetime]:
    """Return from when two different officers decided that a fact no longer counts under a rule."""
    for decision in life.standing("personal_decision"):
        signers = {decision["first_signer_id"], decision["second_signer_id"]}
        if (decision["rule"], decision["lifts_fact_id"]) == (rule, fact_id) and len(signers) == 2:
            yield decision["from_at"]


def code(policy: str, life: Life, at: datetime) -> str | None:
    """Return the colour of one person's code at an instant, or None where there is no code."""
    held = [hit.colour for hit in hits(policy, life) if hit.from_at <= at and (hit.until_at is None or at < hit.until_at)]
    if held:
        return max(held, key=GRAVITY.index)
    needed = life.standing(POLICIES[policy].green_needs)
    return "green" if any(fact["from_at"] <= at for fact in needed) else None
