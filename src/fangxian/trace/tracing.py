"""Tracing cases in a lake: compiled once for a scheme and a known time, then asked for some cases or for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from fangxian.engine.duckdb import DuckDBEngine, read_again_rather_than_keep
from fangxian.engine.opening import Engine
from fangxian.facts import Diagnosis, PersonFact, all_fact_types
from fangxian.facts.known import Known, instant
from fangxian.trace.contacts import all_cases, all_meetings, contacts
from fangxian.trace.scheme import TraceScheme

_CASES, _MEETINGS = "traced_cases", "traced_meetings"


@dataclass(frozen=True)
class Traced:
    """What tracing found: the cases, every meeting with one, and the contacts that follow, the likeliest to be ill first.

    Shapes: as `trace.cases.cases`, `trace.rule.meetings` and `trace.contacts.contacts` say.
    """

    cases: pa.Table
    meetings: pa.Table
    contacts: pa.Table


class Tracing:
    """A scheme's rules as known at an instant, compiled for an engine: a second or two; then each case takes a part of one."""

    def __init__(self, scheme: TraceScheme, *, known_at: datetime, dialect: str = DuckDBEngine.dialect) -> None:
        """Compile the scheme's windows and rules as known at `known_at` (UTC, without a zone) for engines of a dialect."""
        self.scheme, self.known_at = scheme, known_at
        known = Known(instant(known_at), scheme.utc_offset)
        found = all_cases(scheme, known)
        met = all_meetings(scheme, known, ibis.table(found.schema(), name=_CASES))
        contacted = contacts(scheme, ibis.table(met.schema(), name=_MEETINGS))
        read = {table.name for each in (found, met) for table in each.op().find(ops.UnboundTable)}
        self._read = [each for each in all_fact_types() if each.name in read and issubclass(each, PersonFact)]
        self._compiled = [(_sql(each, dialect), each.schema()) for each in (found, met, contacted)]

    def trace(self, engine: DuckDBEngine, person_ids: Sequence[str]) -> Traced:
        """Trace the people of `person_ids` who are cases, from the facts around them; whoever is none is left out."""
        with engine.around(person_ids, self._read) as tables:
            return self._trace(tables, tables.widen)

    def trace_all(self, engine: Engine) -> Traced:
        """Trace every case of a lake, from all of its facts."""
        return self._trace(engine, lambda since, until: None)

    def _trace(self, tables: _Tables, before_meetings: Callable[[datetime, datetime], None]) -> Traced:
        (find, cases_schema), (meet, meetings_schema), (sum_up, contacts_schema) = self._compiled
        cases = tables.rows_of(find, cases_schema)
        if cases.num_rows:
            before_meetings(pc.min(cases["from_at"]).as_py(), pc.max(cases["until_at"]).as_py())
        tables.register(_CASES, cases)
        meetings = tables.rows_of(meet, meetings_schema)
        tables.register(_MEETINGS, meetings)
        return Traced(cases, meetings, in_order(tables.rows_of(sum_up, contacts_schema)))


class _Tables(Protocol):
    """What answers compiled SQL: an engine, or the facts around some people."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under `name`."""

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before."""


def _sql(expression: ir.Table, dialect: str) -> str:
    sql = str(ibis.to_sql(expression, dialect=dialect, pretty=False))
    return read_again_rather_than_keep(sql) if dialect == DuckDBEngine.dialect else sql


def diagnosed(engine: Engine, *, known_at: datetime) -> list[str]:
    """Return everybody about whom a diagnosis was known at an instant, whatever it said and whether it stands, in order."""
    diagnoses = Diagnosis.table()
    known = diagnoses.filter(diagnoses.known_at <= instant(known_at)).select("person_id").distinct()
    return sorted(engine.rows(known)["person_id"].to_pylist())


def in_order(contacts: pa.Table) -> pa.Table:
    """Return contacts in the order in which they should be looked for: close ones first, the likeliest to be ill first."""
    return contacts.sort_by(
        [
            ("contact_class", "ascending"),
            ("attack_percent", "descending"),
            ("minutes", "descending"),
            ("case_person_id", "ascending"),
            ("person_id", "ascending"),
            ("setting", "ascending"),
        ]
    )
