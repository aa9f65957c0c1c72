"""The facts around some people on DuckDB: all that is known about them, and everybody who was where they were.

This is how cases are traced in a lake: the filter goes on the tables, never on a rule's result. Of each type of fact that says
where people meet (`Fact.meets_by`) a lake keeps a second copy, sorted by place and time (see `meeting_keys`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

import duckdb
import ibis
import pyarrow as pa

from fangxian.engine.meeting_keys import ALL_ALONG, MEETS, key_of, time_of
from fangxian.engine.person_tables import arrow_rows
from fangxian.facts import PersonFact
from fangxian.facts.withdrawal import Withdrawal

FEW_PEOPLE: Final = 5_000
FEW_KEYS: Final = 50_000
"""So many values are written into a filter, which skips row groups that have none of them; more are joined: nearly all have some."""


class MeetingTables:
    """Runs SQL that was compiled before on the facts around some people. Make one with `DuckDBEngine.around`, and close it."""

    dialect: Final = "duckdb"

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        by_person: Mapping[type[PersonFact], str],
        by_meeting: Mapping[type[PersonFact], Sequence[str]],
        person_ids: Sequence[str],
    ) -> None:
        """Read all facts about `person_ids` into tables under the fact types' own names.

        `by_person` and `by_meeting` are queries: all facts of each type, and of some types the same with their `MEETS`, which together
        have all of them.
        `connection` is ours from now on.
        """
        self._connection, self._by_person, self._by_meeting = connection, by_person, by_meeting
        connection.register("people_given", pa.table({"person_id": pa.array(person_ids, pa.string())}))
        self._keep("subject", "SELECT DISTINCT person_id FROM people_given")
        for fact_type, query in by_person.items():
            among = self._among("person_id", "subject", few=FEW_PEOPLE)
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
        for fact_type, queries in self._by_meeting.items():
            self._add_who_was_there(fact_type, queries)
        met = [fact_type.name for fact_type in self._by_meeting]
        people = " UNION ALL ".join(f'SELECT person_id FROM "{name}"' for name in met)
        (rows,) = self._connection.execute(f"SELECT count(*) FROM ({people})").fetchone() or (0,)
        among = f"person_id IN ({people})"
        if rows <= FEW_PEOPLE:
            self._keep("subject", f"SELECT DISTINCT person_id FROM ({people})")
            among = self._among("person_id", "subject", few=FEW_PEOPLE)
        kinds = ", ".join(f"'{name}'" for name in met)
        self._connection.execute(
            f'CREATE OR REPLACE TEMP TABLE "withdrawal" AS FROM ({self._by_person[Withdrawal]}) WHERE fact_type IN ({kinds}) AND {among}'
        )

    def _add_who_was_there(self, fact_type: type[PersonFact], queries: Sequence[str]) -> None:
        """Replace a type's table by the facts of everybody who was where the cases were, and when, or so near that a rule may say so."""
        name, place, most = fact_type.name, "fact.place", fact_type.stays_at_most
        left, times = "coalesce(fact.until_at, 'infinity')", f"[{ALL_ALONG}]"
        if most:
            slack = f"INTERVAL '{int(most.total_seconds())} seconds'"
            left = f"coalesce(fact.until_at, fact.from_at + {slack})"
            since, until = f"greatest(fact.from_at, cases.from_at) - {slack}", f"least({left}, cases.until_at) + {slack}"
            times = f"list_append(generate_series({time_of(fact_type, since)}, {time_of(fact_type, until)}), {ALL_ALONG})"
        self._keep(
            "met",
            f"""
            SELECT DISTINCT {key_of(place, "unnested.time")} AS {MEETS}
            FROM ({self._where_they_were(fact_type)}) AS fact
            JOIN cases ON fact.person_id = cases.case_person_id, unnest({times}) AS unnested(time)
            WHERE {place} IS NOT NULL AND fact.from_at <= cases.until_at AND {left} >= cases.from_at
            """,
        )
        among = self._among(MEETS, "met", few=FEW_KEYS)
        there = " UNION ALL ".join(f"SELECT * EXCLUDE ({MEETS}) FROM ({query}) WHERE {among}" for query in queries)
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {there}' if queries else f'DELETE FROM "{name}"')

    def _where_they_were(self, fact_type: type[PersonFact]) -> str:
        """Return the query of where people were, by every type that names places as this one does: a crew and its passengers meet."""
        alike = (each for each in self._by_meeting if each.meets_by == fact_type.meets_by)
        return " UNION ALL ".join(f'SELECT person_id, "{each.meets_by}" AS place, from_at, until_at FROM "{each.name}"' for each in alike)

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before and return its rows as Arrow in `schema`."""
        return arrow_rows(self._connection, sql, schema)

    def _keep(self, name: str, query: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM ({query}) ORDER BY 1")

    def _among(self, column: str, table: str, *, few: int) -> str:
        """Return the condition that a column has one of the values of a table that was kept."""
        values = [value for (value,) in self._connection.execute(f"FROM {table} LIMIT {few + 1}").fetchall()]
        if len(values) > few:
            return f'"{column}" IN (FROM {table})'
        listed = ", ".join(str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'" for value in values)
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
