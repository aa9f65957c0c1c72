"""Expressions of tracing compiled once for a dialect, and the tables that answer them: the facts around some people, or all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from fangxian.engine.duckdb import DuckDBEngine, read_again_rather_than_keep
from fangxian.engine.opening import Engine
from fangxian.engine.placeholders import fill
from fangxian.facts import PersonFact, all_fact_types


class Tables(Protocol):
    """What answers compiled SQL: the facts around some people, or all."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under `name`."""

    def widen(self, cases: pa.Table) -> None:
        """Add the facts of everybody who was where these people were."""

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before."""


Around = Callable[[Sequence[str], Iterable[type[PersonFact]]], AbstractContextManager[Tables]]
"""Gives the facts of some types about some people."""


@dataclass(frozen=True)
class Everything:
    """All facts of a lake, where nobody has to be looked for."""

    engine: Engine

    def register(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under `name`."""
        self.engine.register(name, table)

    def widen(self, cases: pa.Table) -> None:
        """Add nothing."""

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before."""
        return self.engine.rows_of(sql, schema)


class Compiled:
    """An expression compiled for a dialect, and the types of facts about people that it reads."""

    def __init__(self, expression: ir.Table, dialect: str) -> None:
        """Compile an expression over unbound tables."""
        read = {table.name for table in expression.op().find(ops.UnboundTable)}
        self.reads = frozenset(each for each in all_fact_types() if each.name in read and issubclass(each, PersonFact))
        self._schema = expression.schema()
        sql = str(ibis.to_sql(expression, dialect=dialect, pretty=False))
        self._sql = read_again_rather_than_keep(sql) if dialect == DuckDBEngine.dialect else sql

    def rows(self, tables: Tables, known_at: datetime) -> pa.Table:
        """Run it on tables, as known at an instant where it leaves a place for that, and return its rows in its own schema."""
        return tables.rows_of(fill(self._sql, known_at), self._schema)
