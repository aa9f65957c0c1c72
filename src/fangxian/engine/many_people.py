"""Deciding many people on PostgreSQL: the batch's expression on temporary tables that hold those people's facts alone.

The tables have statistics of their own, so that the expression is planned for what it is asked. Nothing leaves the database: to
bring a million people's facts out of it and their hits back takes longer than to find the hits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql.datatypes import PostgresType

from fangxian.engine.one_person import for_postgres
from fangxian.engine.placeholders import fill
from fangxian.facts import Fact, PersonFact, all_fact_types

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class DecisionOfMany:
    """An expression compiled for tables under the fact types' own names, and the types that it reads."""

    sql: str
    reads: frozenset[type[Fact]]

    def query(self, *, known_at: datetime) -> str:
        """Return a query for what the expression gives, as known at `known_at` (UTC, without a zone); `person_id` is a uuid."""
        return fill(self.sql, known_at)


def many_people(expression: ir.Table) -> DecisionOfMany:
    """Compile an expression for the tables that `hold_facts` makes."""
    rule = str(ibis.to_sql(for_postgres(expression), dialect="postgres", pretty=False))
    # The id is text to the expression, which does nothing with it but compare: here it stays as it is stored.
    columns = ", ".join(
        '"person_id"' if name == "person_id" else f'CAST("{name}" AS {PostgresType.to_string(dtype)}) AS "{name}"'
        for name, dtype in expression.schema().items()
    )
    read = {table.name for table in expression.op().find(ops.UnboundTable)}
    return DecisionOfMany(f'SELECT {columns} FROM ({rule}) AS "decided"', frozenset(t for t in all_fact_types() if t.name in read))


def hold_facts(connection: psycopg.Connection[Any], fact_types: frozenset[type[Fact]], *, schema: str, people: str) -> None:
    """Let the facts of the people that a table names, and those of areas, stand in temporary tables until the transaction ends."""
    (first,), (last,) = (
        connection.execute(f"SELECT (SELECT person_id FROM {people} ORDER BY person_id {way} LIMIT 1)").fetchall()[0]
        for way in ("ASC", "DESC")
    )
    # Whoever waits in the order of their ids lies close together: the index then leads there, and nobody else's facts are read.
    theirs = f"JOIN {people} USING (person_id) WHERE person_id BETWEEN '{first}' AND '{last}'"
    for fact_type in sorted(fact_types, key=lambda each: each.name):
        columns = ", ".join(f'"{name}"' for name in fact_type.schema().names)
        which = theirs if issubclass(fact_type, PersonFact) else ""
        held = f'CREATE TEMP TABLE "{fact_type.name}" ON COMMIT DROP AS SELECT {columns} FROM "{schema}"."{fact_type.name}" {which}'
        connection.execute(held)
        connection.execute(f'ANALYZE "{fact_type.name}"')
