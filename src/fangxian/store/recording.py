"""Recording: a person's new facts, and the code that follows from them, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from fangxian.code.hits import all_hits
from fangxian.engine.compiled_once import compiled_once
from fangxian.engine.one_person import PreparedDecision, one_person
from fangxian.engine.placeholders import known_at_placeholder
from fangxian.facts import Fact
from fangxian.facts.known import Known
from fangxian.policy.policy import Policy
from fangxian.store.reasons import keep_reasons
from fangxian.store.store import Event, Store, Transaction

Facts = Mapping[type[Fact], Sequence[Mapping[str, Any]]]

CHANGED: Final = "code_changed"
"""The channel on which a change of somebody's hits is told: the person and the policy, nothing else."""

MANY_CHANGED: Final = "codes_changed"
"""The channel on which it is told that so many hits changed that they are better read again."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A rule's result for one person: from when until when (UTC; None while open), because of which facts."""

    rule: str
    colour: str
    from_at: datetime
    until_at: datetime | None
    because: tuple[int, ...]


@compiled_once
def _decision(policy: Policy) -> PreparedDecision:
    """Return all rules of a policy for one person, compiled once: that takes a second."""
    return one_person(all_hits(policy, Known(known_at_placeholder(), policy.utc_offset)), schema="facts")


def record(store: Store, facts: Facts, event: Event, *, policies: Sequence[Policy], at: datetime) -> dict[str, tuple[Hit, ...]]:
    """Add facts about the event's person, and decide that person again under each policy; return the hits by policy.

    One transaction: the event, the facts and the new hits are there together or not at all.
    """
    with store.transaction(event, at=at) as transaction:
        return record_in(transaction, facts, policies=policies)


def record_in(transaction: Transaction, facts: Facts, *, policies: Sequence[Policy]) -> dict[str, tuple[Hit, ...]]:
    """Do what `record` does in a transaction that writes something else too. Call `hold_person` before reading what that depends on."""
    person_id = hold_person(transaction)
    # Whoever is being decided with many others is waited for; whoever still waits is decided here.
    transaction.connection.execute("DELETE FROM code.pending WHERE person_id = %s", [UUID(person_id)])
    for fact_type, rows in facts.items():
        transaction.add(fact_type, rows)
    return {policy.name: _decide_again(transaction, policy, person_id) for policy in policies}


def hold_person(transaction: Transaction) -> str:
    """Return the event's person, and let other recordings about that person wait for this transaction's end.

    So the later of two decides from both.
    """
    person_id = transaction.event.person_id
    assert person_id is not None  # noqa: S101  (an event of one person: callers' business, not input)
    transaction.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [person_id])
    return person_id


def hits_now(transaction: Transaction, policy: Policy, person_id: str) -> tuple[Hit, ...]:
    """Return a person's hits under a policy as the transaction's facts have it at its instant."""
    rows = _decision(policy).rows(transaction.connection, person_id, known_at=transaction.at)
    hits = (Hit(**{**{k: v for k, v in row.items() if k != "person_id"}, "because": tuple(row["because"])}) for row in rows)
    return tuple(sorted(hits, key=lambda hit: (hit.from_at, hit.rule, hit.because)))


def _decide_again(transaction: Transaction, policy: Policy, person_id: str) -> tuple[Hit, ...]:
    """Put a person's present hits under a policy in the place of those that stood; keep what stands no more, and tell it."""
    connection, person = transaction.connection, UUID(person_id)
    hits = hits_now(transaction, policy, person_id)
    stood = {
        Hit(**row | {"because": tuple(row["because"])})
        for row in connection.cursor(row_factory=dict_row).execute(
            "SELECT rule, colour, from_at, until_at, because FROM code.hit WHERE person_id = %s AND policy = %s", [person, policy.name]
        )
    }
    gone, come = stood - set(hits), set(hits) - stood
    if gone:
        keep_reasons(transaction, policy, [(hit.rule, hit.from_at, hit.until_at, hit.because) for hit in gone])
    if come:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO code.hit (person_id, policy, rule, colour, from_at, until_at, because, event_id) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [[person, policy.name, h.rule, h.colour, h.from_at, h.until_at, list(h.because), transaction.event.event_id] for h in come],
            )
    if {_span(hit) for hit in gone} != {_span(hit) for hit in come}:
        connection.execute("SELECT pg_notify(%s, %s)", [CHANGED, f"{person_id} {policy.name}"])
    return hits


def _span(hit: Hit) -> tuple[object, ...]:
    return hit.rule, hit.colour, hit.from_at, hit.until_at
