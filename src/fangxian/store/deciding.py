"""Deciding again: the codes of everybody whom new deliveries concern, some people at a time, by the batch's own expression."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from fangxian.code.hits import HITS, all_hits
from fangxian.engine.arrow_tables import rows_from
from fangxian.engine.placeholders import fill, known_at_placeholder
from fangxian.facts import Fact, PersonFact, all_fact_types
from fangxian.facts.known import Known
from fangxian.policy.policy import Policy
from fangxian.store.copying import copy_in, copy_out
from fangxian.store.reasons import keep_reasons_of
from fangxian.store.recording import MANY_CHANGED
from fangxian.store.store import Event, Store, Transaction

PEOPLE_AT_ONCE: Final = 200_000
"""How many people's facts are in memory at once, and whose own recordings wait meanwhile."""


def decide_pending(store: Store, event: Event, *, policies: Sequence[Policy], at: datetime) -> int:
    """Decide again up to `PEOPLE_AT_ONCE` of those who are pending, and return how many that was; 0 when nobody is left.

    A recording about somebody who is pending decides that person itself and takes the row away. It waits while the row is ours,
    and we pass over rows that are its. What had begun before a delivery was fed could not see its facts: such transactions
    are waited for.
    """
    _await_older(store)
    with store.transaction(event, at=at) as transaction:
        connection = transaction.connection
        connection.execute(
            "CREATE TEMP TABLE deciding ON COMMIT DROP AS SELECT person_id FROM code.pending LIMIT %s FOR UPDATE SKIP LOCKED",
            [PEOPLE_AT_ONCE],
        )
        people = connection.execute("SELECT count(*) FROM deciding").fetchone()
        if not people or not people[0]:
            return 0
        connection.execute("ANALYZE deciding")
        facts = {each: copy_out(connection, each.schema(), _facts_of_the_deciding(each)) for each in all_fact_types()}
        for policy in policies:
            sql, schema = _compiled(policy)
            _replace(transaction, policy, rows_from(facts, fill(sql, at), schema))
        connection.execute("SELECT pg_notify(%s, '')", [MANY_CHANGED])
        connection.execute("DELETE FROM code.pending USING deciding WHERE pending.person_id = deciding.person_id")
        return int(people[0])


@cache
def _compiled(policy: Policy) -> tuple[str, ibis.Schema]:
    expression = all_hits(policy, Known(known_at_placeholder(), policy.utc_offset))
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False)), expression.schema()


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
        f"SELECT person_id, rule, from_at, because FROM (SELECT {_HIT} FROM code.hit JOIN deciding USING (person_id) WHERE policy = %s "
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


def _await_older(store: Store) -> None:
    """Return when every transaction that is running now has ended."""
    with store.pool.connection() as connection:
        now = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()
        while True:
            oldest = connection.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8, pg_sleep(0.01) IS NULL", [now[0] if now else "0"]
            ).fetchone()
            if oldest and oldest[0]:
                return
