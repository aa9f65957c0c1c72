"""What is published every day: how many codes there are by reason, and how many decisions each signer signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy
from fangxian.policy.suppression import hidden
from fangxian.store.store import Store


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How many people a rule gives a colour at an instant; None where that is from 1 to 4, or would give such a number away."""

    rule: str
    colour: Colour
    people: int | None


@dataclass(frozen=True, kw_only=True)
class SignerCount:
    """How many decisions one official proposed first and signed second, of those that were signed on a day."""

    signer: str
    first: int
    second: int


def codes_by_reason(store: Store, policy: Policy, at: datetime) -> tuple[ReasonCount, ...]:
    """Return how many people each rule gives which colour at an instant; somebody with two reasons is counted under both."""
    with store.pool.connection() as connection:
        rows = connection.execute(
            "SELECT rule, colour, count(DISTINCT person_id) FROM code.hit "
            "WHERE policy = %s AND from_at <= %s AND (until_at IS NULL OR until_at > %s) GROUP BY rule, colour ORDER BY rule, colour",
            [policy.name, at, at],
        ).fetchall()
    small = {colour: hidden({rule: people for rule, its, people in rows if its == colour}) for _, colour, _ in rows}
    return tuple(
        ReasonCount(rule=rule, colour=Colour(colour), people=None if rule in small[colour] else people) for rule, colour, people in rows
    )


def decisions_by_signer(store: Store, policy: Policy, on: date) -> tuple[SignerCount, ...]:
    """Return how many of the decisions signed on a day, by the policy's clocks, each official signed first and second.

    Small numbers are shown: they count what an official did, and name nobody whom it was about.
    """
    since = policy.starts(on)
    with store.pool.connection() as connection:
        rows = connection.execute(
            """
            SELECT signer, count(*) FILTER (WHERE place = 1), count(*) FILTER (WHERE place = 2)
            FROM work.decision, LATERAL (VALUES (first_signer, 1), (closed_by, 2)) AS signature (signer, place)
            WHERE state = 'signed' AND closed_at >= %s AND closed_at < %s GROUP BY signer ORDER BY signer
            """,
            [since, since + timedelta(days=1)],
        ).fetchall()
    return tuple(SignerCount(signer=signer, first=first, second=second) for signer, first, second in rows)
