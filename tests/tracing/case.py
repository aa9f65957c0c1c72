"""What is traced from facts that are written as text tables, rendered the same way."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
from lakes import lake_with
from spec_symbols import fact_symbol, person_name
from spec_tables import LOCAL, cells, facts_from_text

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts import Diagnosis, Fact
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Traced, Tracing

KNOWN_AT = datetime(2020, 3, 20)
CASE = """
    fact_id | person_id | from_at          | status    | onset_on
    c1      | ann       | 2020-03-12 10:00 | confirmed | 2020-03-10
"""
"""Ann fell ill on 10 March and was found on the 12th: her time begins on the 8th under the guidance of that month."""


def traced(folder: Path, facts: Mapping[type[Fact], str], *, scheme: str = "cn-2020", known_at: datetime = KNOWN_AT) -> Traced:
    """Trace everybody with a diagnosis, both ways: around the cases alone, and from the whole lake; they must agree."""
    tables = {fact_type: facts_from_text(fact_type, text) for fact_type, text in {Diagnosis: CASE, **facts}.items()}
    people = tables[Diagnosis]["person_id"].to_pylist()
    with DuckDBEngine(lake_with(folder / "lake", tables), threads=1) as engine:
        compiled = tracing(scheme, known_at)
        found, everything = compiled.trace(engine, people), compiled.trace_all(engine)
    assert rows(found.meetings) == rows(everything.meetings)
    assert found.contacts.equals(everything.contacts)
    return found


@cache
def tracing(scheme: str, known_at: datetime) -> Tracing:
    """Return a scheme's rules, compiled once."""
    return Tracing(trace_scheme(scheme), known_at=known_at)


def rows(table: pa.Table) -> list[tuple[object, ...]]:
    """Return the rows of a table in an order of their own."""
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def text_of(table: pa.Table, *columns: str) -> set[tuple[str, ...]]:
    """Return some columns of a table as a text table has them: names, symbols and local times."""
    return {tuple(_said(row[column]) for column in columns) for row in table.to_pylist()}


def expected(text: str) -> set[tuple[str, ...]]:
    """Return the rows of a text table; its header says which columns are meant."""
    _, found = cells(text)
    return {tuple(row) for row in found}


def expect(table: pa.Table, text: str) -> None:
    """Expect just these rows, in the columns that the text table's header names."""
    header, _ = cells(text)
    assert text_of(table, *header) == expected(text)


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.replace(tzinfo=UTC).astimezone(LOCAL):%Y-%m-%d %H:%M}"
    if isinstance(value, int):
        return fact_symbol(value) if value > 10**6 else str(value)
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return person_name(text) if len(text) == 32 else text
