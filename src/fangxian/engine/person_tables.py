"""One person on DuckDB: tables under the fact types' own names that hold that person's facts alone.

This is how one person is decided in a lake: the filter goes on the tables, never on a rule's result. Facts about areas are
seen as they stand in the lake. A person's facts that were read from elsewhere, such as the store, are explained the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Final, Self

import duckdb
import ibis
import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.facts import AreaFact, Fact, PersonFact, all_fact_types


class PersonTables:
    """Runs SQL that was compiled before on one person's facts. Make one with `DuckDBEngine.only`, and close it."""

    dialect: Final = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection, facts: Mapping[type[PersonFact], str], person_id: str) -> None:
        """Read the person's facts by the queries `facts` of files that can hold them; `connection` is ours from now on."""
        self._connection, self.person_id = connection, person_id
        self._held: list[type[Fact]] = []
        for fact_type, query in facts.items():
            made = f'CREATE TEMP TABLE "{fact_type.name}" AS FROM ({query}) WHERE person_id = $person_id'
            counted = connection.execute(made, {"person_id": person_id}).fetchone()
            if counted and counted[0]:
                self._held.append(fact_type)

    @classmethod
    def of(cls, facts: Mapping[type[Fact], pa.Table], person_id: str) -> Self:
        """Return tables that hold these facts: one person's, and those of areas; types that are not given have none."""
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("SET TimeZone = 'UTC'")
        queries: dict[type[PersonFact], str] = {}
        for fact_type in all_fact_types():
            given = facts.get(fact_type, PyArrowSchema.from_ibis(fact_type.schema()).empty_table())
            if issubclass(fact_type, PersonFact):
                connection.register(f"given {fact_type.name}", given)
                queries[fact_type] = f'FROM "given {fact_type.name}"'
            else:
                connection.register(fact_type.name, given)
        return cls(connection, queries, person_id)

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before and return its rows as Arrow in `schema`."""
        return arrow_rows(self._connection, sql, schema)

    def facts_called(self, fact_ids: Iterable[int]) -> Iterator[tuple[type[Fact], pa.Table]]:
        """Yield the facts of the person, and of areas, that have one of these numbers: a type, its rows with every column."""
        wanted = ", ".join(str(int(fact_id)) for fact_id in fact_ids)
        of_areas = [fact_type for fact_type in all_fact_types() if issubclass(fact_type, AreaFact)]
        for fact_type in (*self._held, *of_areas):
            sql = f'SELECT * FROM "{fact_type.name}" WHERE fact_id IN ({wanted})'
            yield fact_type, self.rows_of(sql, fact_type.schema())

    def close(self) -> None:
        """Give back the tables."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Return the tables themselves."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close them."""
        self.close()


def arrow_rows(connection: duckdb.DuckDBPyConnection, sql: str, schema: ibis.Schema) -> pa.Table:
    """Run SQL and return its rows as Arrow in `schema`."""
    rows = connection.execute(sql).to_arrow_table().select(list(schema.names))
    return rows.cast(PyArrowSchema.from_ibis(schema))
