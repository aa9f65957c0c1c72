"""Deciding again: the codes of everybody whom new deliveries concern, some people at a time, by the batch's own expression."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from fangxian.code.hits import all_hits
from fangxian.engine.compiled_once import compiled_once
from fangxian.engine.many_people import DecisionOfMany, hold_facts, many_people
from fangxian.engine.placeholders import known_at_placeholder
from fangxian.facts import Fact
from fangxian.facts.known import Known
from fangxian.policy.policy import Policy
from fangxian.store.reasons import keep_reasons_of
from fangxian.store.recording import CHANGED, MANY_CHANGED
from fangxian.store.store import Event, Store, Transaction

PEOPLE_AT_ONCE: Final = 250_000
"""How many people a worker decides at once, and whose own recordings wait meanwhile."""

WORKERS: Final = 2
"""How many decide at once: while one waits for the disk, PostgreSQL computes for the other."""

TOLD_ONE_BY_ONE: Final = 200
"""So many people are told of one by one: for a few readings of a temperature nobody loads 33 million people again."""

_TAKE: Final = """
WITH taken AS (
    DELETE FROM code.pending WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM code.pending WHERE event_id = ANY(%s) LIMIT %s FOR UPDATE SKIP LOCKED
    )) RETURNING person_id
)
INSERT INTO deciding SELECT person_id FROM taken
"""


def decide_pending(store: Store, event: Event, *, policies: Sequence[Policy], at: datetime) -> int:
    """Decide again everybody who is pending now, each batch of people an event of its own, and return how many that was.

    A recording about somebody who is pending decides that person itself and takes the row away. It waits while the row is ours,
    and we pass over rows that are its. What had begun before a delivery was fed could not see its facts: such transactions
    are waited for, so whoever becomes pending meanwhile is left for the next time.
    """
    for policy in policies:
        _compiled(policy)  # once, and not in every worker
    fed = _fed_and_seen_by_all(store)

    def work(_: int) -> int:
        done = 0
        while people := _decide_some(store, replace(event, event_id=uuid4()), fed, policies=policies, at=at):
            done += people
        return done

    with ThreadPoolExecutor(WORKERS) as workers:
        return sum(workers.map(work, range(WORKERS))) if fed else 0


def _decide_some(store: Store, event: Event, fed: Sequence[UUID], *, policies: Sequence[Policy], at: datetime) -> int:
    """Decide again up to `PEOPLE_AT_ONCE` of those who wait for these events, and return how many that was."""
    with store.transaction(event, at=at) as transaction:
        connection = transaction.connection
        connection.execute("SET LOCAL work_mem = '64MB'")
        connection.execute("CREATE TEMP TABLE deciding (person_id uuid) ON COMMIT DROP")
        people = connection.execute(_TAKE, [list(fed), PEOPLE_AT_ONCE]).rowcount
        if people:
            connection.execute("ANALYZE deciding")
            compiled = {policy: _compiled(policy) for policy in policies}
            reads = frozenset[type[Fact]]().union(*(decision.reads for decision in compiled.values()))
            hold_facts(connection, reads, schema="facts", people="deciding")
            for policy, decision in compiled.items():
                _replace(transaction, policy, decision.query(known_at=at))
            _tell(connection, people, policies)
        return people


def _tell(connection: psycopg.Connection[Any], people: int, policies: Sequence[Policy]) -> None:
    """Tell whoever follows the store: of each of a few, and of many at once, who are better read again all together."""
    if people > TOLD_ONE_BY_ONE:
        connection.execute("SELECT pg_notify(%s, '')", [MANY_CHANGED])
    else:
        connection.execute(
            "SELECT pg_notify(%s, replace(person_id::text, '-', '') || ' ' || policy) "
            "FROM deciding CROSS JOIN unnest(%s::text[]) AS under (policy)",
            [CHANGED, [policy.name for policy in policies]],
        )


@compiled_once
def _compiled(policy: Policy) -> DecisionOfMany:
    """Return all rules of a policy for the facts of many people."""
    return many_people(all_hits(policy, Known(known_at_placeholder(), policy.utc_offset)))


def _replace(transaction: Transaction, policy: Policy, found: str) -> None:
    """Put the hits that a query finds in the place of those that the deciding had under a policy, and keep those that stand no more."""
    connection = transaction.connection
    # No loop within a loop: how many of many people's facts meet is guessed, and one guess too low would take for ever. And in the
    # order of the index, which grows at one place then.
    connection.execute("SET LOCAL enable_nestloop = off")
    connection.execute(f"CREATE TEMP TABLE found ON COMMIT DROP AS {found} ORDER BY person_id", prepare=False)
    connection.execute("SET LOCAL enable_nestloop = on")
    connection.execute(
        f"CREATE TEMP TABLE stood ON COMMIT DROP AS SELECT {_HIT} FROM code.hit JOIN deciding USING (person_id) WHERE policy = %s",
        [policy.name],
    )
    connection.execute(
        "CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT person_id, rule, from_at, until_at, because "
        f"FROM (SELECT {_HIT} FROM stood EXCEPT SELECT {_HIT} FROM found) AS difference"
    )
    keep_reasons_of(transaction, policy, "gone")
    # What stays as it is stays under the event that brought it. Nobody else decides these people meanwhile: to let the index look
    # for each hit first (ON CONFLICT) would take half as long again.
    connection.execute(
        f"INSERT INTO code.hit (policy, event_id, {_HIT}) SELECT %s, %s::uuid, {_HIT} FROM found WHERE NOT EXISTS (SELECT FROM stood "
        "WHERE (stood.person_id, stood.rule, stood.colour, stood.from_at, stood.because) = "
        "(found.person_id, found.rule, found.colour, found.from_at, found.because) AND stood.until_at IS NOT DISTINCT FROM found.until_at) "
        "ORDER BY person_id",
        [policy.name, transaction.event.event_id],
    )
    connection.execute("DROP TABLE found, stood, gone")


_HIT: Final = "person_id, rule, colour, from_at, until_at, because"


def _fed_and_seen_by_all(store: Store) -> list[UUID]:
    """Return the events that brought the pending, once every transaction that may not see their facts has ended."""
    with store.pool.connection() as connection:
        now, fed = connection.execute(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text, array_agg(DISTINCT event_id) FROM code.pending"
        ).fetchall()[0]
        while fed:
            oldest = connection.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8, pg_sleep(0.01) IS NULL", [now]
            ).fetchone()
            if oldest and oldest[0]:
                break
        return list(fed or ())
