"""The facts around some people on DuckDB: all that is known about them, and everybody who was where they were.

This is how cases are traced in a lake: the filter goes on the tables, never on a rule's result. Of each type of fact that says
where people meet (`Fact.meets_by`) a lake keeps a second copy, sorted by that, so that the engine skips what it need not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

import duckdb
import ibis
import pyarrow as pa

from fangxian.engine.person_tables import arrow_rows
from fangxian.facts import PersonFact
from fangxian.facts.withdrawal import Withdrawal

FEW: Final = 2_000
"""So many values are written into a filter, which skips row groups that have none of them; more are joined: nearly all have some."""


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
        connection.register("people_given", pa.table({"person_id": pa.array(person_ids, pa.string())}))
        self._keep("subject", "SELECT DISTINCT person_id FROM people_given")
        for fact_type, query in by_person.items():
            among = self._among("person_id", "subject")
            connection.execute(f'CREATE TEMP TABLE "{fact_type.name}" AS FROM ({query}) WHERE {among}')

    def register(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under `name`."""
        self._connection.register(name, table)

    def widen(self, cases: pa.Table) -> None:
        """Add to the tables the facts of everybody who was where these people were, each in a time of their own.

        `cases` has case_person_id, from_at and until_at.
        """
        self._connection.register("cases_given", cases)
        self._connection.execute("CREATE OR REPLACE TEMP TABLE cases AS FROM cases_given")
        for fact_type, query in self._by_meeting.items():
            self._add_who_was_there(fact_type, query)
        people = " UNION ".join(f'SELECT person_id FROM "{fact_type.name}"' for fact_type in self._by_meeting)
        self._keep("subject", f"SELECT DISTINCT person_id FROM ({people})")
        among = self._among("person_id", "subject")
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "withdrawal" AS FROM ({self._by_person[Withdrawal]}) WHERE {among}')

    def _add_who_was_there(self, fact_type: type[PersonFact], query: str) -> None:
        """Replace a type's table by the facts of everybody who was where the cases were, and when, or so near that a rule may say so."""
        name, key, most = fact_type.name, f'"{fact_type.meets_by}"', fact_type.stays_at_most
        slack = f"INTERVAL '{int(most.total_seconds()) if most else 0} seconds'"
        left = f"coalesce(fact.until_at, {f'fact.from_at + {slack}' if most else chr(39) + 'infinity' + chr(39)})"
        self._connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE met AS
            SELECT DISTINCT
                fact.{key}, greatest(fact.from_at, cases.from_at) - {slack} AS since, least({left}, cases.until_at) + {slack} AS until
            FROM "{name}" AS fact JOIN cases ON fact.person_id = cases.case_person_id
            WHERE fact.{key} IS NOT NULL AND fact.from_at <= cases.until_at AND {left} >= cases.from_at
        """)
        self._keep("place", f"SELECT DISTINCT {key} FROM met")
        there = f"FROM ({query}) AS fact WHERE {self._among(str(fact_type.meets_by), 'place')}"
        if most:
            since, until = self._connection.execute("SELECT min(since), max(until) FROM met").fetchone() or (None, None)
            self._connection.execute(f"""
                CREATE OR REPLACE TEMP TABLE met_hour AS
                SELECT DISTINCT {key}, unnest(generate_series({_hour("since")}, {_hour("until")})) AS hour FROM met
            """)
            # Two reads, so that each skips what lies outside the time: who came in one of the hours, and the few who were there already.
            there = f"""
                SELECT fact.* FROM ({there} AND from_at BETWEEN $since AND $until) AS fact
                SEMI JOIN met_hour ON fact.{key} = met_hour.{key} AND {_hour("fact.from_at")} = met_hour.hour
                UNION ALL
                SELECT fact.* FROM ({there} AND from_at <= $until AND until_at >= $since AND until_at > from_at + {slack}) AS fact
                SEMI JOIN met ON fact.{key} = met.{key} AND fact.from_at <= met.until AND fact.until_at >= met.since
            """
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {there}', {"since": since, "until": until} if most else {})

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before and return its rows as Arrow in `schema`."""
        return arrow_rows(self._connection, sql, schema)

    def _keep(self, name: str, query: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM ({query}) ORDER BY 1")

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


def _hour(at: str) -> str:
    return f"epoch({at})::BIGINT // 3600"
