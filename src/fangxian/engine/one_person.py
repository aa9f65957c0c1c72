"""Deciding one person on PostgreSQL: the batch's expression, compiled once, on tables that hold that person's facts alone.

The filter goes on the tables, never on the expression's result: PostgreSQL does not push a filter through windows and
aggregates, and would decide everybody to answer for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql.datatypes import PostgresType

from fangxian.engine.placeholders import fill
from fangxian.errors import FangxianError
from fangxian.facts import PersonFact, all_fact_types

if TYPE_CHECKING:
    import psycopg

SESSION: Final = "-c plan_cache_mode=force_generic_plan -c jit=off -c timezone=UTC"
"""Settings of a connection on which prepared decisions are planned once and no plan is compiled.

A plan for one person is the same for all, and just-in-time compilation costs more than the few rows it would speed up.
"""

_PERSON: Final = "$1::text"
_KNOWN_AT: Final = "$2"


@dataclass(frozen=True)
class PreparedDecision:
    """An expression compiled for one person at a known time. It belongs to no connection: each prepares it on first use."""

    sql: str
    schema: ibis.Schema

    def rows(self, connection: psycopg.Connection[Any], person_id: str, *, known_at: datetime) -> list[dict[str, Any]]:
        """Return what the expression gives for this person, as known at `known_at` (UTC, without a zone).

        Arrays are lists, instants are naive UTC. The connection should be one of `open_connection`.
        """
        import psycopg
        from psycopg.rows import dict_row

        with psycopg.RawCursor(connection, row_factory=dict_row) as cursor:
            return cursor.execute(self.sql, [person_id, known_at], prepare=True, binary=True).fetchall()


def one_person(expression: ir.Table, *, schema: str) -> PreparedDecision:
    """Compile an expression for one person, over the fact tables of a PostgreSQL schema.

    Raises FangxianError where the expression reads no table about people: it would decide nobody.
    """
    shadows = list(_shadows(expression, schema))
    if not any(_PERSON in shadow for shadow in shadows):
        raise FangxianError("An expression that reads no facts about people cannot be asked about one person.")
    rule = fill(str(ibis.to_sql(for_postgres(expression), dialect="postgres", pretty=False)), _KNOWN_AT)
    columns = ", ".join(f'CAST("{name}" AS {PostgresType.to_string(dtype)}) AS "{name}"' for name, dtype in expression.schema().items())
    return PreparedDecision(f'WITH {", ".join(shadows)} SELECT {columns} FROM ({rule}) AS "decided"', expression.schema())


def for_postgres(expression: ir.Table) -> ir.Table:
    """Return the expression with the casts that PostgreSQL lacks, from truth to numbers but `int32`, made in two steps."""

    def in_two_steps(node: ops.Node, changed: Mapping[str, Any] | None) -> ops.Node:
        if changed:
            node = node.__recreate__(changed)
        if isinstance(node, ops.Cast) and node.arg.dtype.is_boolean() and node.to.is_numeric():
            return ops.Cast(ops.Cast(node.arg, to="int32"), to=node.to)
        return node

    rewritten: ir.Table = expression.op().replace(in_two_steps).to_expr()
    return rewritten


def _shadows(expression: ir.Table, schema: str) -> Iterator[str]:
    """Yield a common table expression for each table that is read, under the table's own name.

    It gives just the columns that the expression declares, so that a `*` cannot bring others.
    """
    about_people = {fact_type.name for fact_type in all_fact_types() if issubclass(fact_type, PersonFact)}
    for table in sorted(expression.op().find(ops.UnboundTable), key=lambda table: table.name):
        stored = f'"{schema}"."{table.name}"'
        if table.name not in about_people:
            columns = ", ".join(f'"{name}"' for name in table.schema.names)
            yield f'"{table.name}" AS NOT MATERIALIZED (SELECT {columns} FROM {stored})'
            continue
        # The id is stored in 16 bytes, and the expression knows it as text; here it is the one asked about in any case.
        columns = ", ".join(f'{_PERSON} AS "person_id"' if name == "person_id" else f'"{name}"' for name in table.schema.names)
        yield f'"{table.name}" AS MATERIALIZED (SELECT {columns} FROM {stored} WHERE "person_id" = ({_PERSON})::uuid)'


def open_connection(conninfo: str) -> psycopg.Connection[Any]:
    """Return a connection for prepared decisions, with the settings of `SESSION`."""
    import psycopg

    return psycopg.connect(conninfo, autocommit=True, options=SESSION)
