"""The facts around some people on DuckDB: all that is known about them, and everybody who was where they were.

This is how cases are traced in a lake: the filter goes on the tables, never on a rule's result. Of each type of fact that says
where people meet (`Fact.meets_by`) a lake keeps a second copy, sorted by that, so that the engine skips what it need not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

import duckdb
import ibis
import pyarrow as pa

from fangxian.engine.person_tables import arrow_rows
from fangxian.facts import PersonFact
from fangxian.facts.fact import Retention
from fangxian.facts.withdrawal import Withdrawal

FEW: Final = 2_000
"""So many values are written into a filter, which skips row groups that have none of them; more are joined: nearly all have some."""

LONGEST_STAY: Final = timedelta(days=3)
"""Nobody who came longer before is still at a place or aboard a vehicle: what has no end that is known."""


class MeetingTables:
    """Runs SQL that was compiled before on the facts around some people. Make one with `DuckDBEngine.around`, and close it."""

    dialect: Final = "duckdb"

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        by_person: Mapping[type[PersonFact], str],
        by_meeting: Mapping[type[PersonFact], str],
        person_ids: Sequence[str],
    ) -> None:
        """Read all facts about `person_ids` into tables under the fact types' own names.

        `by_person` and `by_meeting` are queries: all facts of each type, and of some types the same sorted by where people meet.
        `connection` is ours from now on.
        """
        self._connection, self._by_person, self._by_meeting = connection, by_person, by_meeting
        self._keep("subject", "person_id", pa.table({"person_id": pa.array(person_ids, pa.string())}))
        for fact_type, query in by_person.items():
            among = self._among("person_id", "subject")
            connection.execute(f'CREATE TEMP TABLE "{fact_type.name}" AS FROM ({query}) WHERE {among}')

    def register(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under `name`."""
        self._connection.register(name, table)

    def widen(self, since: datetime, until: datetime) -> None:
        """Add to the tables the facts of everybody who was where the people were between two instants."""
        for fact_type, query in self._by_meeting.items():
            name, key = fact_type.name, fact_type.meets_by
            moving = fact_type.retention is Retention.MOVEMENT
            between = "from_at BETWEEN $since AND $until" if moving else "true"
            asked = {"since": since - LONGEST_STAY, "until": until + LONGEST_STAY} if moving else {}
            where = self._connection.execute(
                f'SELECT DISTINCT "{key}" FROM "{name}" WHERE {between} AND "{key}" IS NOT NULL', asked
            ).to_arrow_table()
            self._keep("met", str(key), where)
            among = self._among(str(key), "met")
            self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS FROM ({query}) WHERE {among} AND {between}', asked)
        people = " UNION ".join(f'SELECT person_id FROM "{fact_type.name}"' for fact_type in self._by_meeting)
        self._keep("subject", "person_id", self._connection.execute(people).to_arrow_table())
        among = self._among("person_id", "subject")
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "withdrawal" AS FROM ({self._by_person[Withdrawal]}) WHERE {among}')

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before and return its rows as Arrow in `schema`."""
        return arrow_rows(self._connection, sql, schema)

    def _keep(self, name: str, column: str, table: pa.Table) -> None:
        self._connection.register("given", table)
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE {name} AS SELECT DISTINCT "{column}" FROM given ORDER BY 1')
        self._connection.unregister("given")

    def _among(self, column: str, table: str) -> str:
        """Return the condition that a column has one of the values of a table that was kept."""
        values = [value for (value,) in self._connection.execute(f"FROM {table} LIMIT {FEW + 1}").fetchall()]
        if len(values) > FEW:
            return f'"{column}" IN (FROM {table})'
        listed = ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
        return f'"{column}" IN ({listed})' if values else "false"

    def close(self) -> None:
        """Give back the tables."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Return the tables themselves."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close them."""
        self.close()
