"""Deciding from facts in memory: an expression over fact tables, run by DuckDB on Arrow tables of some people's facts."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import ibis
import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.person_tables import arrow_rows
from fangxian.facts import Fact, all_fact_types


def rows_from(facts: Mapping[type[Fact], pa.Table], sql: str, schema: ibis.Schema) -> pa.Table:
    """Return the rows, in `schema`, of SQL for DuckDB over tables of facts; types that are not given have none."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        for fact_type in all_fact_types():
            nothing = PyArrowSchema.from_ibis(fact_type.schema()).empty_table()
            connection.register(fact_type.name, facts.get(fact_type, nothing))
        return arrow_rows(connection, sql, schema)
