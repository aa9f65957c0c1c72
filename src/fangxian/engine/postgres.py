"""PostgreSQL: the tables of facts, how they are filled, and one person's decision from them."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv as pa_csv
from ibis.backends.sql.datatypes import PostgresType

from fangxian.engine.one_person import PreparedDecision, one_person, open_connection
from fangxian.facts import Fact, PersonFact, all_fact_types

SCHEMA: Final = "facts"
"""The PostgreSQL schema that fact tables are in by default."""


class PostgresEngine:
    """Holds the facts that are being worked on, and decides one person from them in milliseconds.

    It is not a batch engine: a whole province is decided on the lake.
    """

    name = "postgres"
    dialect = "postgres"

    def __init__(self, conninfo: str, *, schema: str = SCHEMA) -> None:
        """Connect to the server at `conninfo`, on whose `schema` the fact tables are or will be."""
        self.schema = schema
        self.connection = open_connection(conninfo)

    def create_tables(self) -> None:
        """Make the table of every fact type that has none yet."""
        with self.connection.transaction():
            self.connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')
            for fact_type in all_fact_types():
                self.connection.execute(self._definition(fact_type))
                # Not unique: a source may report the same fact again, and the lake keeps both reports.
                subject = "person_id" if issubclass(fact_type, PersonFact) else "region_code"
                self.connection.execute(
                    f'CREATE INDEX IF NOT EXISTS "{fact_type.name}_by_subject" ON {self._table(fact_type)} ("{subject}", fact_id)'
                )

    def load(self, fact_type: type[Fact], facts: pa.Table) -> int:
        """Add facts, given in the stored schema of their type, and return how many there were: all of them or none."""
        columns = ", ".join(f'"{name}"' for name in fact_type.columns)
        rows = pa.BufferOutputStream()
        pa_csv.write_csv(facts.select(list(fact_type.columns)), rows, pa_csv.WriteOptions(include_header=False))
        with self.connection.transaction(), self.connection.cursor() as cursor:
            with cursor.copy(f"COPY {self._table(fact_type)} ({columns}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(rows.getvalue())
            cursor.execute(f"ANALYZE {self._table(fact_type)}")
        return int(facts.num_rows)

    def one_person(self, expression: ir.Table) -> PreparedDecision:
        """Compile an expression for one person: do it once, then ask for as many people as need be.

        Raises FangxianError where the expression reads no table about people.
        """
        return one_person(expression, schema=self.schema)

    def rows(self, decision: PreparedDecision, person_id: str, *, known_at: datetime) -> list[dict[str, Any]]:
        """Return what a decision gives for one person, as known at `known_at` (UTC, without a zone)."""
        return decision.rows(self.connection, person_id, known_at=known_at)

    def close(self) -> None:
        """Give back the connection."""
        self.connection.close()

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the engine."""
        self.close()

    def _table(self, fact_type: type[Fact]) -> str:
        return f'"{self.schema}"."{fact_type.name}"'

    def _definition(self, fact_type: type[Fact]) -> str:
        """Return the statement that makes a fact type's table; a person's id takes 16 bytes there."""
        lines = [
            f'"{name}" {"uuid" if name == "person_id" else PostgresType.to_string(dtype)}{"" if dtype.nullable else " NOT NULL"}'
            for name, dtype in fact_type.schema().items()
        ]
        return f"CREATE TABLE IF NOT EXISTS {self._table(fact_type)} ({', '.join(lines)})"
