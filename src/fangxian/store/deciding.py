"""Deciding again: the codes of everybody whom new deliveries concern, some people at a time, by the batch's own expression."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import ibis
import ibis.expr.operations as ops
import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from fangxian.code.hits import HITS, all_hits
from fangxian.engine.arrow_tables import rows_from
from fangxian.engine.compiled_once import compiled_once
from fangxian.engine.placeholders import fill, known_at_placeholder
from fangxian.facts import Fact, PersonFact, all_fact_types
from fangxian.facts.known import Known
from fangxian.policy.policy import Policy
from fangxian.store.copying import copy_in, copy_out
from fangxian.store.reasons import keep_reasons_of
from fangxian.store.recording import CHANGED, MANY_CHANGED
from fangxian.store.store import Event, Store, Transaction

PEOPLE_AT_ONCE: Final = 250_000
"""How many people's facts a worker has in memory at once, and whose own recordings wait meanwhile."""

WORKERS: Final = 2
"""How many decide at once: while one computes, PostgreSQL reads or writes for the other."""

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
            read = {name for _, _, names in compiled.values() for name in names}
            facts = {
                each: copy_out(connection, each.schema(), _facts_of_the_deciding(each)) for each in all_fact_types() if each.name in read
            }
            for policy, (sql, schema, _) in compiled.items():
                _replace(transaction, policy, rows_from(facts, fill(sql, at), schema))
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
def _compiled(policy: Policy) -> tuple[str, ibis.Schema, frozenset[str]]:
    """Return all rules of a policy for DuckDB, what they give, and the names of the facts that they read."""
    expression = all_hits(policy, Known(known_at_placeholder(), policy.utc_offset))
    read = frozenset(table.name for table in expression.op().find(ops.UnboundTable))
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False)), expression.schema(), read


def _facts_of_the_deciding(fact_type: type[Fact]) -> str:
    return f"facts.{fact_type.name}" + (" JOIN deciding USING (person_id)" if issubclass(fact_type, PersonFact) else "")


def _replace(transaction: Transaction, policy: Policy, hits: pa.Table) -> None:
    """Put these hits in the place of those that the deciding had under a policy, and keep those that stand no more."""
    connection = transaction.connection
    connection.execute("CREATE TEMP TABLE found (LIKE code.hit) ON COMMIT DROP")
    connection.execute("ALTER TABLE found ALTER event_id DROP NOT NULL, ALTER policy DROP NOT NULL")
    arrays = pc.binary_join(hits["because"].cast(pa.list_(pa.string())), ",")
    arrays = pc.binary_join_element_wise("{", arrays, "}", "")
    copy_in(connection, "found", hits.set_column(list(HITS).index("because"), "because", arrays))
    connection.execute(
        "CREATE TEMP TABLE gone ON COMMIT DROP AS "
        f"SELECT person_id, rule, from_at, until_at, because FROM (SELECT {_HIT} FROM code.hit JOIN deciding USING (person_id) "
        "WHERE policy = %s "
        f"EXCEPT SELECT {_HIT} FROM found) AS difference",
        [policy.name],
    )
    keep_reasons_of(transaction, policy, "gone")
    # What stays as it is stays under the event that brought it.
    connection.execute(
        f"INSERT INTO code.hit (policy, event_id, {_HIT}) SELECT %s, %s::uuid, {_HIT} FROM found ON CONFLICT DO NOTHING",
        [policy.name, transaction.event.event_id],
    )
    connection.execute("DROP TABLE found, gone")


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
